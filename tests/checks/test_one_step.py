"""The exercises of notebook 03: solutions pass, typical mistakes get the hint that helps, garbage a friendly one."""

from functools import partial
from itertools import permutations

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, softplus

from gan_edu.checks import four_runs, one_step, step_order
from gan_edu.game.gan import descend, discriminator_loss, generator_loss
from gan_edu.game.updates import alternating, simultaneous
from gan_edu.measure.modes import coverage


def answer_of(capsys, examine, attempt):
    examine(attempt)
    return capsys.readouterr().out


def by_labels(real_scores, fake_scores):
    """The loss as PyTorch writes it."""
    real = binary_cross_entropy_with_logits(real_scores, torch.ones_like(real_scores), reduction="none")
    fake = binary_cross_entropy_with_logits(fake_scores, torch.zeros_like(fake_scores), reduction="none")
    return real + fake


# D's half, as students write it.


def d_half(generator, discriminator, d_optimizer, real, stream):
    with torch.no_grad():
        fake = generator(stream.normal(len(real), 2))
    loss = by_labels(discriminator(real), discriminator(fake)).mean()
    d_optimizer.zero_grad()
    loss.backward()
    d_optimizer.step()
    return loss.detach()


def d_half_in_one_pass(generator, discriminator, d_optimizer, real, stream):
    fake = generator(stream.normal(len(real), 2)).detach()
    d_optimizer.zero_grad()
    real_scores, fake_scores = discriminator(torch.cat([real, fake])).chunk(2)
    loss = (softplus(-real_scores) + softplus(fake_scores)).mean()
    loss.backward()
    d_optimizer.step()
    return loss.item()


def d_half_paying(price, generator, discriminator, d_optimizer, real, stream):
    fake = generator(stream.normal(len(real), 2)).detach()
    loss = price(discriminator(real), discriminator(fake))
    d_optimizer.zero_grad()
    loss.backward()
    d_optimizer.step()
    return loss.detach()


def by_one_call(real_scores, fake_scores):
    labels = torch.cat([torch.ones_like(real_scores), torch.zeros_like(fake_scores)])
    return binary_cross_entropy_with_logits(torch.cat([real_scores, fake_scores]), labels)


def d_half_with_record(generator, discriminator, d_optimizer, real, stream):
    fake = generator(stream.normal(len(real), 2))
    loss = by_labels(discriminator(real), discriminator(fake)).mean()
    d_optimizer.zero_grad()
    loss.backward()
    d_optimizer.step()
    return loss.detach()


def d_half_never_cleared(generator, discriminator, d_optimizer, real, stream):
    fake = generator(stream.normal(len(real), 2)).detach()
    loss = by_labels(discriminator(real), discriminator(fake)).mean()
    loss.backward()
    d_optimizer.step()
    return loss.detach()


def d_half_cleared_too_late(generator, discriminator, d_optimizer, real, stream):
    fake = generator(stream.normal(len(real), 2)).detach()
    loss = by_labels(discriminator(real), discriminator(fake)).mean()
    loss.backward()
    d_optimizer.zero_grad()
    d_optimizer.step()
    return loss.detach()


def d_half_without_a_move(generator, discriminator, d_optimizer, real, stream):
    fake = generator(stream.normal(len(real), 2)).detach()
    loss = by_labels(discriminator(real), discriminator(fake)).mean()
    d_optimizer.zero_grad()
    loss.backward()
    return loss.detach()


def d_half_on_noise(generator, discriminator, d_optimizer, real, stream):
    loss = by_labels(discriminator(real), discriminator(stream.normal(len(real), 2))).mean()
    d_optimizer.zero_grad()
    loss.backward()
    d_optimizer.step()
    return loss.detach()


def d_half_with_noise_of(noise, generator, discriminator, d_optimizer, real, stream):
    fake = generator(noise(real, stream)).detach()
    loss = by_labels(discriminator(real), discriminator(fake)).mean()
    d_optimizer.zero_grad()
    loss.backward()
    d_optimizer.step()
    return loss.detach()


