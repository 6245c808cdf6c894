"""You are the discriminator: real and generated images to tell apart, and what a trained one scores on the same.

The page's half is discriminate.js, its styles are in discriminate.css.
"""

import base64
import html
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import anywidget
import torch
import traitlets
from IPython.display import display
from matplotlib.axes import Axes

from gan_edu.arguments import able, described, floating_tensor, function, made, positive_integer
from gan_edu.measure.rates import rates
from gan_edu.randomness import Stream
from gan_edu.show import plots
from gan_edu.show.explore import check_words

COLUMNS = 10
WIDTH = 700  # of the saved picture, in pixels of the page


class Discriminate(anywidget.AnyWidget):
    """The widget that `discriminate` shows: the page asks for images and writes answers, the kernel judges them.

    Which images are real stays in the kernel until all are answered. A message may come on any thread, so one at a time
    is worked at.
    """

    _esm = Path(__file__).with_name("page") / "discriminate.js"
    _css = Path(__file__).with_name("page") / "discriminate.css"
    title = traitlets.Unicode().tag(sync=True)
    size = traitlets.List(help="images in a round, height and width of each in pixels").tag(sync=True)
    columns = traitlets.Int(help="of the grid").tag(sync=True)
    wanted = traitlets.Int(1, help="the round that the page asks for").tag(sync=True)
    round = traitlets.Int(0, help="the round that the pixels belong to").tag(sync=True)
    pixels = traitlets.Bytes(help="the images one after the other, a byte for each pixel, 255 for paper").tag(sync=True)
    answers = traitlets.List(help="once all are given: True for real, one for each image").tag(sync=True)
    verdict = traitlets.Dict(help="the truth, D's beliefs, rates in words; empty before").tag(sync=True)

    def __init__(
        self,
        real: torch.Tensor,
        generated: torch.Tensor,
        discriminator: Callable[[torch.Tensor], torch.Tensor],
        stream: Stream,
        title: str,
        count: int,
    ) -> None:
        self._pools, self._half = (real, generated), count // 2
        self._discriminator, self._stream = discriminator, stream
        self._lock, self._yours = threading.RLock(), (torch.empty(0), torch.empty(0))
        super().__init__(title=title, size=[count, *real.shape[-2:]], columns=COLUMNS, **self._deal(1))

    def _deal(self, number: int) -> dict[str, object]:
        """New images in random order, as the values of traits."""
        images = [pool[self._stream.permutation(len(pool))[: self._half]] for pool in self._pools]
        order = self._stream.permutation(2 * self._half)
        self.real, self.images = order < self._half, torch.cat(images)[order]
        ink = (255 * (1 - self.images.clamp(-1, 1)) / 2).round().to(torch.uint8)
        return {"round": number, "pixels": ink.numpy().tobytes(), "answers": [], "verdict": {}}

    @torch.no_grad()
    def scores(self) -> torch.Tensor:
        """What the trained discriminator says of the images of this round: (count,)."""
        return self._discriminator(self.images)

    @traitlets.validate("answers")
    def _one_for_each(self, proposal: dict) -> list[bool]:
        answers = [answer is True for answer in proposal["value"]]
        return answers if len(answers) == len(self.images) else []

    @traitlets.observe("wanted")
    def _new_round(self, change: dict) -> None:
        with self._lock:
            if self.wanted != self.round:
                self._tell(self._deal(self.wanted))

    @traitlets.observe("answers")
    def _judge(self, change: dict) -> None:
        with self._lock:
            if self.answers and not self.verdict:
                self._tell({"verdict": self._judged(torch.tensor(self.answers))})

    def _tell(self, values: dict[str, object]) -> None:
        with self.hold_sync():  # one message, so that images and words change together
            for name, value in values.items():
                setattr(self, name, value)

    def _judged(self, said_real: torch.Tensor) -> dict[str, object]:
        said, scores = 2.0 * said_real - 1, self.scores()
        yours = said[self.real], said[~self.real]
        self._yours = tuple(torch.cat(pair) for pair in zip(self._yours, yours, strict=True))
        judges = {"you": yours, "D, on the same images": (scores[self.real], scores[~self.real])}
        if len(self._yours[0]) > self._half:
            judges["you, in all rounds"] = self._yours
        rows = [[judge, *map(str, rates(*pair))] for judge, pair in judges.items()]
        beliefs = [round(belief, 2) for belief in scores.sigmoid().tolist()]
        return {"real": self.real.tolist(), "beliefs": beliefs, "rows": rows}

    def saved(self) -> tuple[str, str]:
        """The sentence below the saved picture, and the key to it."""
        caption = f"{len(self.images)} images with numbers, half of them real and half generated, in random order."
        real = ", ".join(str(place) for place, is_real in enumerate(self.real.tolist(), start=1) if is_real)
        return caption, f"Real are {real}. All others are generated."

    def still(self) -> bytes:
        """The picture for paper, with a number above each image."""
        drawn, [axes] = plots.figure(width=WIDTH / 100, height=0.9 * len(self.images) / COLUMNS)
        numbered(axes, self.images, [str(place + 1) for place in range(len(self.images))])
        return plots.png(drawn)

    def _repr_mimebundle_(self, **options: object) -> tuple[dict, dict]:
        data, metadata = super()._repr_mimebundle_(**options)
        caption = self.saved()[0]
        data |= {"text/plain": caption, "image/png": base64.b64encode(self.still()).decode()}
        return data, metadata | {"image/png": {"alt": caption, "width": WIDTH}}

    def __repr__(self) -> str:
        return f"Discriminate({self.title!r})"


