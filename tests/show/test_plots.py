"""A picture shows the numbers that it was given, in the colours that are the same everywhere."""

import base64
import io

import numpy as np
import pytest
import torch
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from PIL import Image
from torch import nn

from gan_edu.game.losses import least_squares, wasserstein
from gan_edu.networks.points import MLP
from gan_edu.randomness import Stream, initialize
from gan_edu.show import plots

POINTS = Stream(0, "points").normal(20, 2)


@pytest.fixture
def axes() -> Axes:
    return plots.figure()[1][0]


class Notebook:
    """Keeps what is displayed, as a notebook would."""

    def __init__(self):
        self.shown, self.updates = [], []

    def display(self, data: dict, raw: bool, metadata: dict | None = None, display_id: bool = False) -> "Notebook":
        assert raw
        self.shown.append((data, metadata))
        return self

    def update(self, data: dict, raw: bool, metadata: dict) -> None:
        assert raw
        self.updates.append((data, metadata))


@pytest.fixture
def notebook(monkeypatch) -> Notebook:
    made = Notebook()
    monkeypatch.setattr(plots, "display", made.display)
    return made


def pixels(file: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))


def test_a_figure_has_its_axes_side_by_side_and_knows_no_pyplot():
    made, axes = plots.figure(3, width=2.0, height=1.5)
    assert isinstance(made, Figure)
    assert (len(axes), made.axes) == (3, axes)
    assert made.get_size_inches().tolist() == [6.0, 1.5]
    assert getattr(made, "number", None) is None  # pyplot numbers the figures that it keeps


@pytest.mark.parametrize(("columns", "error"), [(0, ValueError), (-1, ValueError), (2.0, TypeError), (True, TypeError)])
def test_a_number_of_columns_that_is_no_positive_integer_is_refused(columns, error, axes):
    for make in (plots.figure, lambda columns: plots.image_grid(axes, torch.zeros(4, 1, 8, 8), columns)):
        with pytest.raises(error, match=rf"^columns must be an? (positive )?integer, got {columns}$"):
            make(columns)


def test_a_plane_is_square_with_fixed_limits_and_labels(axes):
    plots.plane(axes, 2.5, "a plane")
    assert axes.get_xlim() == axes.get_ylim() == (-2.5, 2.5)
    assert axes.get_aspect() == 1
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_title()) == ("$x_1$", "$x_2$", "a plane")
    plots.samples(axes, 100 * POINTS, None)
    axes.figure.canvas.draw()
    assert axes.get_xlim() == axes.get_ylim() == (-2.5, 2.5)


def test_samples_stand_where_they_are_in_two_colours_and_shapes(axes):
    plots.samples(axes, POINTS, -POINTS)
    real, generated = axes.collections
    assert real.get_offsets().data == pytest.approx(POINTS.numpy())
    assert generated.get_offsets().data == pytest.approx(-POINTS.numpy())
    assert to_hex(real.get_facecolor()[0]).upper() == plots.REAL
    assert to_hex(generated.get_edgecolor()[0]).upper() == plots.GENERATED
    assert len(real.get_paths()[0].vertices) != len(generated.get_paths()[0].vertices)
    assert [made.get_label() for made in (real, generated)] == ["real", "generated"]


def test_either_kind_of_samples_can_be_left_out(axes):
    plots.samples(axes, None, None)
    assert len(axes.collections) == 0
    plots.samples(axes, None, POINTS)
    assert [made.get_label() for made in axes.collections] == ["generated"]


class LeftToRight(nn.Module):
    """Its score is the first coordinate, so its belief rises from left to right."""

    def forward(self, points: torch.Tensor) -> torch.Tensor:
        return points[:, 0]


def test_belief_is_the_sigmoid_of_the_score_at_each_place(axes):
    plots.plane(axes, 2.0)
    discriminator = initialize(MLP(2, None, (8,)), Stream(0))
    plots.belief(axes, discriminator, cells=9)
    (image,) = axes.images
    shown, ticks = image.get_array(), np.linspace(-2, 2, 9)
    for row, column in [(0, 0), (8, 0), (3, 7)]:
        place = torch.tensor([[ticks[column], ticks[row]]], dtype=torch.float32)
        expected = 1 / (1 + (-discriminator(place)).exp().item())
        assert shown[row, column] == pytest.approx(expected, rel=1e-5)
    assert image.origin == "lower"
    assert image.get_extent() == [-2, 2, -2, 2]


