"""Streams are reproducible, private and independent, and draw from the distributions that they name."""

import hashlib
import json
import math
import os
import subprocess
import sys
import warnings

import numpy as np
import pytest
import scipy.stats
import torch
from torch import nn

from gan_edu.arguments import positive_integer, positive_number, share
from gan_edu.randomness import Stream, initialize


def drawn(stream: Stream) -> list[torch.Tensor]:
    return [stream.normal(3, 2), stream.uniform(5), stream.integers(10, 7), stream.permutation(9)]


def same(first: list[torch.Tensor], second: list[torch.Tensor]) -> bool:
    return all(torch.equal(*pair) for pair in zip(first, second, strict=True))


def test_the_same_seed_and_names_give_the_same_numbers():
    assert same(drawn(Stream(3, "training")), drawn(Stream(3, "training")))
    assert same(drawn(Stream(np.int64(3), "training")), drawn(Stream(3, "training")))


def test_another_seed_or_name_gives_other_numbers():
    streams = [Stream(3, "a", "b"), Stream(4, "a", "b"), Stream(-3, "a", "b"), Stream(3, "b", "a"), Stream(3, "ab")]
    assert len({stream.normal(1).item() for stream in streams}) == len(streams)


def test_the_numbers_are_those_of_torch_seeded_with_the_hash_of_seed_and_names():
    digest = hashlib.sha256(b"(7, 'weights', 'generator')").hexdigest()
    generator = torch.Generator().manual_seed(int(digest[:14], 16))
    stream = Stream(7, "weights", "generator")
    assert torch.equal(stream.normal(3, 2), torch.randn(3, 2, generator=generator))
    assert torch.equal(stream.uniform(4), torch.rand(4, generator=generator))
    assert torch.equal(stream.integers(9, 5), torch.randint(9, (5,), generator=generator))
    assert torch.equal(stream.permutation(6), torch.randperm(6, generator=generator))


def test_the_streams_neither_change_nor_read_the_shared_generator():
    network, before = nn.Linear(3, 3), torch.get_rng_state()
    first = drawn(Stream(0))
    initialize(network, Stream(0))
    assert torch.equal(torch.get_rng_state(), before)
    torch.rand(100)  # somebody else draws
    assert same(drawn(Stream(0)), first)


def test_streams_draw_from_the_distributions_that_they_name():
    stream = Stream(0, "distributions", dtype=torch.float64)
    normal, uniform = stream.normal(20_000).numpy(), stream.uniform(20_000).numpy()
    assert scipy.stats.kstest(normal, "norm").pvalue > 0.01
    assert scipy.stats.kstest(uniform, "uniform").pvalue > 0.01
    assert 0 <= uniform.min() <= uniform.max() < 1
    assert scipy.stats.chisquare(np.bincount(stream.integers(12, 12_000), minlength=12)).pvalue > 0.01
    orders = [tuple(stream.permutation(3).tolist()) for _ in range(3_000)]
    assert scipy.stats.chisquare([orders.count(order) for order in sorted(set(orders))]).pvalue > 0.01
    assert len(set(orders)) == 6


def test_streams_with_different_names_are_uncorrelated():
    names = ("weights", "training", "viewing", "measuring")
    rows = torch.stack([Stream(0, name, dtype=torch.float64).normal(10_000) for name in names])
    correlations = torch.corrcoef(rows) - torch.eye(4)
    assert correlations.abs().max() < 4 / math.sqrt(10_000)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_number_type_is_the_one_asked_for(dtype):
    stream = Stream(0, dtype=dtype)
    assert stream.normal(2).dtype == stream.uniform(2).dtype == dtype
    assert stream.integers(5, 2).dtype == stream.permutation(2).dtype == torch.int64


@pytest.mark.parametrize("seed", [0.5, 1.0, True, "0", None])
def test_a_seed_that_is_no_integer_is_refused(seed):
    with pytest.raises(TypeError, match=rf"seed must be an integer, got {seed!r}"):
        Stream(seed)


@pytest.mark.parametrize("dtype", [torch.float16, torch.int64, "float32"])
def test_an_unknown_number_type_is_refused(dtype):
    with pytest.raises(ValueError, match=rf"dtype must be torch\.float32 or torch\.float64, got .*{dtype}"):
        Stream(0, dtype=dtype)


def test_positive_integers_pass():
    assert [positive_integer("count", value) for value in (1, np.int32(7))] == [1, 7]


@pytest.mark.parametrize(("value", "error"), [(0, ValueError), (-3, ValueError), (2.0, TypeError), (True, TypeError)])
def test_what_is_no_positive_integer_is_named(value, error):
    with pytest.raises(error, match=rf"^count must be an? (positive )?integer, got {value}$"):
        positive_integer("count", value)


