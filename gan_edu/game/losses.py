"""What each player pays, from the scores: one value per example, (B,), smaller is better.

What a score means is the loss's to say. For those with logarithms it is a logit: D(x) = sigmoid(score), positive means
real. Then -log D = softplus(-score) and -log(1 - D) = softplus(score), which stay exact where the logarithm of a
rounded probability would not.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch.nn.functional import relu, softplus

from gan_edu.arguments import function, made, number, positive_number, share


@dataclass(frozen=True)
class Loss:
    """What the two players pay.

    Args:
        discriminator: (real scores (B,), fake scores (B,)) to the discriminator's loss (B,).
        generator: (fake scores (B,)) to the generator's loss (B,).
        paired: the generator's loss compares each fake with a real example, and takes (real scores, fake scores) too.
            Then only differences of scores have a meaning.
        probability: what a score says, as the probability that an example is real: scores (B,) to D(x), (B,). None if a
            score stands for no probability.
        resting_score: the score of all examples, real and fake, where the discriminator cannot tell them apart. None if
            every constant is as good.
    """

    discriminator: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    generator: Callable[..., torch.Tensor]
    paired: bool = False
    probability: Callable[[torch.Tensor], torch.Tensor] | None = torch.sigmoid
    resting_score: float | None = 0.0

    def __post_init__(self):
        function("discriminator", self.discriminator), function("generator", self.generator)
        made("paired", self.paired, bool, "True or False")
        if self.probability is not None:
            function("probability", self.probability)
        if self.resting_score is not None:
            number("resting_score", self.resting_score)

    @torch.no_grad()
    def equilibrium(self) -> tuple[float, float]:
        """The discriminator's and the generator's loss where no discriminator can tell real from fake.

        The generator's is NaN if the loss does not fix it, as when scores are free by a constant.
        """
        scores = torch.full((1,), self.resting_score or 0.0)
        generator_pays = self.generator(scores, scores) if self.paired else self.generator(scores)
        free = self.resting_score is None and not self.paired
        return float(self.discriminator(scores, scores)), math.nan if free else float(generator_pays)


def cross_entropy(real_scores: torch.Tensor, fake_scores: torch.Tensor) -> torch.Tensor:
    """-log D(x) - log(1 - D(G(z))) for each pair: its mean is -V, and 2 log 2 if D says one half everywhere.

    Source: Goodfellow et al. 2014 (arXiv:1406.2661), equation 1. Built in notebook 03.
    """
    return softplus(-real_scores) + softplus(fake_scores)


def real_above_fake(real_scores: torch.Tensor, fake_scores: torch.Tensor) -> torch.Tensor:
    """-log sigmoid(real score - fake score): the discriminator has to tell which of the two is real."""
    return softplus(fake_scores - real_scores)


def fake_above_real(real_scores: torch.Tensor, fake_scores: torch.Tensor) -> torch.Tensor:
    """-log sigmoid(fake score - real score): a fake has to look more real than its pair."""
    return softplus(real_scores - fake_scores)


def log_one_minus(fake_scores: torch.Tensor) -> torch.Tensor:
    """log(1 - D(G(z))), the generator's own term of the value: almost flat where D is sure of a fake."""
    return -softplus(fake_scores)


def minus_log(fake_scores: torch.Tensor) -> torch.Tensor:
    """-log D(G(z)): the same aim, steepest where D is sure of a fake."""
    return softplus(-fake_scores)


@dataclass(frozen=True)
class SmoothedCrossEntropy:
    """-a log D(x) - (1 - a) log(1 - D(x)) for real examples, -log(1 - D(G(z))) for fakes: real ones are labelled a.

    The best D is a p/(p + q): of a real example it is never surer than a, and where there are only fakes it is 0, as
    without smoothing.

    Source: Salimans et al. 2016 (arXiv:1606.03498), section 3.4: one-sided label smoothing. Built in notebook 04.

    Args:
        real_label: a, above zero and below one.
    """

    real_label: float = 0.9

    def __post_init__(self):
        positive_number("real_label", share("real_label", self.real_label))

    def __call__(self, real_scores: torch.Tensor, fake_scores: torch.Tensor) -> torch.Tensor:
        """Return what each pair of a real example and a fake costs, (B,)."""
        # softplus(-s) + (1 - a) s is -a log D - (1 - a) log(1 - D), as log D - log(1 - D) is the score s
        return softplus(-real_scores) + (1 - self.real_label) * real_scores + softplus(fake_scores)


def squares(real_scores: torch.Tensor, fake_scores: torch.Tensor) -> torch.Tensor:
    """(score - 1)² for real examples and score² for fakes: the best score is the probability p/(p + q) itself."""
    return (real_scores - 1).square() + fake_scores.square()


def square_to_real(fake_scores: torch.Tensor) -> torch.Tensor:
    """(score - 1)² for fakes: as near to what real examples should score as they can get."""
    return (fake_scores - 1).square()


def fake_minus_real(real_scores: torch.Tensor, fake_scores: torch.Tensor) -> torch.Tensor:
    """Fake score - real score: its mean is -W₁ for the best discriminator whose scores have a slope of at most 1."""
    return fake_scores - real_scores


def belief_of_smoothed(scores: torch.Tensor) -> torch.Tensor:
    """p/(p + q) from the scores of a D that was trained with real labels of 0.9: its sigmoid, divided by that label."""
    return (scores.sigmoid() / 0.9).clamp(max=1)


def hinges(real_scores: torch.Tensor, fake_scores: torch.Tensor) -> torch.Tensor:
    """max(0, 1 - score) for real examples and max(0, 1 + score) for fakes: nothing to gain beyond 1 and -1."""
    return relu(1 - real_scores) + relu(1 + fake_scores)


def between_0_and_1(scores: torch.Tensor) -> torch.Tensor:
    """Scores that are probabilities already, cut off where they overshoot."""
    return scores.clamp(0, 1)


minimax = Loss(cross_entropy, log_one_minus)
"""Both players move the same value V in opposite directions: Goodfellow et al. 2014, equation 1."""

non_saturating = Loss(cross_entropy, minus_log)
"""The generator maximizes log D(G(z)) instead: Goodfellow et al. 2014, section 3."""

relativistic = Loss(real_above_fake, fake_above_real, paired=True)
"""Both players look at pairs of one real and one fake: Jolicoeur-Martineau 2018 (arXiv:1807.00734).

Each real example is a level of its own that a fake has to reach. Met in notebook 05.
"""

least_squares = Loss(squares, square_to_real, probability=between_0_and_1, resting_score=0.5)
"""Distances to the targets 1 and 0: Mao et al. 2016 (arXiv:1611.04076), equation 2 without its factors of one half."""

smoothed_labels = Loss(
    SmoothedCrossEntropy(0.9), minus_log, probability=belief_of_smoothed, resting_score=math.log(0.45 / 0.55)
)
"""The non-saturating loss with one-sided label smoothing: Salimans et al. 2016 (arXiv:1606.03498), section 3.4."""

wasserstein = Loss(fake_minus_real, torch.neg, probability=None, resting_score=None)
"""The difference of mean scores. It needs a bound on the discriminator's slope, by a penalty or by clipped weights:
Arjovsky et al. 2017 (arXiv:1701.07875), equation 2.
"""

hinge = Loss(hinges, torch.neg, probability=None, resting_score=None)
"""The best score is 1 where data are denser than fakes and -1 elsewhere, its value 2 - 2 TV: Lim and Ye 2017
(arXiv:1705.02894), Miyato et al. 2018 (arXiv:1802.05957), equations 16 and 17. Built in notebook 07.
"""