def d_half_on_256_fakes(generator, discriminator, d_optimizer, real, stream):
    fake = generator(stream.normal(256, 2)).detach()
    loss = softplus(-discriminator(real)).mean() + softplus(discriminator(fake)).mean()
    d_optimizer.zero_grad()
    loss.backward()
    d_optimizer.step()
    return loss.detach()


def d_half_making_fakes_twice(generator, discriminator, d_optimizer, real, stream):
    fakes = generator(stream.normal(len(real), 2))
    assert fakes.shape == real.shape
    return d_half(generator, discriminator, d_optimizer, real, stream)


def d_half_twice(generator, discriminator, d_optimizer, real, stream):
    loss = d_half(generator, discriminator, d_optimizer, real, stream)
    d_optimizer.step()
    return loss


def d_half_differentiating_twice(generator, discriminator, d_optimizer, real, stream):
    fake = generator(stream.normal(len(real), 2)).detach()
    loss = by_labels(discriminator(real), discriminator(fake)).mean()
    d_optimizer.zero_grad()
    loss.backward()
    loss.backward()
    d_optimizer.step()
    return loss.detach()


def d_half_moving_g(generator, discriminator, d_optimizer, real, stream):
    optimizer = torch.optim.SGD([*generator.parameters(), *discriminator.parameters()], lr=0.1)
    loss = by_labels(discriminator(real), discriminator(generator(stream.normal(len(real), 2)))).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.detach()


def d_half_returning(value, *arguments):
    d_half(*arguments)
    return value


def d_half_returning_a_record(generator, discriminator, d_optimizer, real, stream):
    fake = generator(stream.normal(len(real), 2)).detach()
    loss = by_labels(discriminator(real), discriminator(fake)).mean()
    d_optimizer.zero_grad()
    loss.backward()
    d_optimizer.step()
    return loss


# The whole step.


def whole(generator, discriminator, g_optimizer, d_optimizer, real, stream):
    d_loss = d_half(generator, discriminator, d_optimizer, real, stream)
    g_loss = softplus(-discriminator(generator(stream.normal(len(real), 2)))).mean()
    g_optimizer.zero_grad()
    g_loss.backward()
    g_optimizer.step()
    return d_loss, g_loss.detach()


def whole_paying(price, generator, discriminator, g_optimizer, d_optimizer, real, stream):
    d_loss = d_half(generator, discriminator, d_optimizer, real, stream)
    g_loss = price(discriminator(generator(stream.normal(len(real), 2))))
    g_optimizer.zero_grad()
    g_loss.backward()
    g_optimizer.step()
    return d_loss, g_loss.detach()


def whole_reusing(generator, discriminator, g_optimizer, d_optimizer, real, stream):
    fake = generator(stream.normal(len(real), 2))
    d_loss = by_labels(discriminator(real), discriminator(fake.detach())).mean()
    d_optimizer.zero_grad()
    d_loss.backward()
    d_optimizer.step()
    g_loss = softplus(-discriminator(fake)).mean()
    g_optimizer.zero_grad()
    g_loss.backward()
    g_optimizer.step()
    return d_loss.detach(), g_loss.detach()


def whole_reusing_the_record(generator, discriminator, g_optimizer, d_optimizer, real, stream):
    fake = generator(stream.normal(len(real), 2))
    d_loss = by_labels(discriminator(real), discriminator(fake)).mean()
    d_optimizer.zero_grad()
    d_loss.backward()
    d_optimizer.step()
    g_loss = softplus(-discriminator(fake)).mean()
    g_optimizer.zero_grad()
    g_loss.backward()
    g_optimizer.step()
    return d_loss.detach(), g_loss.detach()


