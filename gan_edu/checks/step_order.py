"""Check of notebook 03: five lines of a step in order."""

from collections.abc import Sequence

from gan_edu.checks.exercise import exercise
from gan_edu.checks.wrong_steps import small_game
from gan_edu.data.points import ring
from gan_edu.game.gan import descend, discriminator_loss, generator_loss

# The five lines of the exercise: what each needs from the lines above it, and what it makes.
NEEDS = {"P": "fake", "Q": "d_loss", "S": "g_loss", "T": "fake"}
MAKES = {"P": "g_loss", "R": "fake", "T": "d_loss"}
RIGHT_ORDER = "RTQPS"


@exercise("Fakes, D's loss, D moves; then G's loss against the D that has just moved, and G moves.")
def order(attempt: str | Sequence[str]) -> str | None:
    """Examine the five letters of the shuffled lines, in the order in which they make an alternating step."""
    letters = "".join(str(part) for part in attempt if part) if isinstance(attempt, (str, list, tuple)) else ""
    letters = "".join(character for character in letters.upper() if character.isalpha())
    if sorted(letters) != sorted(RIGHT_ORDER):
        return f"each of the five letters P, Q, R, S and T is needed once, got {attempt!r}."
    made = {None}
    for letter in letters:
        if NEEDS.get(letter) not in made:
            return f"line {letter} uses {NEEDS[letter]}, which no line above it has made."
        made.add(MAKES.get(letter))
    wanted = _play(RIGHT_ORDER)
    try:
        got = _play(letters)
    except RuntimeError:
        return (
            "PyTorch stops at line S: line P took G's loss from D's weights, and line Q has changed them in between, "
            "so the gradient can no longer be computed."
        )
    if got == wanted:
        return None
    return (
        "this order runs, but it is the simultaneous step: both players move from the same point. G's loss is "
        f"{got:.3f} here, taken from the D before its move; taken from the D after its move it is {wanted:.3f}."
    )


def _play(letters: str) -> float:
    """Run the five lines in this order, once, in a small game; return the generator's loss."""
    gan, stream = small_game(learning_rate=1.0)
    real, names = ring().sample(64, stream), {}
    lines = {
        "P": lambda: names.update(g_loss=generator_loss(gan, real, names["fake"], [], stream)),
        "Q": lambda: descend(gan.d_optimizer, names["d_loss"]),
        "R": lambda: names.update(fake=gan.fake(real, [], stream)),
        "S": lambda: descend(gan.g_optimizer, names["g_loss"]),
        "T": lambda: names.update(d_loss=discriminator_loss(gan, real, names["fake"].detach(), [], stream)),
    }
    for letter in letters:
        lines[letter]()
    return names["g_loss"].item()
