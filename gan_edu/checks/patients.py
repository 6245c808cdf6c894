"""Patients of notebook 20: a working training function in which one piece of code is exchanged for another."""

import inspect
import linecache
from collections.abc import Callable, Sequence

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from gan_edu.arguments import able, made
from gan_edu.randomness import Stream, initialize

Step = Callable[[torch.Tensor], tuple[torch.Tensor, torch.Tensor]]
Make = Callable[[], tuple[nn.Module, nn.Module, Step]]


def code(make: Make) -> str:
    """The code of a training function, also of one that `altered` made."""
    able("make", make, "a function that makes a generator, a discriminator and a step", "__call__")
    return inspect.getsource(make)


def altered(make: Make, piece: str, other: str) -> Make:
    """The same training function, but for one piece of its code.

    So a patient differs from the healthy run in what is to blame, and in nothing else; and its repair is the way back.

    Args:
        make: a function `make()` that returns generator, discriminator and `step(real)`, written in a cell
            or in a file.
        piece: what stands in its code, exactly once.
        other: what shall stand there.

    Raises:
        ValueError: the piece does not stand there exactly once.

    Built for notebook 20.
    """
    made("piece", piece, str, "a string"), made("other", other, str, "a string")
    before = code(make)
    if before.count(piece) != 1:
        raise ValueError(f"piece must stand exactly once in the code, got {before.count(piece)} times {piece!r}")
    source = before.replace(piece, other)
    file = f"<{make.__name__} with {other}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    own = dict(make.__globals__)
    exec(compile(source, file, "exec"), own)
    return own[make.__name__]


def specimen(
    d_loss: Callable = lambda D, real, fake: _cost(D(real), 1.0) + _cost(D(fake), 0.0),
    g_loss: Callable = lambda D, real, fake: _cost(D(fake), 1.0),
    clear: Sequence[str] = ("G", "D"),
) -> Make:
    """A small game on points (B, 2) whose losses and manners the checks choose: what a reader's test is tried on.

    Each one that is made starts with the same weights and draws the same noise.

    Args:
        d_loss, g_loss: functions of the discriminator, the real examples and the fakes.
        clear: whose old gradients the step clears before it differentiates, of "G" and "D".
    """

    def make() -> tuple[nn.Module, nn.Module, Step]:
        generator = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 2))
        discriminator = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 1))
        draws = Stream(0, "specimen")
        initialize(generator, draws), initialize(discriminator, draws)
        players = {"G": generator, "D": discriminator}
        optimizers = {name: torch.optim.SGD(player.parameters(), lr=0.1) for name, player in players.items()}

        def move(name: str, loss: torch.Tensor) -> None:
            if name in clear:
                optimizers[name].zero_grad()
            loss.backward()
            optimizers[name].step()

        def step(real: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            fake = generator(draws.normal(64, 2))
            move("D", on_d := d_loss(discriminator, real, fake.detach()))
            move("G", on_g := g_loss(discriminator, real, fake))
            return on_d, on_g

        return generator, discriminator, step

    return make


def _cost(scores: torch.Tensor, label: float) -> torch.Tensor:
    return binary_cross_entropy_with_logits(scores, torch.full_like(scores, label))