def whole_on_one_record(generator, discriminator, g_optimizer, d_optimizer, real, stream):
    fake = generator(stream.normal(len(real), 2))
    d_loss = by_labels(discriminator(real), discriminator(fake.detach())).mean()
    g_loss = softplus(-discriminator(fake)).mean()
    d_optimizer.zero_grad()
    d_loss.backward()
    d_optimizer.step()
    g_optimizer.zero_grad()
    g_loss.backward()
    g_optimizer.step()
    return d_loss.detach(), g_loss.detach()


def whole_with_fakes_detached(generator, discriminator, g_optimizer, d_optimizer, real, stream):
    d_loss = d_half(generator, discriminator, d_optimizer, real, stream)
    with torch.no_grad():
        fake = generator(stream.normal(len(real), 2))
    g_loss = softplus(-discriminator(fake)).mean()
    g_optimizer.zero_grad()
    g_loss.backward()
    g_optimizer.step()
    return d_loss, g_loss.detach()


def whole_moving_d_again(generator, discriminator, g_optimizer, d_optimizer, real, stream):
    d_loss = d_half(generator, discriminator, d_optimizer, real, stream)
    g_loss = softplus(-discriminator(generator(stream.normal(len(real), 2)))).mean()
    d_optimizer.zero_grad()
    g_loss.backward()
    d_optimizer.step()
    return d_loss, g_loss.detach()


def whole_g_first(generator, discriminator, g_optimizer, d_optimizer, real, stream):
    g_loss = softplus(-discriminator(generator(stream.normal(len(real), 2)))).mean()
    g_optimizer.zero_grad()
    g_loss.backward()
    g_optimizer.step()
    return d_half(generator, discriminator, d_optimizer, real, stream), g_loss.detach()


def whole_g_never_cleared(generator, discriminator, g_optimizer, d_optimizer, real, stream):
    d_loss = d_half(generator, discriminator, d_optimizer, real, stream)
    g_loss = softplus(-discriminator(generator(stream.normal(len(real), 2)))).mean()
    g_loss.backward()
    g_optimizer.step()
    return d_loss, g_loss.detach()


def whole_cleared_at_the_end(generator, discriminator, g_optimizer, d_optimizer, real, stream):
    both = d_half_never_cleared(generator, discriminator, d_optimizer, real, stream), 0.0
    d_optimizer.zero_grad()
    softplus(-discriminator(generator(stream.normal(len(real), 2)))).mean().backward()
    g_optimizer.step()
    g_optimizer.zero_grad()
    return both


def whole_both_losses_first(generator, discriminator, g_optimizer, d_optimizer, real, stream):
    fake = generator(stream.normal(len(real), 2))
    d_loss = by_labels(discriminator(real), discriminator(fake.detach())).mean()
    g_loss = softplus(-discriminator(fake)).mean()
    d_optimizer.zero_grad()
    d_loss.backward()
    g_optimizer.zero_grad()
    g_loss.backward(inputs=list(generator.parameters()))
    d_optimizer.step()
    g_optimizer.step()
    return d_loss.detach(), g_loss.detach()


def whole_with_d_on_noise(generator, discriminator, g_optimizer, d_optimizer, real, stream):
    d_loss = d_half_on_noise(generator, discriminator, d_optimizer, real, stream)
    g_loss = softplus(-discriminator(generator(stream.normal(len(real), 2)))).mean()
    g_optimizer.zero_grad()
    g_loss.backward()
    g_optimizer.step()
    return d_loss, g_loss.detach()


def whole_without_return(*arguments):
    whole(*arguments)


def whole_exchanged(*arguments):
    return whole(*arguments)[::-1]


def whole_returning_d_twice(*arguments):
    return whole(*arguments)[:1] * 2


def whole_with_one_loss(*arguments):
    return whole(*arguments)[0]


# The mended step of the package's parts.


