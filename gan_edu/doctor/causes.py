"""All causes that the doctor can name: what each means, the repair, and the notebook that explains it.

Their order is that of a report: what breaks the step comes first, then what the losses are made of, then how fast and
how far; what stands below may follow from what stands above.
"""

from dataclasses import dataclass

PLAYERS = "01 · Two players"
VALUE = "02 · The value function"
STEP = "03 · One step by hand"
VANISHING = "04 · Vanishing gradients"
COLLAPSE = "05 · Mode collapse"
CONVERGENCE = "06 · Does it converge?"
LOSSES = "07 · Losses"
DISTANCE = "08 · The Wasserstein distance"
CLINIC = "20 · The clinic"


@dataclass(frozen=True)
class Cause:
    """What a cause means, how it is repaired in one or two lines, and where it is explained."""

    meaning: str
    repair: str
    notebook: str


CAUSES = {
    "step-raises": Cause(
        "The step breaks off with an error.",
        "mend the line below; the traceback is the evidence",
        STEP,
    ),
    "log-of-score": Cause(
        "The discriminator ends without a sigmoid, so its scores are no probabilities; their logarithm is "
        "not a number or has no meaning.",
        "F.binary_cross_entropy_with_logits(scores, labels)  # or F.softplus(-scores); or end D with nn.Sigmoid()",
        CLINIC,
    ),
    "softmax-over-one": Cause(
        "A softmax over a single number is always 1: the discriminator cannot say anything, and no gradient passes.",
        "nn.Linear(width, 1)  # and no softmax behind it; use binary_cross_entropy_with_logits",
        STEP,
    ),
    "broadcast-loss": Cause(
        "Scores and labels of shapes (B, 1) and (B,) were broadcast to (B, B): every score is compared with "
        "every label.",
        "scores = discriminator(images).squeeze(1)  # or labels.unsqueeze(1): equal shapes",
        STEP,
    ),
    "sigmoid-twice": Cause(
        "A sigmoid was applied to what is a probability already: the loss never gets near zero and the "
        "gradients are small.",
        "remove nn.Sigmoid() at the discriminator's end  # or use nn.BCELoss()",
        STEP,
    ),
    "labels-outside-range": Cause(
        "A cross-entropy with labels outside of [0, 1] has no lower bound: the scores are driven to infinity.",
        "labels = labels.clamp(0, 1)",
        CLINIC,
    ),
    "data-unused": Cause(
        "Other data would train the discriminator in just the same way: it never sees the batch.",
        "real_scores = discriminator(real)  # the batch that step() was given",
        PLAYERS,
    ),
    "fakes-unused": Cause(
        "Other fakes would train the discriminator in just the same way: it is never shown what the generator makes.",
        "fake_scores = discriminator(generator(noise).detach())  # in the discriminator's loss",
        PLAYERS,
    ),
    "generator-detached": Cause(
        "No gradient reaches the generator: its fakes were detached, or made without a graph, before they "
        "were judged for its own loss.",
        "g_loss = loss(discriminator(generator(noise)))  # no .detach(), .data or no_grad here",
        STEP,
    ),
    "generator-ignores-discriminator": Cause(
        "With other weights in the discriminator the generator gets the same gradient: its loss never asks "
        "the discriminator.",
        "g_loss = F.softplus(-discriminator(fake)).mean()",
        PLAYERS,
    ),
    "wrong-weights": Cause(
        "An optimizer moves weights that are not its player's: a player is trained with the other's loss.",
        "torch.optim.Adam(discriminator.parameters())  # and generator.parameters() for the other",
        CLINIC,
    ),
    "weights-untrained": Cause(
        "Weights are in no optimizer that steps, or get no gradient: they stay as they were drawn.",
        "torch.optim.Adam(network.parameters())  # lists of layers as nn.ModuleList, all with requires_grad",
        STEP,
    ),
    "gradients-not-zeroed": Cause(
        "Gradients of earlier backward passes are still in .grad when the optimizer steps: old gradients, or "
        "the other player's, are added.",
        "optimizer.zero_grad()  # directly before loss.backward(), for each optimizer",
        CLINIC,
    ),
    "discriminator-wrong-sign": Cause(
        "The discriminator's loss does not pull its scores of data and fakes apart, or in the direction that "
        "also the generator wants.",
        "d_loss = F.softplus(-real_scores).mean() + F.softplus(fake_scores).mean()",
        VALUE,
    ),
    "generator-wrong-sign": Cause(
        "The generator's loss pushes the scores of its fakes where the discriminator pushes them too: it "
        "helps to be found out.",
        "g_loss = F.softplus(-discriminator(fake)).mean()  # the sign, or the label, turned round",
        VALUE,
    ),
    "outputs-as-loss": Cause(
        "A loss is the bare output of the discriminator, where its game asks for a logarithm: its slope does "
        "not depend on how wrong it is.",
        "F.binary_cross_entropy(discriminator(fake), torch.ones(len(fake), 1))",
        LOSSES,
    ),
    "critic-unbounded": Cause(
        "The loss is the difference of bare scores, and nothing bounds the critic (a penalty of weight 0 does not): "
        "its scores can grow for ever.",
        "add a gradient penalty, or clip: for p in critic.parameters(): p.data.clamp_(-0.01, 0.01)",
        DISTANCE,
    ),
    "noise-fixed": Cause(
        "The generator makes the same examples again and again: its noise is drawn once, or one z serves the "
        "whole batch.",
        "noise = torch.randn(len(real), noise_size)  # anew in each step, a row for each example",
        CLINIC,
    ),
    "squares-between": Cause(
        "The generator's loss compares each fake with the example that happens to stand beside it: it asks "
        "for their average, which is blurred.",
        "remove the squared distance to the batch; let the discriminator compare",
        CLINIC,
    ),
    "penalty-without-graph": Cause(
        "A slope was computed without create_graph: its penalty is a constant, and moves no weight.",
        "torch.autograd.grad(scores.sum(), x, create_graph=True)",
        DISTANCE,
    ),
    "penalty-wrong-axes": Cause(
        "The norm of the slope is not taken over all numbers of one example.",
        "slope.flatten(1).norm(2, dim=1)  # one norm for each example",
        DISTANCE,
    ),
    "normal-interpolation": Cause(
        "The gradient penalty looks at points outside of the lines between data and fakes: the weights are "
        "to be uniform in [0, 1].",
        "weights = torch.rand(len(real), *[1] * (real.ndim - 1))  # rand, not randn",
        DISTANCE,
    ),
    "batchnorm-under-penalty": Cause(
        "With batch normalization a score depends on the whole batch, so the slope at one example is not "
        "what the penalty means.",
        "nn.InstanceNorm2d(channels, affine=True)  # or LayerNorm, in the discriminator",
        CLINIC,
    ),
    "batchnorm-mixes": Cause(
        "Data and fakes go through batch normalization in one batch: the scores of one depend on the other.",
        "real_scores, fake_scores = discriminator(real), discriminator(fake)  # two calls",
        COLLAPSE,
    ),
    "batchnorm-scale-zero": Cause(
        "The scales of batch normalization were drawn around zero: they shrink and flip all signals.",
        "nn.init.normal_(layer.weight, 1.0, 0.02)  # around one",
        CLINIC,
    ),
    "eval-mode": Cause(
        "A network is trained in evaluation mode, or evaluated in training mode: batch statistics and "
        "dropout are not those that are meant.",
        "network.train()  # before training; network.eval() around evaluation only",
        CLINIC,
    ),
    "linear-discriminator": Cause(
        "The discriminator is an affine function: it can compare means and nothing else.",
        "nn.Sequential(nn.Linear(size, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1))",
        PLAYERS,
    ),
    "scores-per-row": Cause(
        "The discriminator gives not one score for each example, but one for each row of it.",
        "images.flatten(1)  # before the first linear layer",
        CLINIC,
    ),
    "bottleneck": Cause(
        "All that a network knows of an example passes through a layer that is far too small.",
        "nn.Linear(noise_size, channels * 4 * 4)  # as many numbers as the layers behind it can use",
        PLAYERS,
    ),
    "sizes-unbalanced": Cause(
        "One player has many times the weights of the other, which cannot keep up.",
        "give both players about the same width and depth",
        PLAYERS,
    ),
    "range-mismatch": Cause(
        "The fakes cannot take the values that the data have: the discriminator tells them by their range alone.",
        "real = 2 * real - 1  # data in [-1, 1] for a generator that ends with tanh",
        CLINIC,
    ),
    "rate-zero": Cause(
        "The weights hardly move.",
        "torch.optim.Adam(network.parameters(), lr=2e-4)",
        STEP,
    ),
    "rate-too-high": Cause(
        "Each step moves the weights by a large part of their size: what was learned is overwritten.",
        "torch.optim.Adam(network.parameters(), lr=2e-4)",
        CONVERGENCE,
    ),
    "not-finite": Cause(
        "A number that is not finite came up, and spreads through all weights.",
        "mend the operation named above",
        LOSSES,
    ),
    "saturated": Cause(
        "The discriminator is sure, and where it is sure the generator's loss is flat: the gradient has vanished.",
        "g_loss = F.softplus(-fake_scores).mean()  # not log(1 - D(G(z))), nor a mean of probabilities",
        VANISHING,
    ),
    "samples-alike": Cause(
        "The generator's examples hardly differ from each other.",
        "see the notebook: R1, minibatch statistics, packing",
        COLLAPSE,
    ),
}
