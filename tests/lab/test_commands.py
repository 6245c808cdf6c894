"""The lab's commands, without a page: what they do to the training, held against trainings by hand, bit for bit."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from gan_edu.data.images import digits
from gan_edu.data.points import mixture, ring
from gan_edu.game.gan import GAN
from gan_edu.game.losses import non_saturating
from gan_edu.game.penalties import R1
from gan_edu.game.training import Training
from gan_edu.game.updates import alternating, discriminator_only, generator_only
from gan_edu.lab import commands
from gan_edu.lab.commands import Lab
from gan_edu.lab.run import KEEP_EVERY
from gan_edu.networks.groups import Packed
from gan_edu.networks.images import ImageDiscriminator, ImageGenerator
from gan_edu.networks.points import MLP


def make(penalty: object = None, **settings: object) -> Training:
    gan = GAN(MLP(2, 2, (8,)), MLP(2, None, (8,)), loss=non_saturating, penalty=penalty)
    return Training(gan, ring(), batch_size=16, **settings)


def of_digits() -> Training:
    gan = GAN(ImageGenerator(width=4), ImageDiscriminator(width=4), loss=non_saturating, noise_size=16)
    return Training(gan, digits(), batch_size=8)


@pytest.fixture
def lab() -> Lab:
    return Lab([make()], [""])


def tell(lab: Lab, what: str, **arguments: object) -> None:
    lab.execute({"do": what, "with": arguments})
    lab.update()


def steps(lab: Lab, count: int) -> None:
    for _ in range(count):
        tell(lab, "step_once", who="both")


def play(lab: Lab, until: int) -> None:
    """Play, and pause by the same door as a reader does: a command that comes while it trains."""
    tell(lab, "play")
    lab.command_waits = lambda: lab.step >= until
    while lab.step < until:
        lab.work()
        lab.update(), lab.encoded()
    tell(lab, "pause")


def same(one: Training, other: Training) -> bool:
    """Whether weights, optimizers and random numbers are equal bit for bit."""

    def leaves(thing: object) -> list[torch.Tensor]:
        if isinstance(thing, dict):
            thing = list(thing.values())
        if isinstance(thing, list | tuple):
            return [leaf for part in thing for leaf in leaves(part)]
        return [thing] if isinstance(thing, torch.Tensor) else []

    pairs = zip(leaves(one.state().parts), leaves(other.state().parts), strict=True)
    equal = all(torch.equal(first, second) for first, second in pairs)
    return equal and one.step == other.step and torch.equal(one.state().stream, other.state().stream)


class TestTraining:
    def test_play_look_pause_and_step_are_a_blocking_run(self, lab: Lab) -> None:
        play(lab, 150)
        tell(lab, "switch", on=["map"])
        steps(lab, 3)
        tell(lab, "show_moment", moment=2)
        play(lab, 260)
        by_hand = make()
        by_hand.run(260)
        assert lab.step == 260
        assert same(lab.runs[0].training, by_hand)
        assert lab.error == ""

    def test_images_too(self) -> None:
        lab, by_hand = Lab([of_digits()], [""]), of_digits()
        play(lab, 5)
        by_hand.run(5)
        assert same(lab.runs[0].training, by_hand)
        assert [*lab.runs[0].offered] == ["samples", "losses", "numbers"]
        assert set(lab.encoded()[0]["arrays"]) == {"real", "generated", "losses"}

    @pytest.mark.parametrize(("who", "rule"), [("discriminator", discriminator_only), ("generator", generator_only)])
    def test_one_player_moves(self, who: str, rule: Callable, lab: Lab) -> None:
        by_hand = make(update=rule)
        by_hand.run(1)
        tell(lab, "step_once", who=who)
        assert same(lab.runs[0].training, by_hand)
        assert lab.runs[0].training.update is alternating

    def test_settings_are_felt_by_the_next_step(self, lab: Lab) -> None:
        steps(lab, 5)
        tell(lab, "change_settings", values={"penalty_weight": 0.5, "d_rate": 0.01, "loss": "relativistic"})
        steps(lab, 5)
        by_hand = make()
        by_hand.run(5)
        by_hand.gan.penalty, by_hand.gan.loss = R1(0.5), lab.runs[0].training.gan.loss
        by_hand.gan.d_optimizer.param_groups[0]["initial_lr"] = 0.01
        by_hand.run(5)
        assert same(lab.runs[0].training, by_hand)

    def test_reset_is_a_training_made_anew(self, lab: Lab) -> None:
        steps(lab, 5)
        for further, seed in ((0, 0), (1, 1), (1, 2)):
            tell(lab, "reset", further=further)
            assert same(lab.runs[0].training, make(seed=seed))
            assert [moment.step for moment in lab.history.moments] == [0]
            steps(lab, 2)

    @pytest.mark.parametrize(("step_takes", "frame_takes"), [(0.001, 0.002), (0.004, 0.002), (0.001, 0.1)])
    def test_training_between_two_frames_lasts_as_long_as_their_cost_asks_for(
        self, step_takes: float, frame_takes: float, lab: Lab, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """By a clock of the test's own: cheap frames come 33 times in a second of training, costly ones 24 times."""
        clock = [0.0]
        monkeypatch.setattr(commands.time, "perf_counter", lambda: clock[0])
        lab.runs[0].advance = lambda: clock.__setitem__(0, clock[0] + step_takes)
        monkeypatch.setattr(commands.Run, "advance", lambda run: run.advance())
        lab.play()
        trained = []
        for _ in range(40):
            before = clock[0]
            lab.work()
            trained.append(clock[0] - before)
            clock[0] += frame_takes
        expected = min(max(frame_takes / 0.08, 1 / 33), 1 / 24)
        assert trained[-1] == pytest.approx(expected, abs=step_takes)
        assert lab.rate == pytest.approx((trained[-1] / step_takes) / (trained[-1] + frame_takes), rel=0.05)


