"""A run under a reader's hand, or two in step: all that the page can ask for. It knows neither threads nor widgets."""

import time
from collections.abc import Callable, Iterator, Sequence

from gan_edu.game.training import Training
from gan_edu.game.updates import discriminator_only, generator_only
from gan_edu.lab.history import Moment, Timeline, animation
from gan_edu.lab.run import LABELS, Watched
from gan_edu.lab.slow_motion import SlowMotion

SHORTEST, LONGEST = 1 / 32, 1 / 24  # seconds of training between two looks,
LOOKING = 0.06  # such that looking takes this share of the time, if it can be done between these two
PART_SECONDS = 2.5  # how long each part of a step is shown in slow motion
MOVED = {"both": "both players have", "discriminator": "only D has", "generator": "only G has"}


class Lab:
    """The runs, the record of them, and what the reader has asked for.

    Args:
        trainings, names: one, or two that are at the same step, and a name for each.
    """

    def __init__(self, trainings: Sequence[Training], names: Sequence[str]) -> None:
        self.asked: Callable[[], bool] = lambda: False  # whether the reader waits for something
        self.runs = [Watched(training, name) for training, name in zip(trainings, names, strict=True)]
        self.on = list(self.runs[0].offered)
        self.playing, self.slow, self.released = False, False, False
        self.say, self.error, self.rate = "Ready.", "", 0.0
        self.past: int | None = None
        self.film: Iterator[bytes | None] | None = None
        self.timeline = Timeline()
        self._steps, self._cost, self._before, self._due = 1, 0.0, 0.0, 0.0
        self.parts = SlowMotion(self.runs)
        self.now = self.look()

    @property
    def step(self) -> int:
        """Steps that the runs have made."""
        return self.runs[0].training.step

    @property
    def busy(self) -> bool:
        """Whether there is something to do without being asked."""
        return self.playing or self.film is not None

    def obey(self, command: dict) -> None:
        """Do what the page asks: `do` names a method below, `with` holds its arguments. What goes wrong is shown."""
        actions = [self.play, self.pause, self.step_once, self.slow_motion, self.steer, self.switch, self.reset]
        actions += [self.look_back, self.go_on_from_here, self.make_film, self.release, self.play_or_pause]
        try:
            if self.released:
                raise RuntimeError("this training is in another lab now: run this cell again to have it here")
            {action.__name__: action for action in actions}[command["do"]](**command.get("with", {}))
        except Exception as error:
            self.fail(error)

    def fail(self, error: Exception) -> None:
        """Show an error; the reader can go on from there."""
        self.error = f"{type(error).__name__}: {error}"

    def play(self) -> None:
        """Train on from the present, until told otherwise."""
        self.say = "Slow motion." if self.slow else f"Training on from step {self.step:,}."
        self.playing, self.past, self.error = True, None, ""
        self._before = self._due = time.perf_counter()

    def pause(self, because: str = "") -> None:
        """Stop between two steps."""
        self.playing, self.rate = False, 0.0
        self.say = f"Paused at step {self.step:,}{because}."

    def play_or_pause(self) -> None:
        """Turn the switch the other way, as it stands now: no press is lost."""
        (self.pause if self.playing else self.play)()

    def step_once(self, who: str) -> None:
        """Make one step of both players, or of one of them; in slow motion, show the next part of one of both."""
        self.pause()
        self.past, self.error = None, ""
        if self.slow and who == "both":
            self.say = self.parts.next(self._train)
            return
        self.parts.forget()
        rules = {"discriminator": discriminator_only, "generator": generator_only}
        self._each(lambda run: run.move_once(rules.get(who, run.training.update)))
        self.say = f"Step {self.step:,}: {MOVED[who]} moved."

    def slow_motion(self, on: bool | None = None) -> None:
        """From now on show the parts of each step in order, or go back to full speed; None: the other way."""
        self.slow = not self.slow if on is None else bool(on)
        self.parts.forget()
        self.say = "Slow motion: each step in six parts." if self.slow else "Slow motion is off."

    def steer(self, values: dict, run: int | None = None) -> None:
        """Set settings of one run, or of all."""
        self.error = ""
        if self.slow:
            self.slow_motion(True)  # what was said of the next step no longer holds
        for index, each in enumerate(self.runs):
            if run is None or index == run:
                each.steering.move(values)
                each.refresh()

    def switch(self, on: list[str]) -> None:
        """Look at these views from now on."""
        self.on = [name for name in self.runs[0].offered if name in on]

    def reset(self, further: int) -> None:
        """Begin anew, `further` seeds from this one: 0 for the same weights and the same luck."""
        for run in self.runs:
            run.training.reset(run.training.seed + further)
            run.begin()
        self.timeline, self.past, self.error = Timeline(), None, ""
        self.parts.forget()
        self.look()
        self.say = f"Begun anew with seed {self.runs[0].training.seed}. The settings stay as they are."

    def look_back(self, moment: int) -> None:
        """Show a kept moment; the last one is the present."""
        if self.playing:
            self.pause()
        self.parts.forget()
        self.past = moment if 0 <= moment < len(self.timeline.moments) - 1 else None
        self.say = f"Step {self.shown.step:,} of {self.step:,}."

    def go_on_from_here(self) -> None:
        """Bring back the moment that is shown, and train on from there with the settings as they stand now."""
        if self.past is not None:
            self._bring_back(self.shown)
        self.play()

    def make_film(self) -> None:
        """Begin an animation of the run so far; `go_on` makes one picture of it at a time."""
        self.film = animation([*self.timeline.moments, self.now])
        self.say = "Making the animation."

    def release(self) -> None:
        """Leave the training to another lab, and forget what was kept of it."""
        self.pause()
        self.past, self.film, self.timeline, self.released = None, None, Timeline(), True

    def go_on(self) -> tuple[float, bytes]:
        """Train for about one frame, or show the next part of a step, and make one picture of the animation.

        Returns:
            Seconds to wait for a command before the next time, and the animation once it is ready.
        """
        wait, film = 0.0, None
        try:
            film = next(self.film) if self.film else None
            if film:
                self.film, self.say = None, f"The animation is ready: {len(film) / 1e6:.1f} MB."
            if self.playing and self.slow:
                if time.perf_counter() >= self._due:
                    self.say = self.parts.next(self._train)
                    self._due = time.perf_counter() + PART_SECONDS
                wait = self._due - time.perf_counter()
            elif self.playing:
                self._train_a_frame()
        except Exception as error:
            self.pause()
            self.film = None
            self.fail(error)
        return wait, film or b""

    def run(self, steps: int) -> None:
        """Train without a page, looking now and then for the loss curves."""
        end = self.step + steps
        while self.step < end:
            few = min(max(1, steps // 100), end - self.step)
            for run in self.runs:
                run.training.run(few)
            self.look()

    @property
    def shown(self) -> Moment:
        """The moment that the reader looks at: a kept one, or the present."""
        return self.now if self.past is None else self.timeline.moments[self.past]

    def look(self) -> Moment:
        """Look at the present, and keep it if it is time to."""
        runs = tuple(run.look(self.on, resting=not self.playing) for run in self.runs)
        for name, why in (refused for run in self.runs for refused in run.refused.items()):
            self.on = [other for other in self.on if other != name]
            self.error = f"{LABELS[name]} cannot be shown. {why}"
        due = self.timeline.due(self.step, in_a_hurry=self.playing)
        self.now = Moment(self.step, runs, tuple(run.training.state() for run in self.runs) if due else ())
        if due:
            self.timeline.keep(self.now)
        return self.now

    def frame(self) -> list[dict[str, object]]:
        """What the page draws, for each run."""
        seen, extra = self.shown.runs, self.parts.drawn if self.past is None else [{}] * len(self.runs)
        return [run.frame(*both, self.on) for run, *both in zip(self.runs, seen, extra, strict=True)]

    def _train_a_frame(self) -> None:
        start = time.perf_counter()
        self._cost += (start - self._before - self._cost) / 8  # of looking and sending: a running mean
        made = self._train(self._steps)
        end = time.perf_counter()
        seconds = min(max(self._cost / LOOKING, SHORTEST), LONGEST)
        self._steps = max(1, min(2 * self._steps, round(made * seconds / (end - start))))
        rate = made / (end - self._before)
        self.rate, self._before = 0.9 * self.rate + 0.1 * rate if self.rate else rate, end

    def _train(self, steps: int) -> int:
        """Train all runs in step until the reader asks for something; return how many steps were made."""
        for made in range(1, steps + 1):
            self._each(Watched.advance)
            if self.asked():
                return made
        return steps

    def _each(self, move: Callable[[Watched], None]) -> None:
        """Let each run make a step. If one of two cannot, both go back to the last moment that was kept: in step."""
        try:
            for run in self.runs:
                move(run)
        except Exception:
            if len(self.runs) > 1:
                self._bring_back(self.timeline.moments[-1])
            self.timeline.forget_after(self.step)  # a training that diverged has gone back by itself
            for run in self.runs:
                run.refresh()
            raise

    def _bring_back(self, moment: Moment) -> None:
        for run, state in zip(self.runs, moment.states, strict=True):
            run.training.restore(state)
            run.steering.again()
            run.refresh()
        self.timeline.forget_after(moment.step)
        self.parts.forget()
