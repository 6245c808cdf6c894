"""Networks, streams and optimizers with a leading member axis: many GANs in the place of one.

An update function does not see the difference: scores are (M, B), losses (M,), and as their sum over the members is
what is differentiated, each member gets exactly its own gradient.
"""

import copy
from collections.abc import Callable, Iterable, Sequence

import torch
from torch import nn
from torch.func import functional_call, vmap
from torch.nn.utils import parameters_to_vector, parametrize

from gan_edu.randomness import Stream

# Layers that treat every number, or every example, alike, however many axes stand in front.
ALIKE = (nn.ReLU, nn.LeakyReLU, nn.Tanh, nn.Sigmoid, nn.Softplus, nn.SiLU, nn.GELU, nn.ELU)


class Ensemble(nn.Module):
    """M networks of one kind as one network: (M, B, ...) to what each of them makes of its own (B, ...).

    Args:
        networks: M networks that differ in their weights alone. They are copied.

    Raises:
        ValueError: if there is none, if they differ in more, or if they hold a layer with a state or with chance of
            its own. The message names the layer.
    """

    batch_axis = 1

    def __init__(self, networks: Sequence[nn.Module]):
        super().__init__()
        check_networks(networks)
        self._template = (copy.deepcopy(networks[0]),)  # in a tuple: its weights are not the ensemble's
        self._names, self._shapes = zip(*((name, w.shape) for name, w in networks[0].named_parameters()), strict=True)
        # All weights of a member in one row, (M, P): the optimizer has one tensor to move instead of many small ones.
        rows = torch.stack([parameters_to_vector(network.parameters()) for network in networks])
        self.weights = nn.Parameter(rows.detach())

    def forward(self, inputs: torch.Tensor, *given: torch.Tensor) -> torch.Tensor:
        rows = self.weights.split([shape.numel() for shape in self._shapes], dim=1)
        weights = [row.unflatten(1, shape) for row, shape in zip(rows, self._shapes, strict=True)]
        if _is_perceptron(self._template[0]):
            return _perceptron(self._template[0], weights, inputs)
        named = dict(zip(self._names, weights, strict=True))
        return vmap(lambda own, *each: functional_call(self._template[0], own, each))(named, inputs, *given)

    @torch.no_grad()
    def copy_to(self, member: int, network: nn.Module) -> None:
        """Copy the weights of one member into a network of its own."""
        rows = self.weights[member].split([shape.numel() for shape in self._shapes])
        for weights, row in zip(network.parameters(), rows, strict=True):
            weights.copy_(row.view_as(weights))


def _is_perceptron(network: nn.Module) -> bool:
    """Is it a chain of linear layers and of others that need no `vmap`?"""
    return type(network).forward is nn.Sequential.forward and all(
        type(layer) in (nn.Linear, *ALIKE) or (type(layer) is nn.Flatten and layer.start_dim < 0) for layer in network
    )


def _perceptron(network: nn.Sequential, weights: list[torch.Tensor], inputs: torch.Tensor) -> torch.Tensor:
    """As `vmap` of the network, a sixth cheaper."""
    remaining = iter(weights)
    for layer in network:
        if type(layer) is not nn.Linear:
            inputs = layer(inputs)
            continue
        weight, bias = next(remaining), next(remaining).unsqueeze(1) if layer.bias is not None else 0.0
        if layer.out_features == 1:  # the products of batches are as slow for one column as for 64
            inputs = (inputs * weight).sum(-1, keepdim=True) + bias
        elif layer.bias is None:
            inputs = inputs.bmm(weight.mT)
        else:
            inputs = torch.baddbmm(bias, inputs, weight.mT)
    return inputs


def check_networks(networks: Sequence[nn.Module]) -> None:
    """Raise the ValueError of `Ensemble` if it cannot be made of these networks."""
    if not networks:
        raise ValueError("networks must be at least one, got none")
    for network in networks:
        if repr(network) != repr(networks[0]):
            raise ValueError(f"networks must differ in their weights alone, got {networks[0]} and {network}")
    for layer in networks[0].modules():
        if reason := _unfit(layer):
            raise ValueError(f"networks must not hold {type(layer).__name__} in an ensemble: {reason}")