class TestSlowMotion:
    def test_six_parts_are_one_step(self, lab: Lab) -> None:
        steps(lab, 3)
        tell(lab, "slow_motion", on=True)
        said = []
        for _ in range(12):
            assert lab.step == 3 + len(said) // 6
            tell(lab, "step_once", who="both")
            said.append(lab.message[:6])
        assert said == 2 * [f"{part} of 6" for part in range(1, 7)]
        by_hand = make()
        by_hand.run(5)
        assert same(lab.runs[0].training, by_hand)

    def test_plays_one_part_at_a_time(self, lab: Lab) -> None:
        tell(lab, "slow_motion", on=True)
        tell(lab, "play")
        wait, _ = lab.work()
        assert 2 < wait <= 2.5
        assert lab.message.startswith("1 of 6")
        again, _ = lab.work()  # a command has come meanwhile: the part stays for the rest of its time
        assert again <= wait
        assert lab.message.startswith("1 of 6")

    def test_other_settings_begin_the_explanation_anew(self, lab: Lab) -> None:
        tell(lab, "slow_motion", on=True)
        for _ in range(3):
            tell(lab, "step_once", who="both")
        tell(lab, "change_settings", values={"loss": "minimax"})
        assert lab.message == "Slow motion: each step in six parts."
        assert "fakes" not in lab.encoded()[0]["arrays"]
        for _ in range(5):
            tell(lab, "step_once", who="both")
        assert "generator's loss, -0." in lab.message  # as minimax counts it
        assert lab.step == 0

    def test_points_are_drawn_and_then_forgotten(self, lab: Lab) -> None:
        tell(lab, "slow_motion", on=True)
        for _ in range(5):
            tell(lab, "step_once", who="both")
        assert {"noise", "fakes", "pulls"} <= set(lab.encoded()[0]["arrays"])
        tell(lab, "slow_motion", on=False)
        assert "noise" not in lab.encoded()[0]["arrays"]


class TestRewind:
    def test_goes_on_from_a_kept_moment_with_the_same_bits(self, lab: Lab) -> None:
        steps(lab, 20)
        tell(lab, "show_moment", moment=8)
        assert lab.shown.step == 8
        assert lab.message == "Step 8 of 20."
        lab.execute({"do": "go_on_from_here"})
        assert lab.playing
        assert lab.step == 8
        assert [moment.step for moment in lab.history.moments] == list(range(9))
        tell(lab, "pause")
        steps(lab, 12)
        by_hand = make()
        by_hand.run(20)
        assert same(lab.runs[0].training, by_hand)
        assert lab.runs[0].losses.array()[:, 0].tolist() == list(range(21))

    def test_settings_stay_where_they_are_now(self, lab: Lab) -> None:
        steps(lab, 10)
        tell(lab, "change_settings", values={"momentum": 0.9, "d_rate": 0.01})
        tell(lab, "show_moment", moment=3)
        lab.execute({"do": "go_on_from_here"})
        optimizer = lab.runs[0].training.gan.d_optimizer
        assert optimizer.param_groups[0]["betas"] == (0.9, 0.99)
        assert optimizer.param_groups[0]["initial_lr"] == 0.01

    def test_looking_back_pauses_and_shows_what_was_seen_then(self, lab: Lab) -> None:
        first = lab.encoded()[0]["arrays"]["generated"]
        play(lab, 30)
        tell(lab, "play")
        tell(lab, "show_moment", moment=0)
        assert not lab.playing
        then = np.frombuffer(lab.encoded()[0]["arrays"]["generated"], np.float32)
        np.testing.assert_allclose(then, np.frombuffer(first, np.float32), atol=2e-3)  # half precision
        tell(lab, "show_moment", moment=10_000)
        assert lab.past is None

    def test_at_the_present_it_only_plays(self, lab: Lab) -> None:
        steps(lab, 4)
        lab.execute({"do": "go_on_from_here"})
        assert lab.playing
        assert lab.step == 4

    def test_animation_is_made_beside_the_training(self, lab: Lab) -> None:
        steps(lab, 3)
        tell(lab, "make_film")
        assert lab.busy
        films = [film for _, film in (lab.work() for _ in range(10)) if film]
        assert [film[:6] for film in films] == [b"GIF89a"]
        assert not lab.busy


