"""Watch a training loop that runs, by hooks alone: not a bit of it changes, and it is hardly slower."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn

from gan_edu.arguments import made
from gan_edu.doctor import networks_seen, ownership, training_seen
from gan_edu.doctor.findings import by_cause
from gan_edu.doctor.players import DISCRIMINATOR, GENERATOR
from gan_edu.doctor.recorder import Recorder
from gan_edu.doctor.report import ALWAYS_UNTESTED, Report

CLOSELY, EVERY = 8, 50  # steps that are written down from the start, and then one of so many
TESTED = (
    "whose weights each optimizer moves, and whether gradients are zeroed",
    "whether gradients reach the generator and weights stay finite",
    "how far each step moves the weights, sizes and modes of both networks",
)
UNTESTED = ("what depends on what, signs and operations of the losses (examine does)",)


class Watched:
    """What was written down of a loop so far; ask it for its `report()` at any time."""

    def __init__(self, recorder: Recorder):
        self._recorder = recorder

    def report(self) -> Report:
        """What is wrong, as far as one can see without changing anything."""
        recorder = self._recorder
        looked = (
            *(training_seen.finite(recorder), training_seen.rates(recorder), training_seen.detached(recorder)),
            *(training_seen.saturated(recorder), training_seen.alike(recorder)),
            *(ownership.zeroed(recorder), ownership.owners(recorder), networks_seen.modes(recorder)),
            *(ownership.unregistered(recorder), ownership.switched_off(recorder)),
            networks_seen.sizes(recorder.players),
        )
        findings = by_cause(finding for test in looked for finding in test)
        return Report(findings, (*TESTED, f"{recorder.step} steps"), (*UNTESTED, *ALWAYS_UNTESTED))


@contextmanager
def watch(generator: nn.Module, discriminator: nn.Module) -> Iterator[Watched]:
    """Watch the training of two networks within this block, whatever the loop looks like.

    A step ends when an optimizer that has stepped steps again. The first steps are written down in full, later ones now
    and then. Built in notebook 20.

    Args:
        generator, discriminator: the networks, or an `nn.ModuleDict` or `nn.ModuleList` of several.

    Returns:
        As the block's variable, what was seen: print its `report()`.

    Raises:
        TypeError: one of the two is no network.
    """
    made("generator", generator, nn.Module, "a network"), made("discriminator", discriminator, nn.Module, "a network")
    recorder = _Sampling({GENERATOR: generator, DISCRIMINATOR: discriminator})
    with recorder.attached():
        yield Watched(recorder)


class _Sampling(Recorder):
    """A recorder that counts steps by itself, and writes down some of them."""

    def __init__(self, players: dict[str, nn.Module]):
        super().__init__(players, moves=lambda step: True, keep=lambda step: True)
        self._stepped_now: set[int] = set()

    def _stepping(self, optimizer) -> None:
        if id(optimizer) in self._stepped_now:
            self._next_step()
        self._stepped_now.add(id(optimizer))
        super()._stepping(optimizer)

    def _next_step(self) -> None:
        self._stepped_now.clear()
        self.step += 1
        listen = self.step < CLOSELY or self.step % EVERY < 3
        if listen and not self.listening:
            self.look()
        elif self.listening and not listen:
            self.look_away()
            self._held.clear()
        last = self.calls[-40:]
        for call in self.calls[:-40]:
            call.inputs, call.outputs = [], []
        self.calls = self.calls[:400] + [call for call in last if call not in self.calls[:400]]