def test_positive_numbers_pass():
    assert [positive_number("radius", value) for value in (1, 0.25, np.float32(0.5))] == [1.0, 0.25, 0.5]


@pytest.mark.parametrize("value", [0, 0.0, -1.5, math.nan, math.inf, -math.inf])
def test_a_number_out_of_range_is_named(value):
    with pytest.raises(ValueError, match=rf"^radius must be finite and above zero, got {value}$"):
        positive_number("radius", value)


@pytest.mark.parametrize("check", [positive_number, share])
@pytest.mark.parametrize("value", ["1", None, True, [1.0], 1j])
def test_what_is_no_number_is_named(check, value):
    with pytest.raises(TypeError, match=r"^radius must be a number, got "):
        check("radius", value)


def test_shares_pass():
    values = [share("averaging", value) for value in (0, 0.25, np.float32(0.5), math.nextafter(1, 0))]
    assert values == [0.0, 0.25, 0.5, 1 - 2**-53]
    assert {type(value) for value in values} == {float}


@pytest.mark.parametrize("value", [1, 1.0, -0.1, -math.ulp(0), 2, math.nan, math.inf, -math.inf])
def test_a_share_out_of_range_is_named(value):
    with pytest.raises(ValueError, match=rf"^averaging must be from 0 to below 1, got {value}$"):
        share("averaging", value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: nn.Linear(25, 40),
        lambda: nn.Conv1d(5, 20, 5),
        lambda: nn.Conv2d(5, 20, 4),
        lambda: nn.ConvTranspose1d(8, 10, 5),
        lambda: nn.ConvTranspose2d(8, 10, 4, stride=2),
    ],
)
def test_weights_are_uniform_in_the_range_that_pytorch_takes(make):
    ours, default = initialize(make(), Stream(0, "weights")), make()
    bound = default.weight.abs().max().item()  # of more than a thousand uniform numbers: nearly the end of the range
    for weights in ours.parameters():
        assert weights.requires_grad
        values = weights.detach().flatten().double().numpy()
        assert scipy.stats.kstest(values, "uniform", (-bound, 2 * bound)).pvalue > 0.01
    assert ours.weight.abs().max().item() == pytest.approx(bound, rel=0.02)


def test_the_same_stream_gives_the_same_weights_whatever_they_were():
    first, second = (nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1)) for _ in range(2))
    assert not torch.equal(first[0].weight, second[0].weight)
    initialize(first, Stream(1)), initialize(second, Stream(1))
    assert same(list(first.parameters()), list(second.parameters()))


@pytest.mark.parametrize(
    "layer", [nn.GroupNorm(2, 6), nn.LayerNorm(6), nn.BatchNorm3d(6), nn.InstanceNorm2d(6, affine=True)]
)
def test_normalization_starts_as_the_identity(layer):
    nn.init.constant_(layer.weight, 3.0), nn.init.constant_(layer.bias, 3.0)
    initialize(layer, Stream(0))
    assert (layer.weight == 1).all()
    assert (layer.bias == 0).all()


class OwnWeights(nn.Module):
    def __init__(self):
        super().__init__()
        self.angle = nn.Parameter(torch.zeros(2))


class OwnStart(OwnWeights):
    def initialize(self, stream: Stream) -> None:
        self.angle.copy_(stream.normal(2))


def test_a_layer_can_bring_its_own_start():
    assert torch.equal(initialize(OwnStart(), Stream(5)).angle, Stream(5).normal(2))


def test_an_unknown_layer_with_weights_is_refused():
    with pytest.raises(TypeError, match=r"network must be made of layers that initialize knows, .* got OwnWeights"):
        initialize(nn.Sequential(nn.Linear(2, 2), OwnWeights()), Stream(0))


def test_a_gain_widens_the_weights_and_leaves_the_biases():
    plain, wide = (nn.Sequential(nn.Linear(5, 7), nn.Conv2d(2, 3, 4)) for _ in range(2))
    initialize(plain, Stream(0)), initialize(wide, Stream(0), gain=3.0)
    for one, other in zip(plain, wide, strict=True):
        assert torch.equal(one.bias, other.bias)
        assert other.weight.detach().numpy() == pytest.approx(3 * one.weight.detach().numpy(), rel=1e-6)