class TestBeside:
    def test_two_runs_are_each_as_if_alone(self) -> None:
        lab = Lab([make(), make(R1(1.0))], ["none", "R1"])
        play(lab, 120)
        alone = make(), make(R1(1.0))
        for run, training in zip(lab.runs, alone, strict=True):
            training.run(120)
            assert same(run.training, training)

    def test_one_is_steered(self) -> None:
        lab = Lab([make(), make()], ["A", "B"])
        tell(lab, "change_settings", values={"d_rate": 0.01}, run=1)
        assert [run.settings.values["d_rate"] for run in lab.runs] == [0.002, 0.01]
        tell(lab, "change_settings", values={"d_rate": 0.005})
        assert [run.settings.values["d_rate"] for run in lab.runs] == [0.005, 0.005]

    def test_each_has_its_own_captions(self) -> None:
        lab = Lab([make(), make(R1(1.0))], ["A", "B"])
        steps(lab, 30)
        tell(lab, "slow_motion", on=True)
        for _ in range(4):
            tell(lab, "step_once", who="both")
        a, b = lab.message.removeprefix("A: ").split(" B: ")
        assert a.startswith("4 of 6. ")
        assert b.startswith("4 of 6. ")
        assert a != b

    def test_an_error_in_one_leaves_both_in_step(self) -> None:
        calls = []

        def failing(gan: GAN, draw: Callable, stream: object) -> tuple:
            calls.append(1)
            if len(calls) == 7:
                raise RuntimeError("seven is enough")
            return alternating(gan, draw, stream)

        lab = Lab([make(), make(update=failing)], ["A", "B"])
        play_until_error(lab)
        assert lab.error == "RuntimeError: seven is enough"
        assert lab.runs[0].training.step == lab.runs[1].training.step == lab.history.moments[-1].step
        by_hand = make()
        for _ in range(lab.step):
            by_hand.run(1)
        assert same(lab.runs[0].training, by_hand)


def play_until_error(lab: Lab) -> None:
    tell(lab, "play")
    for _ in range(200):
        lab.work()
        lab.update()
        if not lab.playing:
            return


class TestErrors:
    def test_divergence_is_told_and_the_run_is_back_at_a_good_state(self, lab: Lab) -> None:
        tell(lab, "change_settings", values={"loss": "minimax"})
        lab.runs[0].training.gan.g_optimizer.param_groups[0]["initial_lr"] = 1e30
        play_until_error(lab)
        assert lab.error.startswith("TrainingDiverged: training diverged at step")
        assert not lab.playing
        assert lab.step % KEEP_EVERY == 0
        assert all(weights.isfinite().all() for weights in lab.runs[0].training.gan.generator.parameters())
        lab.runs[0].training.gan.g_optimizer.param_groups[0]["initial_lr"] = 0.001
        tell(lab, "play")
        assert lab.error == ""

    @pytest.mark.parametrize(
        ("command", "error"),
        [
            ({"do": "explode"}, "KeyError: 'explode'"),
            ({"do": "change_settings", "with": {"values": {"loss": "cubic"}}}, "ValueError: loss must be one of"),
            (
                {"do": "change_settings", "with": {"values": {"points": "x", "data": "your points"}}},
                "ValueError: line 1 of",
            ),
        ],
    )
    def test_a_refused_command_is_told_and_the_training_goes_on(self, command: dict, error: str, lab: Lab) -> None:
        tell(lab, "play")
        lab.execute(command)
        assert lab.error.startswith(error)
        assert lab.playing
        tell(lab, "change_settings", values={"d_rate": 0.01})
        assert lab.error == ""

    def test_released(self, lab: Lab) -> None:
        steps(lab, 3)
        tell(lab, "release")
        assert len(lab.history.moments) <= 1
        tell(lab, "play")
        assert lab.error == "RuntimeError: this training is in another lab now: run this cell again to have it here"
        assert not lab.playing

    def test_points_on_a_line_are_refused(self) -> None:
        training = Training(GAN(MLP(2, 1), MLP(1, None), loss=non_saturating), mixture([0.0], [1.0]))
        with pytest.raises(
            ValueError, match=r"must be on points \(B, 2\), images .* or series of images .*, got \(512, 1\)"
        ):
            Lab([training], [""])


