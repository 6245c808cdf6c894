"""Slow motion: what is said and drawn of a step, against the networks themselves."""

import dataclasses

import numpy as np
import torch

from gan_edu.data.images import digits
from gan_edu.data.points import ring
from gan_edu.game.gan import GAN
from gan_edu.game.losses import non_saturating
from gan_edu.game.training import Training
from gan_edu.lab import views
from gan_edu.lab.run import Run
from gan_edu.lab.slow_motion import FOLLOWED, after_the_step, followed_noise, parts_of_a_step
from gan_edu.networks.images import ImageDiscriminator, ImageGenerator
from gan_edu.networks.points import MLP


def view_input_of(training: Training) -> views.ViewInput:
    return dataclasses.replace(Run(training, "").view_input, extent=1.6)


def test_parts_of_a_step_follow_the_same_noise() -> None:
    training = Training(GAN(MLP(2, 2, (16,)), MLP(2, None, (16,)), loss=non_saturating), ring(), batch_size=32)
    training.run(20)
    parts = parts_of_a_step(view_input_of(training))
    assert [caption[:6] for caption, _ in parts] == [f"{part} of 6" for part in range(1, 6)]
    noise, fakes = parts[4][1]["noise"] * 3 / 1.6, parts[4][1]["fakes"]
    training.run(1)
    caption, drawn = after_the_step(view_input_of(training), parts[4][1])
    assert caption.startswith("6 of 6")
    assert np.array_equal(drawn["fakes"], fakes)
    with torch.no_grad():
        np.testing.assert_allclose(training.gan.generator(torch.from_numpy(noise)), drawn["moved"], atol=1e-5)


def test_parts_of_a_step_of_images_show_images() -> None:
    training = Training(GAN(ImageGenerator(), ImageDiscriminator(), loss=non_saturating, noise_size=16), digits())
    view_input = view_input_of(training)
    assert views.images(view_input)["real"].shape == (72, 72)
    parts = parts_of_a_step(view_input)
    assert "arrow" not in " ".join(caption for caption, _ in parts)
    with torch.no_grad():
        fakes = training.gan.generator(followed_noise(view_input, 0))
    assert [list(drawn) for _, drawn in parts] == [[]] + 4 * [["generated"]]
    assert all(np.array_equal(drawn["generated"], views.tiles(fakes, 4)) for _, drawn in parts[1:4])
    slope = parts[4][1]["generated"].astype(float) / 127.5 - 1  # more ink where it is positive
    pulls = -views.generator_slope(view_input, view_input.real[:FOLLOWED], fakes, [])
    np.testing.assert_allclose(slope[:8, :8], pulls[0, 0] / pulls.abs().max(), atol=0.01)
    training.run(1)
    caption, drawn = after_the_step(view_input_of(training), parts[4][1])
    assert caption.startswith("6 of 6. The players have moved")
    with torch.no_grad():
        assert np.array_equal(drawn["generated"], views.tiles(training.gan.generator(followed_noise(view_input, 0)), 4))
