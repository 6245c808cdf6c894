"""Draw the picture at the top of the README, from the two runs of notebook 00: `python notebooks/picture.py`."""

from pathlib import Path

import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from gan_edu.data.images import Images, digits
from gan_edu.data.points import ring
from gan_edu.game.gan import GAN
from gan_edu.game.losses import non_saturating
from gan_edu.game.optimizers import CosineDecay
from gan_edu.game.penalties import R1
from gan_edu.game.training import Snapshot, Training
from gan_edu.networks.images import ImageDiscriminator, ImageGenerator
from gan_edu.networks.points import MLP
from gan_edu.randomness import Stream
from gan_edu.show import plots

MOMENTS = (0, 100, 500, 1500)  # steps that are shown


def moments(training: Training) -> list[Snapshot]:
    """Train up to the last moment, and return the snapshots of all of them."""
    watched = [training.snapshot(), *training.watch(steps=MOMENTS[-1], every=100)]
    return [snapshot for snapshot in watched if snapshot.step in MOMENTS]


def draw() -> Figure:
    """Blobs in the upper row, digits in the lower; one column for what is real, and one for each moment."""
    blobs = Training(GAN(MLP(2, 2), MLP(2, None), loss=non_saturating, penalty=R1(0.1)), ring(), seed=0)
    players = ImageGenerator(noise_size=16), ImageDiscriminator()
    gan = GAN(*players, loss=non_saturating, penalty=R1(0.5), noise_size=16)
    scans = digits()
    shown = Stream(0, "halves").permutation(len(scans.images))[:898]
    data = Images(scans.images[shown], scans.labels[shown])
    watched = moments(blobs), moments(Training(gan, data, seed=0, batch_size=64, schedule=CosineDecay(1500)))
    figure = Figure(figsize=(12, 5.1), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    upper, lower = figure.subplots(2, 1 + len(MOMENTS))
    for axes, snapshot in zip(upper, [watched[0][0], *watched[0]], strict=True):
        plots.plane(axes, extent=1.4, title=f"step {snapshot.step}")
        if axes is not upper[0]:
            plots.belief(axes, snapshot.discriminator, strongest=0.1)
        plots.samples(axes, snapshot.real, snapshot.samples if axes is not upper[0] else None)
        axes.set(xlabel="", ylabel="", xticks=[], yticks=[])
    for axes, images in zip(lower, [data.images, *(snapshot.samples for snapshot in watched[1])], strict=True):
        plots.image_grid(axes, images[:64], columns=8)
    upper[0].set(title="real", ylabel="eight blobs")
    upper[1].legend(loc="upper left")
    lower[0].set(ylabel="handwritten digits")
    return figure


if __name__ == "__main__":
    torch.set_num_threads(1)
    Path(__file__).with_suffix(".png").write_bytes(plots.png(draw()))
