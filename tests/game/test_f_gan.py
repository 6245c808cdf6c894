"""The losses of f-GAN equal their conjugates, found by search, and their best scores and values the divergences."""

import math

import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar

from gan_edu.game import f_gan
from gan_edu.game.losses import minimax
from gan_edu.theory import best_gaussian, divergences

X = torch.linspace(-12, 12, 4801, dtype=torch.float64)
P, Q = best_gaussian.gaussian(X, 0.0, 1.0), best_gaussian.gaussian(X, 0.7, 1.2)
# The divergence as its f, its best score from log(p/q), and its value by quadrature.
GAMES = {
    "kullback_leibler": (lambda u: u * np.log(u), lambda ratio: 1 + ratio, divergences.kullback_leibler),
    "reverse_kullback_leibler": (lambda u: -np.log(u), lambda ratio: ratio, best_gaussian.reverse_kullback_leibler),
    "pearson": (lambda u: (u - 1) ** 2, lambda ratio: 2 * (ratio.exp() - 1), best_gaussian.pearson),
    "squared_hellinger": (
        lambda u: (np.sqrt(u) - 1) ** 2,
        lambda ratio: ratio / 2,
        best_gaussian.squared_hellinger,
    ),
    "jensen_shannon": (
        lambda u: u * np.log(u) - (u + 1) * np.log((u + 1) / 2),
        lambda ratio: ratio,
        lambda p, q: 2 * divergences.jensen_shannon(p, q),
    ),
    "total_variation": (
        lambda u: np.abs(u - 1) / 2,
        lambda ratio: 40 * ratio.sign(),  # in truth infinite; tanh(40) is 1
        divergences.total_variation,
    ),
}


def test_each_loss_is_tried():
    assert {name for name, value in vars(f_gan).items() if isinstance(value, f_gan.Loss)} == set(GAMES)


def critic_and_price(loss, score):
    """T and f*(T) at one score, read from what the discriminator pays."""
    zero, at = torch.zeros(1, dtype=torch.float64), torch.tensor([score], dtype=torch.float64)
    price_at_zero = -loss.generator(zero)
    return (price_at_zero - loss.discriminator(at, zero)).item(), -loss.generator(at).item()


@pytest.mark.parametrize("name", GAMES)
@pytest.mark.parametrize("score", [-2.5, -1.0, 0.0, 0.4, 1.3])
def test_the_price_of_a_fake_is_the_conjugate_of_f(name, score):
    f, loss = GAMES[name][0], getattr(f_gan, name)
    critic, price = critic_and_price(loss, score)
    ratios = np.exp(np.linspace(-12, 6, 200_001))
    heights = critic * ratios - f(ratios)
    top = int(heights.argmax())
    if 0 < top < len(ratios) - 1:
        inside = minimize_scalar(
            lambda u: f(u) - critic * u, bounds=(ratios[top - 1], ratios[top + 1]), method="bounded"
        )
        highest = max(-inside.fun, heights[top])
    else:
        highest = heights[top]  # where the best ratio is 0 it is approached only
    if name == "pearson" and critic < -2:  # f* of f for all real u; ratios below 0 do not occur
        return
    assert price == pytest.approx(highest, abs=2e-4)


@pytest.mark.parametrize("name", GAMES)
def test_the_best_score_is_the_best_and_reaches_the_divergence(name):
    _, best_of, divergence = GAMES[name]
    loss = getattr(f_gan, name)
    best = best_of(divergences.optimal_score(P, Q))

    def value(scores):
        price, critic = -loss.generator(scores), -loss.generator(scores) - loss.discriminator(scores, scores)
        finite = torch.where(price.isfinite() & critic.isfinite(), P.values * critic - Q.values * price, 0.0)
        return torch.trapezoid(finite, X).item()

    assert value(best) == pytest.approx(divergence(P, Q), rel=1e-6)
    for wrong in (best + 0.01, best - 0.01, best * 1.02) if name != "total_variation" else (best * 0.01, -best):
        assert value(wrong) < value(best)


@pytest.mark.parametrize("name", GAMES)
def test_a_score_says_the_probability_and_rests_where_both_densities_are_equal(name):
    loss, best_of = getattr(f_gan, name), GAMES[name][1]
    if loss.probability is None:
        assert name == "total_variation"
        assert loss.resting_score is None
        assert loss.equilibrium()[0] == 0
        return
    ratios = torch.tensor([0.05, 0.5, 1.0, 3.0], dtype=torch.float64).log()
    assert loss.probability(best_of(ratios)).tolist() == pytest.approx(ratios.sigmoid().tolist())
    assert loss.resting_score == pytest.approx(best_of(torch.zeros(1, dtype=torch.float64)).item())
    assert loss.equilibrium()[0] == pytest.approx(0, abs=1e-6)  # the divergence of a density from itself


@pytest.mark.parametrize("name", GAMES)
def test_the_generator_goes_down_the_same_value_that_the_discriminator_goes_up(name):
    loss, real = getattr(f_gan, name), torch.zeros(5, dtype=torch.float64)
    fake = torch.linspace(-2, 2, 5, dtype=torch.float64, requires_grad=True)
    (by_discriminator,) = torch.autograd.grad(loss.discriminator(real, fake).sum(), fake)
    (by_generator,) = torch.autograd.grad(loss.generator(fake).sum(), fake)
    assert torch.equal(by_generator, -by_discriminator)
    assert loss.generator(fake).shape == loss.discriminator(real, fake).shape == (5,)


def test_the_jensen_shannon_game_is_minimax_but_for_a_constant():
    real, fake = torch.randn(2, 50, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    assert (minimax.discriminator(real, fake) - f_gan.jensen_shannon.discriminator(real, fake)).numpy() == (
        pytest.approx(2 * math.log(2))
    )


@pytest.mark.parametrize(
    ("name", "slopes"),
    [
        ("kullback_leibler", [0, -math.inf]),
        ("reverse_kullback_leibler", [-1, -1]),
        ("pearson", [499, -501]),  # below -2 the slope has turned round: no best score lies there
        ("squared_hellinger", [0, -math.inf]),
        ("jensen_shannon", [0, -1]),
        ("total_variation", [0, 0]),
    ],
)
def test_extreme_scores_have_the_slopes_of_their_equations(name, slopes):
    scores = torch.tensor([-1000.0, 1000.0], requires_grad=True)
    getattr(f_gan, name).generator(scores).sum().backward()
    assert scores.grad.tolist() == slopes


def test_a_bad_part_is_refused_by_name():
    with pytest.raises(TypeError, match="critic must be"):
        f_gan.f_loss(3, torch.exp)
    with pytest.raises(TypeError, match="price must be"):
        f_gan.f_loss(torch.exp, None)
