"""The exercises of notebook 03: solutions pass, typical mistakes get the hint that helps, garbage a friendly one."""

from itertools import permutations

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, softplus

from gan_edu.checks import one_step as check
from gan_edu.game.gan import descend, discriminator_loss, generator_loss
from gan_edu.game.updates import alternating, simultaneous


def answer_of(capsys, examine, attempt):
    examine(attempt)
    return capsys.readouterr().out


def by_labels(real_scores, fake_scores):
    """The loss as PyTorch writes it."""
    real = binary_cross_entropy_with_logits(real_scores, torch.ones_like(real_scores), reduction="none")
    fake = binary_cross_entropy_with_logits(fake_scores, torch.zeros_like(fake_scores), reduction="none")
    return real + fake


def half_detached(gan, draw, stream):
    real, *given = draw()
    gan.d_optimizer.zero_grad()
    discriminator_loss(gan, real, gan.fake(real, given, stream).detach(), given, stream).backward()
    gan.d_optimizer.step()
    g_loss = generator_loss(gan, real, gan.fake(real, given, stream), given, stream)
    gan.g_optimizer.zero_grad()
    g_loss.backward()
    gan.g_optimizer.step()


def never_detached(gan, draw, stream):
    real, *given = draw()
    gan.d_optimizer.zero_grad()
    discriminator_loss(gan, real, gan.fake(real, given, stream), given, stream).backward()
    gan.d_optimizer.step()
    g_loss = generator_loss(gan, real, gan.fake(real, given, stream), given, stream)
    gan.g_optimizer.zero_grad()
    g_loss.backward()
    gan.g_optimizer.step()


def never_cleared(gan, draw, stream):
    real, *given = draw()
    gan.d_optimizer.zero_grad()
    gan.g_optimizer.zero_grad()
    discriminator_loss(gan, real, gan.fake(real, given, stream), given, stream).backward()
    gan.d_optimizer.step()
    generator_loss(gan, real, gan.fake(real, given, stream), given, stream).backward()
    gan.g_optimizer.step()


def fakes_used_twice(gan, draw, stream):
    real, *given = draw()
    fake = gan.fake(real, given, stream)
    descend(gan.d_optimizer, discriminator_loss(gan, real, fake.detach(), given, stream))
    descend(gan.g_optimizer, generator_loss(gan, real, fake, given, stream))


def generator_asleep(gan, draw, stream):
    real, *given = draw()
    descend(gan.d_optimizer, discriminator_loss(gan, real, gan.fake(real, given, stream).detach(), given, stream))


SOLUTIONS = [
    (check.loss_from_scores, by_labels),
    (check.order, "RTQPS"),
    (check.order, list("rtqps")),
    (check.mended, alternating),
    (check.reading, "fhdw"),
]


@pytest.mark.parametrize(("examine", "attempt"), SOLUTIONS)
def test_a_solution_is_accepted(capsys, examine, attempt):
    assert answer_of(capsys, examine, attempt).startswith("✓ correct.")


MISTAKES = [
    (check.loss_from_scores, lambda real, fake: -by_labels(real, fake), "that is V, which D wants large"),
    (check.loss_from_scores, lambda real, fake: by_labels(real, fake) / 2, "the mean of two prices"),
    (check.loss_from_scores, lambda real, fake: by_labels(fake, real), "exchanged"),
    (check.loss_from_scores, lambda real, fake: softplus(-real) + softplus(-fake), "what the generator would pay"),
    (check.loss_from_scores, lambda real, fake: softplus(-real), "whatever the score of the fake is"),
    (check.loss_from_scores, lambda real, fake: by_labels(real, fake).mean(), "The mean is taken later"),
    (
        check.loss_from_scores,
        lambda real, fake: -torch.log(real.sigmoid() + 1e-7) - torch.log(1 - fake.sigmoid() + 1e-7),
        "rounded to 0 before its logarithm",
    ),
    (check.loss_from_scores, lambda real, fake: -torch.log(real) - torch.log(1 - fake), "A score can be any number"),
    (check.loss_from_scores, lambda real, fake: None, "Is there a return?"),
    (check.loss_from_scores, lambda real, fake: 1 / 0, "ZeroDivisionError"),
    (check.order, "TRQPS", "line T uses fake, which no line above it has made"),
    (check.order, "RTPQS", "PyTorch stops at line S"),
    (check.order, "RTPSQ", "simultaneous"),
    (check.order, "RTQP", "is needed once"),
    (check.order, 7, "is needed once, got 7"),
    (check.order, [None, 3], "is needed once"),
    (check.mended, never_cleared, "still holds what D's loss has left there"),
    (check.mended, never_detached, "D's loss still reaches into G"),
    (check.mended, half_detached, "G's loss computes gradients of D's weights"),
    (check.mended, simultaneous, "take G's loss after D has moved"),
    (check.mended, fakes_used_twice, "new noise"),
    (check.mended, generator_asleep, "none of G's weights has moved"),
    (check.mended, lambda gan, draw, stream: None, "none of D's weights has moved"),
    (check.mended, lambda gan, draw, stream: draw().nonsense, "AttributeError"),
    (check.reading, "hfdw", "look at run 1 again"),
    (check.reading, "fhwd", "look at run 3 again"),
    (check.reading, "fhd", "is needed once"),
    (check.reading, None, "is needed once, got None"),
    (check.mended, None, "a function (gan, draw, stream) is asked for, got None"),
    (check.loss_from_scores, 1.386, "a function (real_scores, fake_scores) is asked for"),
    (check.loss_from_scores, lambda real, fake: 1.386, "you return 1.386; a tensor is asked for"),
    (check.loss_from_scores, lambda real, fake: real - fake, "you return 5.0000, not 0.1755"),
]


@pytest.mark.parametrize(("examine", "attempt", "hint"), MISTAKES)
def test_a_mistake_gets_its_hint(capsys, examine, attempt, hint):
    answer = answer_of(capsys, examine, attempt)
    assert answer.startswith("✗ not yet: ")
    assert hint in answer


@pytest.mark.parametrize("examine", [check.loss_from_scores, check.order, check.mended, check.reading])
def test_three_dots_count_as_not_attempted(capsys, examine):
    assert "not attempted yet" in answer_of(capsys, examine, ...)


def test_of_all_orders_one_is_right_and_three_run_to_another_end(capsys):
    answers = [answer_of(capsys, check.order, "".join(letters)) for letters in permutations("PQRST")]
    assert sum(answer.startswith("✓") for answer in answers) == 1
    assert sum("this order runs" in answer for answer in answers) == 3