class TestFrame:
    def test_only_what_is_switched_on_is_looked_at(self, lab: Lab) -> None:
        tell(lab, "switch", on=["grid", "numbers"])
        frame = lab.encoded()[0]
        assert set(frame["arrays"]) == {"real", "generated", "grid", "losses"}
        assert len(frame["numbers"]) == 6
        tell(lab, "switch", on=[])
        assert lab.encoded()[0]["numbers"] == []

    def test_arrays_are_bytes(self, lab: Lab) -> None:
        frame = lab.encoded()[0]
        assert frame["shapes"] == {"map": (48, 48), "best": (40, 40)}
        assert len(frame["arrays"]["map"]) == 48 * 48
        assert len(frame["arrays"]["generated"]) == 512 * 2 * 4
        assert frame["marks"] == pytest.approx((1.386294, 0.693147), abs=1e-6)

    def test_what_is_switched_off_is_not_drawn_of_the_past_either(self, lab: Lab) -> None:
        steps(lab, 5)
        assert {"map", "arrows", "grid", "best"} <= set(lab.encoded()[0]["arrays"])
        tell(lab, "switch", on=["samples"])
        for moment in (5, 2):
            tell(lab, "show_moment", moment=moment)
            frame = lab.encoded()[0]
            assert set(frame["arrays"]) == {"real", "generated", "losses"}
            assert frame["numbers"] == []

    def test_the_plane_stays_while_points_are_drawn(self, lab: Lab) -> None:
        extents = []
        for text in ("0.1, 0.1", "0.1, 0.1\n3, 0", "0.1, 0.1"):
            tell(lab, "change_settings", values={"points": text, "data": "your points"})
            extents.append(lab.encoded()[0]["extent"])
        assert extents[0] == pytest.approx(1.6, abs=0.2)
        assert extents[1] == extents[2] > 4
        tell(lab, "change_settings", values={"data": "as given"})
        assert lab.encoded()[0]["extent"] == extents[0]

    @pytest.mark.parametrize("back", ["reset", "go_on_from_here"])
    def test_no_gradients_are_left_of_another_time(self, back: str, lab: Lab) -> None:
        steps(lab, 5)
        assert "–" not in dict(lab.encoded()[0]["numbers"]).values()
        tell(lab, "show_moment", moment=2)
        tell(lab, back, **({"further": 0} if back == "reset" else {}))
        tell(lab, "pause")
        numbers = dict(lab.encoded()[0]["numbers"])
        assert numbers["gradient of D"] == numbers["gradient of G"] == "–"

    def test_other_data_are_seen_at_once(self, lab: Lab) -> None:
        tell(lab, "change_settings", values={"data": "two blobs"})
        real = np.frombuffer(lab.encoded()[0]["arrays"]["real"], np.float32).reshape(-1, 2)
        assert np.abs(np.abs(real[:, 0]) - 0.8).max() < 0.3
        assert dict(lab.encoded()[0]["numbers"])["modes covered"].endswith("of 2")


def test_a_view_that_the_networks_do_not_allow_is_left_out() -> None:
    """2,304 cells of the map are not a whole number of packs of five."""
    gan = GAN(MLP(2, 2, (8,)), Packed(MLP(10, None, (8,)), 5), loss=non_saturating)
    training = Training(gan, ring(), batch_size=20, view_size=500)
    lab = Lab([training], [""])
    assert "map" not in lab.switched_on
    assert "cannot be shown. ValueError: batch must be a multiple of the 5 examples in a group, got" in lab.error
    play(lab, 3)
    assert lab.step == 3
    assert lab.error == ""


def test_after_a_divergence_nothing_is_kept_of_the_steps_that_were_taken_back() -> None:
    training = make()
    lab = Lab([training], [""])
    steps(lab, 150)
    training.gan.g_optimizer.param_groups[0]["initial_lr"] = 1e30
    for _ in range(10):
        tell(lab, "step_once", who="both")
        if lab.error:
            break
    assert lab.error.startswith("TrainingDiverged: training diverged at step 15")
    assert lab.step <= 150
    assert lab.history.moments[-1].step <= lab.step
    assert lab.runs[0].losses.array()[-1, 0] <= lab.step


def test_a_switch_turns_as_often_as_it_is_pressed(lab: Lab):
    for presses in range(1, 6):
        tell(lab, "play_or_pause")
        tell(lab, "slow_motion")
        assert (lab.playing, lab.slow) == (presses % 2 == 1, presses % 2 == 1)