def test_with_the_gain_of_rectified_units_the_size_of_a_signal_survives_many_layers():
    layers = [layer for _ in range(10) for layer in (nn.Linear(512, 512), nn.ReLU())]
    outputs = []
    for gain in (1.0, math.sqrt(6)):
        network = initialize(nn.Sequential(*layers), Stream(0), gain)
        outputs.append(network(Stream(0, "noise").normal(64, 512)).square().mean().item())
    assert outputs[0] < 0.02 < 0.3 < outputs[1] < 3  # of a mean square of one


@pytest.mark.parametrize(
    "make",
    [
        lambda: nn.Conv3d(3, 20, 3),
        lambda: nn.ConvTranspose3d(3, 20, 3),
        lambda: nn.GRUCell(16, 20),
        lambda: nn.LSTMCell(16, 20),
        lambda: nn.GRU(16, 20, num_layers=2),
        lambda: nn.LSTM(16, 20),
    ],
)
def test_more_layers_start_as_pytorch_starts_them(make):
    ours, default = initialize(make(), Stream(0, "weights")), make()
    for own, theirs in zip(ours.parameters(), default.parameters(), strict=True):
        bound = max(weights.abs().max().item() for weights in default.parameters())
        values = own.detach().flatten().double().numpy()
        assert scipy.stats.kstest(values, "uniform", (-bound, 2 * bound)).pvalue > 1e-3
        assert own.shape == theirs.shape


def test_an_embedding_starts_standard_normal_and_its_padding_at_zero():
    layer = initialize(nn.Embedding(200, 30, padding_idx=3), Stream(0, "weights"))
    values = layer.weight.detach()
    assert (values[3] == 0).all()
    assert scipy.stats.kstest(values[4:].flatten().double().numpy(), "norm").pvalue > 0.01


@pytest.mark.parametrize("sizes", [{}, {"kdim": 12, "vdim": 20}])
def test_attention_starts_as_pytorch_starts_it(sizes):
    ours, default = initialize(nn.MultiheadAttention(32, 4, **sizes), Stream(0)), nn.MultiheadAttention(32, 4, **sizes)
    for name, theirs in default.named_parameters(recurse=False):
        own, bound = getattr(ours, name).detach(), theirs.abs().max().item()
        assert own.abs().max().item() == pytest.approx(bound, rel=0.02, abs=1e-12)
        if bound:
            assert scipy.stats.kstest(own.flatten().double().numpy(), "uniform", (-bound, 2 * bound)).pvalue > 0.01


def spectral_norm_of_pytorch() -> list[nn.Module]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the old forms are deprecated
        old = [nn.utils.spectral_norm(nn.Linear(2, 2)), nn.utils.weight_norm(nn.Linear(2, 2))]
    new = nn.utils.parametrizations
    return [
        *old,
        new.spectral_norm(nn.Linear(2, 2)),
        new.weight_norm(nn.Linear(2, 2)),
        new.spectral_norm(nn.Conv2d(1, 2, 3)),
    ]


@pytest.mark.parametrize("layer", spectral_norm_of_pytorch())
def test_pytorchs_spectral_norm_is_refused_with_the_name_of_ours(layer):
    message = r"^network must not hold layers that PyTorch's spectral_norm, .* SpectralNormalization .*; got "
    with pytest.raises(TypeError, match=message):
        initialize(nn.Sequential(nn.Linear(2, 2), layer), Stream(0))


@pytest.mark.parametrize("gain", [math.nan, math.inf, 0, -1.0])
def test_a_gain_that_is_no_size_is_refused(gain):
    with pytest.raises(ValueError, match=rf"^gain must be finite and above zero, got {gain}$"):
        initialize(nn.Linear(2, 2), Stream(0), gain=gain)


SHOW_BITS = """
import hashlib, torch
from gan_edu.randomness import Stream
stream = Stream(0, "bits")
drawn = [stream.uniform(1003), stream.integers(12, 1003), stream.permutation(1003)]
bits = b"".join(each.numpy().tobytes() for each in drawn)
print(hashlib.sha256(bits).hexdigest(), stream.normal(20).tolist(), sep="|")
"""


def test_another_kind_of_processor_draws_the_same_numbers_and_normal_ones_up_to_rounding():
    found = []
    for capability in ("default", "avx2"):  # PyTorch takes the nearest that the processor has
        environment = os.environ | {"ATEN_CPU_CAPABILITY": capability, "OMP_NUM_THREADS": "1"}
        done = subprocess.run(
            [sys.executable, "-c", SHOW_BITS], env=environment, capture_output=True, text=True, check=True
        )
        found.append(done.stdout.split("|"))
    assert found[0][0] == found[1][0]
    assert json.loads(found[0][1]) == pytest.approx(json.loads(found[1][1]), rel=1e-5, abs=1e-6)
