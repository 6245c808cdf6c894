"""What can be said of the two networks as they are: sizes, layers, modes, and the range of what they make."""

from collections.abc import Iterator

import torch
from torch import nn

from gan_edu.doctor.dependence import kinds
from gan_edu.doctor.findings import Finding, found
from gan_edu.doctor.interventions import Looks
from gan_edu.doctor.players import DISCRIMINATOR, GENERATOR, Call
from gan_edu.doctor.recorder import Recorder

BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
BY_MODE = (*BATCH_NORMS, nn.Dropout, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout)


def sizes(players: dict[str, nn.Module]) -> Iterator[Finding]:
    """Has one player many times the weights of the other?"""
    counts = {name: sum(one.numel() for one in network.parameters()) for name, network in players.items()}
    small, large = sorted(counts, key=counts.get)
    ratio = counts[large] / max(counts[small], 1)
    if counts[small] and ratio >= 100:
        seen = f"{counts[large]:,} weights in the {large}, {counts[small]:,} in the {small}: {ratio:,.0f} times as many"
        yield found("sizes-unbalanced", seen, 0.6 if ratio < 300 else 0.8)


def batch_normalization(looks: Looks, players: dict[str, nn.Module]) -> Iterator[Finding]:
    """Scales around zero at the start; a gradient penalty above; data and fakes in one batch."""
    for player, network in players.items():
        layers = [module for module in network.modules() if isinstance(module, BATCH_NORMS) and module.affine]
        near = [float(layer.weight.detach().abs().mean()) for layer in layers if layer.weight.numel() > 1]
        around = [one for one in near if 0 < one < 0.2]
        if around and len(around) >= len(near) / 2:
            yield found(
                "batchnorm-scale-zero",
                f"scales of batch normalization in the {player} are {max(around):.2g} or less in size",
                0.95,
            )
    judge = players[DISCRIMINATOR]
    if not any(isinstance(module, BATCH_NORMS) and module.training for module in judge.modules()):
        return
    if looks.trace.penalties and looks.trace.first("penalty on slopes"):
        seen = "the slope at each example is penalised, and the discriminator normalizes over the batch"
        yield found("batchnorm-under-penalty", seen, 0.9, looks.trace.first("penalty on slopes").line)
    for number, of_rows in kinds(looks).items():
        call = looks.still.recorder.calls[number]
        if call.training and {"real", "fake"} <= set(of_rows) and call.pushes:
            seen = f"one call with {of_rows.count('real')} examples and {of_rows.count('fake')} fakes, in training mode"
            yield found("batchnorm-mixes", seen, 0.9)


def modes(recorder: Recorder) -> Iterator[Finding]:
    """Is a network trained in evaluation mode?"""
    for player in (GENERATOR, DISCRIMINATOR):
        calls = [call for call in recorder.calls if call.player == player and call.pushes and _has_modes(call.module)]
        wrong = [call for call in calls if not call.training]
        if calls and len(wrong) > 0.5 * len(calls):
            layers = sorted(
                {type(module).__name__ for module in calls[0].module.modules() if isinstance(module, BY_MODE)}
            )
            seen = (
                f"{len(wrong)} of {len(calls)} calls of the {player} that it learns from are in evaluation "
                f"mode, with {', '.join(layers)}"
            )
            yield found("eval-mode", seen, 0.9)
    idle = [
        call
        for call in recorder.calls
        if call.player == GENERATOR and call.training and not call.graph and _normalizes(call.module)
    ]
    unseen = [call for call in idle if not _judged_later(call, recorder)]
    steps = len({call.step for call in recorder.calls if call.out_rows})
    if len({call.step for call in unseen}) > steps / 2:
        seen = (
            f"{len(unseen)} batches of samples that nobody judges were made in training mode: they move the "
            f"running statistics"
        )
        yield found("eval-mode", seen, 0.6)


def _has_modes(network: nn.Module) -> bool:
    return any(isinstance(module, BY_MODE) for module in network.modules())


def _normalizes(network: nn.Module) -> bool:
    return any(isinstance(module, BATCH_NORMS) for module in network.modules())


def _judged_later(made: Call, recorder: Recorder) -> bool:
    """Whether a later call of any network was given what this call made; when in doubt, yes."""
    if not made.out_rows:
        return True
    later = recorder.calls[recorder.calls.index(made) + 1 :]
    return any(
        call.step - made.step > 1 or any(rows.shape[:1] >= made.out_rows[0].shape[:1] for rows in call.in_rows)
        for call in later[:20]
        if call.player == DISCRIMINATOR
    )


def ranges(looks: Looks) -> Iterator[Finding]:
    """Can the fakes take the values that the data have?"""
    ends = {ending for (player, _, _), (ending, _) in looks.trace.endings.items() if player == GENERATOR}
    of_rows = kinds(looks)
    real = [value for number, told in of_rows.items() for value in _shown(looks, number, told)]
    real = [one for one in real if one.numel()]
    if not real or len(ends) != 1:
        return
    values = torch.cat([one.flatten() for one in real]).float()
    low, high = float(values.min()), float(values.max())
    beyond = float((values.abs() > 1.1).float().mean())
    end = next(iter(ends))
    words = (
        f"the generator ends with {end.rstrip('_')}; the data that the discriminator sees lie from "
        f"{low:.2g} to {high:.2g}"
    )
    if (end.startswith("tanh") and (beyond > 0.02 or (low > -0.05 and high > 0.3))) or (
        end.startswith("sigmoid")
        and (float((values < -0.1).float().mean()) > 0.02 or float((values > 1.1).float().mean()) > 0.02)
    ):
        yield found("range-mismatch", words, 0.9)
    elif end.startswith("relu") and float((values < -0.1).float().mean()) > 0.1:
        yield found("range-mismatch", words, 0.8)


def _shown(looks: Looks, number: int, told: list[str]) -> Iterator[torch.Tensor]:
    """The real rows of what the discriminator is given first."""
    live = looks.live.recorder.calls
    if number < len(live) and live[number].inputs and live[number].player == DISCRIMINATOR:
        given = live[number].inputs[0]
        if given.is_floating_point() and len(given) % len(told) == 0:
            real = torch.tensor([one == "real" for one in told], device=given.device)
            yield given[real.repeat_interleave(len(given) // len(told))]  # one score may be that of several in a pack


def outputs(looks: Looks) -> Iterator[Finding]:
    """Does the discriminator give one score for each example?"""
    for (player, _, index), (ending, rows) in looks.trace.endings.items():
        calls = [
            call
            for call in looks.live.recorder.calls
            if call.player == player == DISCRIMINATOR and len(call.outputs) > index
        ]
        if ending not in ("linear", "sigmoid") or not calls or not calls[0].inputs or not calls[0].inputs[0].ndim:
            continue
        scores, batch = calls[0].outputs[index], len(calls[0].inputs[0])
        per_row = (
            scores.ndim >= 3 and scores.shape[-1] == 1 and scores.shape[:-1].numel() > batch and rows >= scores.numel()
        )
        if per_row or (scores.ndim <= 2 and scores.numel() == len(scores) > batch and rows > batch):
            seen = (
                f"{batch} examples of shape {tuple(calls[0].inputs[0].shape[1:])} get {scores.numel()} "
                f"scores, {scores.numel() // batch} each"
            )
            yield found("scores-per-row", seen, 0.9)
