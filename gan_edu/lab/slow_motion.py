"""Slow motion: the next step of a run in six parts, each a caption and what to draw of a few examples."""

from collections.abc import Callable, Sequence

import torch

from gan_edu.game.gan import discriminator_loss, generator_loss
from gan_edu.lab.run import Run
from gan_edu.lab.scores import says
from gan_edu.lab.views import Arrays, ViewInput, as_floats, generator_slope, rows_of
from gan_edu.randomness import Stream

FOLLOWED = 16  # examples
COLUMNS = 4  # of their images


class SlowMotion:
    """How far a step is explained, of one run or of two in step.

    `drawn` is what the present part adds to the picture of each run.
    """

    def __init__(self, runs: Sequence[Run]) -> None:
        self._runs = runs
        self.forget()

    def forget(self) -> None:
        """Begin with the first part next time."""
        self._parts_left: list[tuple[tuple[str, Arrays], ...]] = []
        self.drawn: list[Arrays] = [{} for _ in self._runs]

    def next(self, train: Callable[[int], object]) -> str:
        """Go on to the next part, and return its caption; `train` makes the step that lies before the last."""
        if self._parts_left == [()]:  # stands for the last part, which is known only once the step is made
            train(1)
            part = [after_the_step(run.view_input, drawn) for run, drawn in zip(self._runs, self.drawn, strict=True)]
        else:
            view_inputs = [run.view_input for run in self._runs]
            self._parts_left = self._parts_left or [*zip(*map(parts_of_a_step, view_inputs), strict=True), ()]
            part = self._parts_left[0]
        self._parts_left = self._parts_left[1:]
        self.drawn = [arrays for _, arrays in part]
        return " ".join(run.named(caption) for run, (caption, _) in zip(self._runs, part, strict=True))


def parts_of_a_step(view_input: ViewInput) -> list[tuple[str, Arrays]]:
    """The five parts that come before the step, in order; nothing has moved yet."""
    gan, step = view_input.gan, view_input.training.step
    real, given = view_input.real[:FOLLOWED], [each[:FOLLOWED] for each in view_input.given]
    noise = followed_noise(view_input, step)
    with torch.no_grad():
        fake = gan.generator(noise, *given)
        on_real, on_fakes = (view_input.judge(examples, given).mean() for examples in (real, fake))
    stream = Stream(step, "losses shown", dtype=real.dtype, device=real.device)
    d_loss = discriminator_loss(gan, real, fake, given, stream).item()
    g_loss = generator_loss(gan, real, fake, given, stream).item()
    draw = draw_points if fake.dim() == 2 else draw_images
    first, made, pulled = draw(noise, fake, -generator_slope(view_input, real, fake, given), view_input.extent)
    inputs = "the generator's only input" if not given else "which the generator takes beside what is given"
    seen, falls = (
        (" (their first two numbers, as places)", "along the arrows")
        if fake.dim() == 2
        else ("", "where each pixel changes towards what is shown, from paper to ink")
    )
    said = "D says" if says(gan.loss) == "D" else "the score is"
    return [
        (f"1 of 6. Noise: {FOLLOWED} random draws, {inputs}{seen}.", first),
        ("2 of 6. Fakes: the generator turns each draw of noise into a sample.", made),
        (f"3 of 6. Scores: on average {said} {on_real:.2f} of real ones and {on_fakes:.2f} of these fakes.", made),
        (f"4 of 6. The discriminator's loss here is {d_loss:.2f}: its move will make that smaller.", made),
        (f"5 of 6. Gradient: with D as it is now, the generator's loss, {g_loss:.2f}, falls {falls}.", pulled),
    ]


def draw_points(noise: torch.Tensor, fake: torch.Tensor, pulls: torch.Tensor, extent: float) -> tuple[Arrays, ...]:
    """What is drawn of points: their noise, the fakes too, and the arrows too."""
    first = {"noise": as_floats(noise[:, :2] * extent / 3)}
    made = first | {"fakes": as_floats(fake)}
    return first, made, made | {"pulls": as_floats(torch.cat([fake, pulls], -1))}


def draw_images(noise: torch.Tensor, fake: torch.Tensor, pulls: torch.Tensor, extent: float) -> tuple[Arrays, ...]:
    """What is drawn of images: nothing of their noise, the fakes, and the direction of each pixel."""
    return {}, {"generated": rows_of(fake, COLUMNS)}, {"generated": rows_of(pulls / pulls.abs().max(), COLUMNS)}


@torch.no_grad()
def after_the_step(view_input: ViewInput, drawn: Arrays) -> tuple[str, Arrays]:
    """The sixth part, after the step: where the same noise leads now. `drawn` is what the fifth part drew."""
    noise = followed_noise(view_input, view_input.training.step - 1)
    moved = view_input.gan.generator(noise, *(each[:FOLLOWED] for each in view_input.given))
    if "fakes" not in drawn:
        caption = "6 of 6. The players have moved: the same noise now makes these images."
        return caption, {"generated": rows_of(moved, COLUMNS)}
    caption = "6 of 6. The players have moved: the same noise now leads to the ends of the lines, not always along the"
    caption += " arrows, as all samples share the generator's weights."
    return caption, {"fakes": drawn["fakes"], "moved": as_floats(moved)}


def followed_noise(view_input: ViewInput, step: int) -> torch.Tensor:
    """The noise (FOLLOWED, Z) that slow motion follows through the step after `step` steps."""
    stream = Stream(step, "following", dtype=view_input.real.dtype, device=view_input.real.device)
    return view_input.gan.noise(FOLLOWED, stream)
