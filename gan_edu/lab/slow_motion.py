"""Slow motion: the next step of a run in six parts, each a caption and what to draw of a few examples."""

from collections.abc import Callable, Sequence

import torch

from gan_edu.game.gan import discriminator_loss, generator_loss
from gan_edu.game.snapshot import unchanged
from gan_edu.lab.run import Watched
from gan_edu.lab.views import Arrays, Sight, believed, slope, tiles
from gan_edu.randomness import Stream

FOLLOWED = 16  # examples


class SlowMotion:
    """How far a step is explained, of one run or of two in step.

    `drawn` is what the present part adds to the picture of each run.
    """

    def __init__(self, runs: Sequence[Watched]) -> None:
        self._runs = runs
        self.forget()

    def forget(self) -> None:
        """Begin with the first part next time."""
        self._coming: list[tuple[tuple[str, Arrays], ...]] = []
        self.drawn: list[Arrays] = [{} for _ in self._runs]

    def next(self, train: Callable[[int], object]) -> str:
        """Go on to the next part, and return its caption; `train` makes the step that lies before the last."""
        if self._coming == [()]:  # stands for the last part, which is known only once the step is made
            train(1)
            part = [after_the_step(run.sight, before) for run, before in zip(self._runs, self.drawn, strict=True)]
        else:
            sights = [run.sight for run in self._runs]
            self._coming = self._coming or [*zip(*map(parts_of_a_step, sights), strict=True), ()]
            part = self._coming[0]
        self._coming = self._coming[1:]
        self.drawn = [arrays for _, arrays in part]
        return " ".join(run.says(caption) for run, (caption, _) in zip(self._runs, part, strict=True))


def parts_of_a_step(sight: Sight) -> list[tuple[str, Arrays]]:
    """What leads to the next step, in order; nothing has moved yet."""
    gan, real, noise = sight.training.gan, sight.real[:FOLLOWED], followed_noise(sight, sight.training.step)
    given = tuple(each[:FOLLOWED] for each in sight.given)
    with torch.no_grad():
        fake = unchanged(gan.generator)(noise, *given)
        on_real, on_fakes = believed(sight, real, given).mean(), believed(sight, fake, given).mean()
    pulls = -slope(gan, real, fake, given)
    if fake.dim() == 2:
        drawn = {"noise": (noise[:, :2] * sight.extent / 3).float().numpy()}
        made = drawn | {"fakes": fake.float().numpy()}
        pulled = made | {"pulls": torch.cat([fake, pulls], -1).float().numpy()}
        seen, falls = " (their first two numbers, as places)", "along the arrows"
    else:
        drawn, made = {}, {"generated": tiles(fake)}
        pulled = {"generated": tiles(pulls / pulls.abs().max())}
        seen, falls = "", "with more ink where it is dark and less where it is light"
    stream = Stream(0, "looking", dtype=real.dtype)
    paid = discriminator_loss(gan, real, fake, given, stream).item()
    pays = generator_loss(gan, real, fake, given, stream).item()
    return [
        (f"1 of 6. Noise: {FOLLOWED} random draws, the generator's only input{seen}.", drawn),
        ("2 of 6. Fakes: the generator turns each draw of noise into a sample.", made),
        (f"3 of 6. Scores: on average D says {on_real:.2f} of real ones and {on_fakes:.2f} of these fakes.", made),
        (f"4 of 6. The discriminator's loss here is {paid:.2f}: its move will make that smaller.", made),
        (f"5 of 6. Gradient: with D as it is now, the generator's loss, {pays:.2f}, falls {falls}.", pulled),
    ]


@torch.no_grad()
def after_the_step(sight: Sight, before: Arrays) -> tuple[str, Arrays]:
    """The last part of a step, after the `before` of the last but one: where the same noise leads now."""
    given = [each[:FOLLOWED] for each in sight.given]
    moved = unchanged(sight.training.gan.generator)(followed_noise(sight, sight.training.step - 1), *given)
    if "fakes" not in before:
        return "6 of 6. The players have moved: the same noise now makes these images.", {"generated": tiles(moved)}
    caption = "6 of 6. The players have moved: the same noise now leads to the ends of the lines, not always along the"
    caption += " arrows, as all samples share the generator's weights."
    return caption, {"fakes": before["fakes"], "moved": moved.float().numpy()}


def followed_noise(sight: Sight, step: int) -> torch.Tensor:
    """The noise (FOLLOWED, Z) that slow motion follows through the step after `step` steps."""
    stream = Stream(step, "following", dtype=sight.real.dtype)
    return sight.training.gan.noise(FOLLOWED, stream)