def _unfit(layer: nn.Module) -> str:
    """Why a layer cannot be part of an ensemble; empty if it can."""
    if isinstance(layer, nn.modules.dropout._DropoutNd):
        return "it draws from the numbers that everybody shares, and not from the stream of its member"
    if isinstance(layer, nn.RNNBase):
        return "PyTorch's recurrent layers know no member axis; write the cell with Linear"
    if parametrize.is_parametrized(layer) or layer._forward_pre_hooks:
        return "a parametrization such as spectral_norm keeps a state that the members would share"
    if next(layer.buffers(recurse=False), None) is not None:
        return "it keeps buffers, such as running statistics, that the members would share"
    return ""


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


class MemberAdam(torch.optim.Optimizer):
    """Adam with a learning rate and betas for each member; weights and state have the leading member axis.

    Source: Kingma and Ba 2014 (arXiv:1412.6980), algorithm 1.

    Args:
        parameters: one tensor (M, P).
        optimizers: the M members' own, from which learning rates, betas, epsilons and states are taken over.

    Raises:
        ValueError: if one of them is not Adam, has settings beside these three, or has made another number of steps.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], optimizers: Sequence[torch.optim.Optimizer]):
        (self.weights,) = parameters
        check_optimizers(optimizers)
        names = ("lr", "eps", "beta1", "beta2")
        groups = [optimizer.param_groups[0] for optimizer in optimizers]
        rows = [(g.get("initial_lr", g["lr"]), g["eps"], *g["betas"]) for g in groups]
        columns = torch.tensor(rows, dtype=self.weights.dtype, device=self.weights.device).T.unsqueeze(
            -1
        )  # each (M, 1)
        super().__init__([self.weights], dict(zip(names, columns, strict=True)))
        self.mean, self.square = (torch.stack([_moment(o, name) for o in optimizers]) for name in MOMENTS)
        self.steps = _steps(optimizers[0])

    @torch.no_grad()
    def step(self, closure: None = None) -> None:
        """Move all members."""
        (group,) = self.param_groups
        gradient, beta1, beta2 = self.weights.grad, group["beta1"], group["beta2"]
        self.steps += 1
        self.mean.lerp_(gradient, 1 - beta1)
        self.square.lerp_(gradient.square(), 1 - beta2)
        length = group["lr"] / (1 - beta1**self.steps)
        width = (self.square / (1 - beta2**self.steps)).sqrt_().add_(group["eps"])
        self.weights.addcdiv_(self.mean * -length, width)

    @torch.no_grad()
    def copy_to(self, member: int, optimizer: torch.optim.Optimizer) -> None:
        """Copy the state of one member into an optimizer of its own; before the first step there is none."""
        if self.steps == 0:
            return
        weights = optimizer.param_groups[0]["params"]
        sizes = [own.numel() for own in weights]
        for own, mean, square in zip(
            weights, self.mean[member].split(sizes), self.square[member].split(sizes), strict=True
        ):
            moments = (mean.view_as(own).clone(), square.view_as(own).clone())
            optimizer.state[own] = dict(zip(MOMENTS, moments, strict=True), step=torch.tensor(float(self.steps)))


MOMENTS = ("exp_avg", "exp_avg_sq")  # what PyTorch's Adam calls the running means of the gradient and of its square


def check_optimizers(optimizers: Sequence[torch.optim.Optimizer]) -> None:
    """Raise the ValueError of `MemberAdam` if it cannot be made of these optimizers."""
    for optimizer in optimizers:
        own, plain = optimizer.defaults, {"weight_decay": 0, "amsgrad": False, "maximize": False}
        if type(optimizer) is not torch.optim.Adam or any(own[name] != value for name, value in plain.items()):
            raise ValueError(f"optimizers must be plain Adam in an ensemble, got {optimizer}")
        if _steps(optimizer) != _steps(optimizers[0]):
            counts = f"{_steps(optimizers[0])} and {_steps(optimizer)}"
            raise ValueError(f"optimizers must have made the same number of steps, got {counts}")


def _steps(optimizer: torch.optim.Adam) -> int:
    return max((int(state["step"]) for state in optimizer.state.values()), default=0)


def _moment(optimizer: torch.optim.Adam, name: str) -> torch.Tensor:
    """One of the moments of all weights, (P,); zero before the first step."""
    weights = optimizer.param_groups[0]["params"]
    return parameters_to_vector([optimizer.state.get(w, {}).get(name, torch.zeros_like(w)) for w in weights]).detach()