def half_detached(gan, draw, stream):
    real, *given = draw()
    gan.d_optimizer.zero_grad()
    d_loss = discriminator_loss(gan, real, gan.fake(real, given, stream).detach(), given, stream)
    d_loss.backward()
    gan.d_optimizer.step()
    g_loss = generator_loss(gan, real, gan.fake(real, given, stream), given, stream)
    gan.g_optimizer.zero_grad()
    g_loss.backward()
    gan.g_optimizer.step()
    return d_loss.detach(), g_loss.detach()


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
    fake = gan.fake(real, given, stream).detach()
    descend(gan.d_optimizer, discriminator_loss(gan, real, fake, given, stream))


def generator_cut_off(gan, draw, stream):
    real, *given = draw()
    fake = gan.fake(real, given, stream).detach()
    descend(gan.d_optimizer, discriminator_loss(gan, real, fake, given, stream))
    descend(gan.g_optimizer, generator_loss(gan, real, fake, given, stream))


def without_return(gan, draw, stream):
    alternating(gan, draw, stream)


SOLUTIONS = [
    (one_step.loss_from_scores, by_labels),
    (one_step.discriminator_move, d_half),
    (one_step.discriminator_move, d_half_in_one_pass),
    (one_step.whole_step, whole),
    (one_step.mended, alternating),
    (step_order.order, "RTQPS"),
    (step_order.order, list("rtqps")),
    (step_order.order, "R, T, Q, P, S"),
    (four_runs.reading, "fhdw"),
]


@pytest.mark.parametrize(("examine", "attempt"), SOLUTIONS)
def test_a_solution_is_accepted(capsys, examine, attempt):
    assert answer_of(capsys, examine, attempt).startswith("✓ correct.")


