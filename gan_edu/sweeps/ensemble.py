"""Networks with a leading member axis: many as one.

An update function does not see the difference: scores are (M, B), losses (M,), and as their sum over the members is
what is differentiated, each member gets exactly its own gradient.
"""

import copy
from collections.abc import Sequence

import torch
from torch import nn
from torch.func import functional_call, vmap
from torch.nn.utils import parameters_to_vector, parametrize

from gan_edu.sweeps.fingerprints import alike

# Layers that treat every number, or every example, alike, however many axes stand in front.
ALIKE = (nn.ReLU, nn.LeakyReLU, nn.Tanh, nn.Sigmoid, nn.Softplus, nn.SiLU, nn.GELU, nn.ELU)
# What a layer keeps under these names belongs to it alone.
OWN = {"_parameters", "_modules"}
HOOKS = ("_forward_hooks", "_backward_hooks", "_backward_pre_hooks", "_post_accumulate_grad_hooks")


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
    every = sum(1 for _ in network.named_parameters(remove_duplicate=False))
    if every > sum(1 for _ in network.parameters()):  # weights that several layers share
        return False
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
    for layer in networks[0].modules():
        if reason := _unfit(layer):
            raise ValueError(f"networks must not hold {type(layer).__name__} in an ensemble: {reason}")
    if len({weights.dtype for weights in networks[0].parameters()}) > 1:
        raise ValueError("networks must have weights of one dtype in an ensemble, got several")
    for network in networks[1:]:
        if difference := _difference(networks[0], network):
            raise ValueError(f"networks must differ in their weights alone, got {difference}")


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
    if any(getattr(part, name, None) for part in (layer, *layer.parameters(recurse=False)) for name in HOOKS):
        return "it has hooks, which would see all members at once"
    if "forward" in vars(layer):
        return "its forward was replaced"
    return ""


def _difference(one: nn.Module, other: nn.Module) -> str:
    """What two networks differ in besides the values of their weights, whether `repr` shows it or not."""
    ours, theirs = dict(one.named_modules()), dict(other.named_modules())
    if list(map(type, ours.values())) != list(map(type, theirs.values())) or ours.keys() != theirs.keys():
        return f"{one} and {other}"
    weights, others = dict(one.named_parameters()), dict(other.named_parameters())
    if _kinds(weights) != _kinds(others):
        return f"{one} and {other}, or weights of which only some are frozen"
    for name, layer in ours.items():
        for attribute in vars(layer).keys() | vars(theirs[name]).keys():
            values = [vars(found).get(attribute) for found in (layer, theirs[name])]
            if attribute not in OWN and not alike(*values):
                return f"{attribute} of {type(layer).__name__} {name} with {values[0]} and {values[1]}"
    return ""


def _kinds(weights: dict[str, nn.Parameter]) -> list[tuple]:
    return [(name, own.shape, own.dtype, own.requires_grad) for name, own in weights.items()]