def numbered(axes: Axes, images: torch.Tensor, words: Sequence[str]) -> None:
    """Show images in rows of ten, a few letters above each.

    Args:
        axes: where; what it showed before is left.
        images: (B, 1, H, W) grey ones from -1 (white) to 1 (black); all rows must be full.
        words: as many.
    """
    made("axes", axes, Axes, "an Axes of matplotlib"), floating_tensor("images", images, "B", 1, "H", "W")
    if isinstance(words, str) or not isinstance(words, Sequence) or not all(isinstance(each, str) for each in words):
        raise TypeError(f"words must be a sequence of strings, got {described(words)}")
    if len(words) != len(images) or len(images) % COLUMNS:
        rule = f"images must fill rows of {COLUMNS} and words must be as many"
        raise ValueError(f"{rule}, got {len(images)} and {len(words)}")
    height, width = images.shape[-2:]
    room = height // 2  # for the words
    padded = torch.nn.functional.pad(images, (1, 1, room, 1), value=-1.0)
    plots.image_grid(axes, padded, COLUMNS)
    for place, text in enumerate(words):
        row, column = divmod(place, COLUMNS)
        middle, top = column * (width + 4) + width / 2 + 1.5, row * (height + room + 3) + room / 2 + 0.8
        axes.text(middle, top, text, ha="center", va="center", fontsize=9)
    axes.spines[:].set_visible(False)


def discriminate(
    real: torch.Tensor,
    generated: torch.Tensor,
    discriminator: Callable[[torch.Tensor], torch.Tensor],
    *,
    stream: Stream,
    title: str,
    count: int = 40,
) -> Discriminate:
    """Let the reader tell real images from generated ones, and compare with a trained discriminator on the same images.

    A saved notebook shows the images of the first round with numbers, for paper, and the key behind a fold.

    Args:
        real: (N, 1, H, W) grey images from -1 (white) to 1 (black).
        generated: (M, 1, H, W) fakes of the same size.
        discriminator: images (B, 1, H, W) to scores (B,); above 0 says real.
        stream: where the choice and the order of the images come from.
        title: what the reader can find out.
        count: images in a round, a multiple of 20, half of them real.

    Returns:
        What is shown: its `real` says which `images` of this round are real, its `scores()` what D says of them.

    Raises:
        TypeError: an argument is not of its kind.
        ValueError: the title is empty, the count no multiple of 20, or there are too few images for one round.
    """
    floating_tensor("real", real, "N", 1, "H", "W"), floating_tensor("generated", generated, "M", 1, *real.shape[-2:])
    function("discriminator", discriminator, "a network"), able("stream", stream, "a Stream", "permutation")
    check_words("title", title)
    if positive_integer("count", count) % (2 * COLUMNS):
        raise ValueError(f"count must be a multiple of {2 * COLUMNS}, got {count}")
    for name, pool in {"real": real, "generated": generated}.items():
        if len(pool) < count // 2:
            raise ValueError(f"{name} must hold at least {count // 2} images, got {len(pool)}")
    widget = Discriminate(real, generated, discriminator, stream, title, count)
    display(widget)
    # A saved notebook has no widget; discriminate.css hides this beside a live one.
    caption, key = map(html.escape, widget.saved())
    fold = f"<details><summary>The key: which of them are real?</summary><p>{key}</p></details>"
    saved = f'<div class="gan-discriminate-saved"><p><em>{caption}</em></p>{fold}</div>'
    display({"text/html": saved, "text/plain": caption}, raw=True)
    return widget