def test_belief_is_blue_where_real_orange_where_fake_and_white_between(axes):
    plots.plane(axes, 50.0)
    plots.belief(axes, LeftToRight(), cells=51)
    row = axes.images[0].to_rgba(axes.images[0].get_array())[25, :, :3]
    assert row[0] == pytest.approx(to_rgb("#F4B183"), abs=0.01)
    assert row[25] == pytest.approx((1, 1, 1), abs=0.01)
    assert row[-1] == pytest.approx(to_rgb("#9CC9E6"), abs=0.01)
    assert axes.get_xlim() == (-50, 50)


def test_the_colours_of_belief_can_be_stretched(axes):
    plots.plane(axes)
    plots.belief(axes, LeftToRight(), strongest=0.1)
    assert axes.images[0].get_clim() == pytest.approx((0.4, 0.6))


def test_belief_follows_the_loss(axes):
    """From left to right the score rises from -2 to 2: cut off to a probability, or a bare score around its mean."""
    plots.plane(axes, 2.0)
    plots.belief(axes, LeftToRight(), cells=9, loss=least_squares)
    plots.belief(axes, lambda points: points[:, 0] + 7, strongest=3.0, cells=9, loss=wasserstein)
    probabilities, scores = axes.images
    assert probabilities.get_array()[4].tolist() == [0, 0, 0, 0, 0, 0.5, 1, 1, 1]
    assert probabilities.get_clim() == (0, 1)
    assert scores.get_array()[4].tolist() == pytest.approx([5, 5.5, 6, 6.5, 7, 7.5, 8, 8.5, 9])
    assert scores.get_clim() == pytest.approx((4, 10))


def test_curves_show_their_values_with_different_colours_and_lines(axes):
    steps, values = [0, 10, 20], {"discriminator": [1.0, 2.0, 1.5], "generator": [0.5, 0.25, 0.75]}
    plots.curves(axes, steps, values, {"2 log 2": 1.386})
    first, second, mark = axes.lines
    assert first.get_xydata().tolist() == [[0, 1.0], [10, 2.0], [20, 1.5]]
    assert list(second.get_ydata()) == [0.5, 0.25, 0.75]
    assert (first.get_color(), second.get_color()) == (plots.DISCRIMINATOR, plots.GENERATOR)
    assert first.get_linestyle() != second.get_linestyle()
    assert list(mark.get_ydata()) == [1.386, 1.386]
    assert [text.get_text() for text in axes.texts] == ["2 log 2"]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["discriminator", "generator"]
    assert axes.get_xlabel() == "training step"


def test_curves_may_be_lists_of_losses_as_pytorch_returns_them(axes):
    plots.curves(axes, range(2), {"D": [torch.tensor(0.5), torch.tensor(torch.nan)]}, {})
    assert list(axes.lines[0].get_ydata()) == pytest.approx([0.5, np.nan], nan_ok=True)


def test_more_curves_than_colours_are_refused(axes):
    values = {str(number): [0.0] for number in range(5)}
    with pytest.raises(ValueError, match=r"^values must hold at most 4 curves, got 5$"):
        plots.curves(axes, [0], values, {})


def test_an_image_grid_shows_every_image_in_its_place(axes):
    images = Stream(0).uniform(6, 1, 8, 5) * 2 - 1
    plots.image_grid(axes, images, columns=3)
    shown = np.asarray(axes.images[0].get_array())
    assert shown.shape == (2 * 10, 3 * 7)
    for number, image in enumerate(images):
        row, column = divmod(number, 3)
        inside = shown[10 * row + 1 : 10 * row + 9, 7 * column + 1 : 7 * column + 6]
        assert np.array_equal(inside, image[0].numpy())
    assert (shown[::10] == -1).all()
    assert (shown[:, 6::7] == -1).all()


def test_ink_is_black_and_paper_white(axes):
    plots.image_grid(axes, torch.tensor([-1.0, 1.0]).reshape(2, 1, 1, 1), columns=2)
    rgb = axes.images[0].to_rgba(axes.images[0].get_array())[1, :, :3]
    assert rgb[1].tolist() == [1, 1, 1]
    assert rgb[4].tolist() == [0, 0, 0]


def test_a_pixel_that_no_image_can_have_is_marked_in_colour(axes):
    plots.image_grid(axes, torch.tensor([-1.01, 1.01]).reshape(2, 1, 1, 1), columns=2)
    rgb = axes.images[0].to_rgba(axes.images[0].get_array())[1, :, :3]
    assert [to_hex(rgb[place]) for place in (1, 4)] == ["#56b4e9", "#cc79a7"]
    assert (rgb[[0, 2, 3, 5]] == 1).all()


def test_an_image_grid_that_is_not_full_is_refused(axes):
    for count in (6, 3):
        with pytest.raises(ValueError, match=rf"^images must fill rows of 4, got {count}$"):
            plots.image_grid(axes, torch.zeros(count, 1, 8, 8), columns=4)