LOSS_MISTAKES = [
    (lambda real, fake: -by_labels(real, fake), "that is V, which D wants large"),
    (lambda real, fake: by_labels(real, fake) / 2, "the mean of two prices"),
    (lambda real, fake: by_labels(fake, real), "exchanged"),
    (lambda real, fake: softplus(-real) + softplus(-fake), "what the generator would pay"),
    (lambda real, fake: softplus(-real), "whatever the score of the fake is"),
    (lambda real, fake: by_labels(real, fake).mean(), "The mean is taken later"),
    (
        lambda real, fake: -torch.log(real.sigmoid() + 1e-7) - torch.log(1 - fake.sigmoid() + 1e-7),
        "rounded to 0 before its logarithm",
    ),
    (lambda real, fake: -torch.log(real) - torch.log(1 - fake), "A score can be any number"),
    (lambda real, fake: None, "Is there a return?"),
    (lambda real, fake: 1 / 0, "ZeroDivisionError"),
    (1.386, "a function (real_scores, fake_scores) is asked for"),
    (lambda real, fake: 1.386, "you return 1.386; a tensor is asked for"),
    (lambda real, fake: real - fake, "you return 5.0000, not 0.1755"),
]
MOVE_MISTAKES = [
    (partial(d_half_paying, lambda real, fake: -by_labels(real, fake).mean()), "D has gone *up* its loss"),
    (partial(d_half_paying, lambda real, fake: by_labels(real, fake).sum()), "The step takes their mean"),
    (partial(d_half_paying, by_one_call), "half as far"),
    (partial(d_half_paying, lambda real, fake: by_labels(fake, real).mean()), "exchanged"),
    (partial(d_half_paying, lambda real, fake: (softplus(-real) + softplus(-fake)).mean()), "what the generator wants"),
    (partial(d_half_paying, lambda real, fake: softplus(-real).mean()), "from its real examples only"),
    (partial(d_half_paying, lambda real, fake: softplus(fake).mean()), "from its fakes only"),
    (partial(d_half_paying, lambda real, fake: (fake - real).mean()), "D ends up"),
    (d_half_with_record, "gradients into G's weights"),
    (d_half_never_cleared, "clear them with d_optimizer.zero_grad()"),
    (d_half_cleared_too_late, "none of D's weights has moved"),
    (d_half_without_a_move, "none of D's weights has moved"),
    (d_half_on_noise, "shown the noise itself"),
    (partial(d_half_with_noise_of, lambda real, stream: stream.uniform(len(real), 2)), "the noise is uniform"),
    (partial(d_half_with_noise_of, lambda real, stream: torch.randn(len(real), 2)), "draw the noise from the stream"),
    (partial(d_half_with_noise_of, lambda real, stream: stream.normal(len(real), 16)), "inputs of another size"),
    (partial(d_half_paying, lambda real, fake: by_labels(real, fake)), "take the mean first"),
    (partial(d_half_paying, lambda real, fake: by_labels(real, fake).mean().item()), "keep the loss as a tensor"),
    (partial(d_half_paying, lambda real, fake: by_labels(real, fake).mean().detach()), "no record to go back along"),
    (partial(d_half_paying, lambda real, fake: by_labels(real.sigmoid(), fake.sigmoid()).mean()), "leave out the sig"),
    (partial(d_half_paying, lambda real, fake: (...).mean()), "still three dots"),
    (torch.no_grad()(d_half), "torch.no_grad(), which belongs around the making of D's fakes alone"),
    (d_half_differentiating_twice, "a record that the first has used up"),
    (partial(d_half_returning, torch.tensor(0.7)), "the d_loss that you return is 0.700 after the first step"),
    (partial(d_half_returning, torch.zeros(64)), "one number"),
    (d_half_on_256_fakes, "you make 256 fakes for 64 real examples"),
    (d_half_twice, "moved twice"),
    (d_half_making_fakes_twice, "fakes are made twice here"),
    (d_half_moving_g, "This half of the step is D's alone"),
    (partial(d_half_returning, None), "you return nothing"),
    (partial(d_half_returning, "done"), "you return 'done'"),
    (d_half_returning_a_record, "return it with .detach()"),
    (lambda *_: None, "none of D's weights has moved"),
    (None, "a function (generator, discriminator, d_optimizer, real, stream) is asked for"),
]
STEP_MISTAKES = [
    (partial(whole_paying, lambda scores: -softplus(-scores).mean()), "it has gone up its loss"),
    (partial(whole_paying, lambda scores: softplus(scores).mean()), "called *fake* here"),
    (partial(whole_paying, lambda scores: -softplus(scores).mean()), "the minimax loss"),
    (partial(whole_paying, lambda scores: softplus(-scores).sum()), "G adds up the losses"),
    (partial(whole_paying, lambda scores: -scores.mean()), "D's half is right. G's is not"),
    (partial(whole_paying, lambda scores: softplus(-scores)), "take the mean first"),
    (lambda *arguments: (..., whole(*arguments)[1]), "is my_d_half written?"),
    (torch.no_grad()(whole), "no record to go back along"),
    (whole_reusing, "draw new noise"),
    (whole_reusing_the_record, "for D cut its fakes off with .detach(), for G make new ones"),
    (whole_on_one_record, "through weights that an optimizer has moved since"),
    (whole_exchanged, "the two losses are exchanged where you return them: d_loss stands first"),
    (whole_returning_d_twice, "the g_loss that you return is 1.3"),
    (whole_with_fakes_detached, "none of G's weights has moved"),
    (whole_moving_d_again, "none of G's weights has moved"),
    (whole_g_first, "here G moves first"),
    (whole_g_never_cleared, "clear them with g_optimizer.zero_grad()"),
    (whole_cleared_at_the_end, "clear them with d_optimizer.zero_grad()"),
    (whole_both_losses_first, "this is the simultaneous step"),
    (whole_with_d_on_noise, "D's half is not right yet"),
    (whole_without_return, "you return None: (d_loss, g_loss) is asked for"),
    (whole_with_one_loss, "(d_loss, g_loss) is asked for"),
    (lambda *_: None, "none of D's weights has moved"),
    (7, "a function (generator, discriminator, g_optimizer, d_optimizer, real, stream) is asked for"),
]
MENDING_MISTAKES = [
    (never_cleared, "still holds what D's loss has left there"),
    (never_detached, "D's loss still reaches into G"),
    (half_detached, "G's loss computes gradients of D's weights"),
    (simultaneous, "take G's loss after D has moved"),
    (fakes_used_twice, "new noise"),
    (generator_cut_off, "Were its fakes made with a record"),
    (generator_asleep, "none of G's weights has moved"),
    (without_return, "you return None: (d_loss, g_loss) is asked for"),
    (lambda *arguments: alternating(*arguments)[::-1], "d_loss stands first"),
    (torch.no_grad()(fakes_used_twice), "no record to go back along"),
    (lambda gan, draw, stream: None, "none of D's weights has moved"),
    (lambda gan, draw, stream: draw().nonsense, "AttributeError"),
    (None, "a function (gan, draw, stream) is asked for, got None"),
]
ORDER_MISTAKES = [
    ("TRQPS", "line T uses fake, which no line above it has made"),
    ("RTPQS", "PyTorch stops at line S"),
    ("RTPSQ", "simultaneous"),
    ("RTQP", "is needed once"),
    (7, "is needed once, got 7"),
    ([None, 3], "is needed once"),
]
READING_MISTAKES = [
    ("hfdw", "look at run 1 again"),
    ("fwdh", "look at run 2 again"),
    ("fhwd", "look at run 3 again"),
    ("whdf", "look at run 1 again"),
    ("fhd", "is needed once"),
    (None, "is needed once, got None"),
]
MISTAKES = {
    one_step.loss_from_scores: LOSS_MISTAKES,
    one_step.discriminator_move: MOVE_MISTAKES,
    one_step.whole_step: STEP_MISTAKES,
    one_step.mended: MENDING_MISTAKES,
    step_order.order: ORDER_MISTAKES,
    four_runs.reading: READING_MISTAKES,
}


