"""Streams of random numbers with a leading member axis: many as one."""

import copy
from collections.abc import Callable, Sequence

import torch

from gan_edu.randomness import Stream


class Streams:
    """The streams of M members as one: draws have a leading member axis, and each member gets its own numbers.

    Args:
        streams: M streams, which stay as they are. Those with the same seed and state are drawn from once.
    """

    def __init__(self, streams: Sequence[Stream]):
        self.dtype, self.device = streams[0].dtype, streams[0].device
        first: dict[int, int] = {}
        for index, stream in enumerate(streams):
            same = first.setdefault(stream.generator.initial_seed(), index)
            if not torch.equal(stream.generator.get_state(), streams[same].generator.get_state()):
                raise ValueError(f"streams of the same seed must be in the same state, got members {same} and {index}")
        self._own = [twin(streams[index]) for index in first.values()]
        places = {seed: place for place, seed in enumerate(first)}
        self._place = torch.tensor([places[stream.generator.initial_seed()] for stream in streams], device=self.device)

    def normal(self, *shape: int) -> torch.Tensor:
        """Draw standard normal numbers (M, *shape)."""
        return self._draw(lambda stream: stream.normal(*shape))

    def uniform(self, *shape: int) -> torch.Tensor:
        """Draw uniform numbers in [0, 1), (M, *shape)."""
        return self._draw(lambda stream: stream.uniform(*shape))

    def integers(self, high: int, *shape: int) -> torch.Tensor:
        """Draw integers from 0 to high - 1, (M, *shape)."""
        return self._draw(lambda stream: stream.integers(high, *shape))

    def permutation(self, count: int) -> torch.Tensor:
        """Draw the numbers 0 to count - 1 in random order, (M, count)."""
        return self._draw(lambda stream: stream.permutation(count))

    def normal_like(self, examples: torch.Tensor) -> torch.Tensor:
        """Draw standard normal numbers in the shape of (M, B, ...) examples."""
        return self.normal(*examples.shape[1:])

    def uniform_like(self, examples: torch.Tensor) -> torch.Tensor:
        """Draw uniform numbers in [0, 1) in the shape of (M, B, ...) examples."""
        return self.uniform(*examples.shape[1:])

    def states(self) -> list[torch.Tensor]:
        """The state of each member's stream."""
        own = [stream.generator.get_state() for stream in self._own]
        return [own[place] for place in self._place]

    def _draw(self, draw: Callable[[Stream], torch.Tensor]) -> torch.Tensor:
        drawn = torch.stack([draw(stream) for stream in self._own])
        return drawn if len(self._own) == len(self._place) else drawn[self._place]


def twin(stream: Stream) -> Stream:
    """Make a stream that goes on with the same numbers; the two do not disturb each other."""
    other = copy.copy(stream)
    other.generator = stream.generator.clone_state()
    return other