@pytest.mark.parametrize("shape", [(0, 1, 8, 8), (4, 2, 8, 8), (4, 8, 8)])
def test_what_is_neither_grey_nor_coloured_is_refused(axes, shape):
    with pytest.raises(ValueError, match=r"^images must have shape \(B, 1, H, W\) with B above zero, got "):
        plots.image_grid(axes, torch.zeros(shape), columns=2)


def test_images_of_three_channels_are_shown_in_their_colours(axes):
    images = Stream(0).uniform(6, 3, 4, 5) * 2 - 1
    images[0, 0, 0, 0], images[0, 1, 0, 0] = 1.2, -1.2  # a little beyond the ends, as a network without tanh paints
    plots.image_grid(axes, images, columns=3)
    shown = np.asarray(axes.images[0].get_array())
    assert shown.shape == (2 * 6, 3 * 7, 3)
    for number, image in enumerate(images):
        row, column = divmod(number, 3)
        inside = shown[6 * row + 1 : 6 * row + 5, 7 * column + 1 : 7 * column + 6]
        expected = np.clip((np.moveaxis(image.numpy(), 0, -1) + 1) / 2, 0, 1)
        assert inside == pytest.approx(expected, abs=1e-6)
    assert (shown[::6] == 1).all()


def test_points_that_still_have_a_graph_can_be_drawn(axes):
    plots.samples(axes, None, (2 * POINTS).requires_grad_())
    assert axes.collections[0].get_offsets().data == pytest.approx(2 * POINTS.numpy())


def test_a_map_writes_every_number_where_its_settings_meet(axes):
    values = np.array([[0.0, 8.0, 3.5], [np.nan, 1.0, 2.0]])
    plots.grid_map(axes, values, rows=[0.1, 0.01], columns=[1, 2, 3], highest=8)
    written = {text.get_position(): text.get_text() for text in axes.texts}
    assert written == {(0.5, 0.5): "0.0", (1.5, 0.5): "8.0", (2.5, 0.5): "3.5", (1.5, 1.5): "1.0", (2.5, 1.5): "2.0"}
    assert [label.get_text() for label in axes.get_yticklabels()] == ["0.1", "0.01"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["1", "2", "3"]
    assert np.ma.getmaskarray(axes.collections[0].get_array()).sum() == 1
    axes.clear()
    plots.grid_map(axes, np.array([[0, 20]]), rows=[1], columns=[1, 2], highest=20)
    assert [text.get_text() for text in axes.texts] == ["0", "20"]


def test_a_picture_file_has_the_size_of_the_figure_and_the_same_bytes_each_time():
    files = []
    for _ in range(2):
        made, axes = plots.figure(2, width=2.0, height=1.5)
        plots.plane(axes[0])
        plots.samples(axes[0], POINTS, -POINTS)
        files.append(plots.png(made))
    assert files[0] == files[1]
    assert pixels(files[0]).shape == (150, 400, 3)


def test_the_colours_of_players_and_data_can_be_told_apart():
    colours = [np.array(to_rgb(each)) for each in (plots.REAL, plots.GENERATED, plots.DISCRIMINATOR, plots.GENERATOR)]
    distances = [np.linalg.norm(one - other) for one in colours for other in colours if one is not other]
    assert min(distances) > 0.25


def test_a_shown_picture_has_its_caption_as_alternative_text_and_below_it(notebook):
    made, _ = plots.figure()
    assert plots.show(made, "Nothing is drawn.") is None
    (picture, metadata), (words, _) = notebook.shown
    data = picture["image/png"]
    assert pixels(base64.b64decode(data) if isinstance(data, str) else data).shape == (360, 400, 3)
    assert metadata["image/png"]["alt"] == picture["text/plain"] == "Nothing is drawn."
    assert words == {"text/markdown": "*Nothing is drawn.*", "text/plain": "Nothing is drawn."}


def test_a_live_picture_is_shown_again_in_its_place(notebook):
    made, axes = plots.figure()
    live = plots.LivePicture(made, "A dot wanders.")
    plots.samples(axes[0], POINTS, None)
    live.update()
    ((first, _), _), ((second, metadata),) = notebook.shown, notebook.updates
    assert second["image/png"] == plots.png(made) != first["image/png"]
    assert metadata["image/png"]["alt"] == "A dot wanders."
    assert len(notebook.shown) == 2


@pytest.mark.parametrize("caption", ["", "  "])
def test_a_picture_without_a_caption_is_refused(caption, notebook):
    with pytest.raises(ValueError, match=rf"^caption must say what the picture shows, got '{caption}'$"):
        plots.show(plots.figure()[0], caption)
    assert notebook.shown == []