@pytest.mark.parametrize(
    ("examine", "attempt", "hint"), [(examine, *mistake) for examine, all in MISTAKES.items() for mistake in all]
)
def test_a_mistake_gets_its_hint(capsys, examine, attempt, hint):
    answer = answer_of(capsys, examine, attempt)
    assert answer.startswith("✗ not yet: ")
    assert hint in answer


@pytest.mark.parametrize("examine", MISTAKES)
@pytest.mark.parametrize("attempt", [..., lambda *_: ...])
def test_three_dots_count_as_not_attempted(capsys, examine, attempt):
    if attempt is ... or examine.__module__.endswith("one_step"):
        assert "not attempted yet" in answer_of(capsys, examine, attempt)


def test_of_all_orders_one_is_right_and_three_run_to_another_end(capsys):
    answers = [answer_of(capsys, step_order.order, "".join(letters)) for letters in permutations("PQRST")]
    assert sum(answer.startswith("✓") for answer in answers) == 1
    assert sum("this order runs" in answer for answer in answers) == 3


def test_each_of_the_four_runs_is_what_it_is_called():
    fooled, healthy, diverged, won = (run.record() for run in four_runs.RUNS)
    real, fake = mean_beliefs(fooled)
    assert fake > real + 0.1
    assert mean_beliefs(healthy) == pytest.approx([0.5, 0.5], abs=0.1)
    assert coverage(healthy.snapshots[-1].samples, healthy.training.data).modes == 8
    assert mean_beliefs(won) == pytest.approx([1, 0], abs=0.01)
    assert [bool(run.message) for run in (fooled, healthy, diverged, won)] == [False, False, True, False]


def mean_beliefs(run):
    """The discriminator's in real examples and in fakes, at the end of a run."""
    return [scores.sigmoid().mean().item() for scores in run.snapshots[-1].scores()]
