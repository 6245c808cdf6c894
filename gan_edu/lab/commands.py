"""What each command of the page does to one run, or to two that train in step. No threads or widgets in here."""

import time
from collections.abc import Callable, Iterator, Sequence

from gan_edu.game.training import Training
from gan_edu.game.updates import discriminator_only, generator_only
from gan_edu.lab.film import animation
from gan_edu.lab.history import History, Moment
from gan_edu.lab.run import Run
from gan_edu.lab.slow_motion import SlowMotion

SHORTEST, LONGEST = 1 / 33, 1 / 24  # seconds of training between two frames,
FRAME_SHARE = 0.08  # such that frames take this share of the time, if that can be done between these two
PART_SECONDS = 2.5  # how long each part of a step is shown in slow motion
MOVED = {"both": "both players have", "discriminator": "only D has", "generator": "only G has"}


class Lab:
    """The runs, their history, and what the reader has switched on.

    Args:
        trainings, names: one, or two that are at the same step, and a name for each.
    """

    def __init__(self, trainings: Sequence[Training], names: Sequence[str]) -> None:
        self.command_waits: Callable[[], bool] = lambda: False  # then training stops after the step
        self.runs = [Run(training, name) for training, name in zip(trainings, names, strict=True)]
        self.switched_on = list(self.runs[0].offered)
        self.playing, self.slow, self.released = False, False, False
        self.message, self.error, self.rate = "Ready.", "", 0.0
        self.past: int | None = None
        self.film: Iterator[bytes | None] | None = None
        self.history = History()
        self._steps, self._cost, self._trained_until, self._part_until = 1, 0.0, 0.0, 0.0
        self.parts = SlowMotion(self.runs)
        self.present = self.update()

    @property
    def step(self) -> int:
        """Steps that the runs have made."""
        return self.runs[0].training.step

    @property
    def busy(self) -> bool:
        """Whether there is something to do without being asked."""
        return self.playing or self.film is not None

    def execute(self, command: dict) -> None:
        """Execute a command of the page: `do` names a method, `with` its arguments. An error is shown, not raised."""
        actions = [self.play, self.pause, self.play_or_pause, self.step_once, self.slow_motion, self.change_settings]
        actions += [self.switch, self.reset, self.show_moment, self.go_on_from_here, self.make_film, self.release]
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
        self.message = "Slow motion." if self.slow else f"Training on from step {self.step:,}."
        self.playing, self.past, self.error = True, None, ""
        self._trained_until = self._part_until = time.perf_counter()

    def pause(self, reason: str = "") -> None:
        """Stop between two steps."""
        self.playing, self.rate = False, 0.0
        self.message = f"Paused at step {self.step:,}{reason}."

    def play_or_pause(self) -> None:
        """Play if it is paused, else pause: decided here, so that of many quick presses none is lost."""
        (self.pause if self.playing else self.play)()

    def step_once(self, who: str) -> None:
        """Make one step of both players, or of one of them; in slow motion, show the next part of one of both."""
        self.pause()
        self.past, self.error = None, ""
        if self.slow and who == "both":
            self.message = self.parts.next(self._train)
            return
        self.parts.forget()
        rules = {"discriminator": discriminator_only, "generator": generator_only}
        self._each(lambda run: run.step_once(rules.get(who, run.training.update)))
        self.message = f"Step {self.step:,}: {MOVED[who]} moved."

    def slow_motion(self, on: bool | None = None) -> None:
        """From now on show the parts of each step in order, or go back to full speed; None: the other way."""
        self.slow = not self.slow if on is None else bool(on)
        self.parts.forget()
        self.message = "Slow motion: each step in six parts." if self.slow else "Slow motion is off."

    def change_settings(self, values: dict, run: int | None = None) -> None:
        """Change settings of one run, or of all."""
        self.error = ""
        if self.slow:
            self.slow_motion(True)  # the explanation of the next step no longer holds
        for index, each in enumerate(self.runs):
            if run is None or index == run:
                each.settings.change(values)
                each.refresh()

    def switch(self, on: list[str]) -> None:
        """Show these views from now on."""
        self.switched_on = [name for name in self.runs[0].offered if name in on]

    def reset(self, further: int) -> None:
        """Begin anew with another seed, this one plus `further`: 0 repeats weights and random numbers."""
        for run in self.runs:
            run.training.reset(run.training.seed + further)
            run.begin()
        self.history, self.past, self.error = History(), None, ""
        self.parts.forget()
        self.update()
        self.message = f"Begun anew with seed {self.runs[0].training.seed}. The settings stay as they are."

    def show_moment(self, moment: int) -> None:
        """Show a kept moment; the last one is the present."""
        if self.playing:
            self.pause()
        self.parts.forget()
        self.past = moment if 0 <= moment < len(self.history.moments) - 1 else None
        self.message = f"Step {self.shown.step:,} of {self.step:,}."

    def go_on_from_here(self) -> None:
        """Bring back the moment that is shown, and train on from there with the settings as they stand now."""
        if self.past is not None:
            self._bring_back(self.shown)
        self.play()

    def make_film(self) -> None:
        """Begin an animation of the run so far; `work` makes one picture of it at a time."""
        self.film = animation([*self.history.moments, self.present])
        self.message = "Making the animation."

    def release(self) -> None:
        """Leave the training to another lab, and forget the history."""
        self.pause()
        self.past, self.film, self.history, self.released = None, None, History(), True

    def work(self) -> tuple[float, bytes]:
        """Do what is next: train until the next frame, or show the next part of a step; make a picture of an animation.

        Returns:
            Seconds to wait for a command before the next time, and the animation once it is ready.
        """
        wait, film = 0.0, None
        try:
            film = next(self.film) if self.film else None
            if film:
                self.film, self.message = None, f"The animation is ready: {len(film) / 1e6:.1f} MB."
            if self.playing and self.slow:
                if time.perf_counter() >= self._part_until:
                    self.message = self.parts.next(self._train)
                    self._part_until = time.perf_counter() + PART_SECONDS
                wait = self._part_until - time.perf_counter()
            elif self.playing:
                self._train_until_the_next_frame()
        except Exception as error:
            self.pause()
            self.film = None
            self.fail(error)
        return wait, film or b""

    def run(self, steps: int) -> None:
        """Train without a page, with a hundred frames on the way for the loss curves."""
        end = self.step + steps
        while self.step < end:
            few = min(max(1, steps // 100), end - self.step)
            for run in self.runs:
                run.training.run(few)
            self.update()

    @property
    def shown(self) -> Moment:
        """The moment that the page shows: a kept one, or the present."""
        return self.present if self.past is None else self.history.moments[self.past]

    def update(self) -> Moment:
        """Make the present frames, and keep them if it is time to."""
        frames = tuple(run.make_frame(self.switched_on, paused=not self.playing) for run in self.runs)
        for name, reason in (refused for run in self.runs for refused in run.refused.items()):
            self.switched_on = [other for other in self.switched_on if other != name]
            self.error = f"{self.runs[0].offered[name]} cannot be shown. {reason}"
        due = self.history.due(self.step, playing=self.playing)
        states = tuple(run.training.state() for run in self.runs) if due else ()
        self.present = Moment(self.step, frames, states)
        if due:
            self.history.keep(self.present)
        return self.present

    def encoded(self) -> list[dict[str, object]]:
        """What the page draws, for each run."""
        extra = self.parts.drawn if self.past is None else [{}] * len(self.runs)
        frames = zip(self.runs, self.shown.frames, extra, strict=True)
        return [run.encoded(frame, arrays, self.switched_on) for run, frame, arrays in frames]

    def _train_until_the_next_frame(self) -> None:
        start = time.perf_counter()
        self._cost += (start - self._trained_until - self._cost) / 8  # of a frame, made and sent: a running mean
        made = self._train(self._steps)
        end = time.perf_counter()
        seconds = min(max(self._cost / FRAME_SHARE, SHORTEST), LONGEST)
        self._steps = max(1, min(2 * self._steps, round(made * seconds / (end - start))))
        rate = made / (end - self._trained_until)
        self.rate, self._trained_until = 0.9 * self.rate + 0.1 * rate if self.rate else rate, end

    def _train(self, steps: int) -> int:
        """Train all runs in step until a command waits; return how many steps were made."""
        for made in range(1, steps + 1):
            self._each(Run.advance)
            if self.command_waits():
                return made
        return steps

    def _each(self, move: Callable[[Run], None]) -> None:
        """Let each run make a step. If one of two cannot, both go back to the last moment that was kept: in step."""
        try:
            for run in self.runs:
                move(run)
        except Exception:
            if len(self.runs) > 1:
                self._bring_back(self.history.moments[-1])
            self.history.forget_after(self.step)  # a training that diverged has gone back by itself
            for run in self.runs:
                run.refresh()
            raise

    def _bring_back(self, moment: Moment) -> None:
        for run, state in zip(self.runs, moment.states, strict=True):
            run.training.restore(state)
            run.settings.apply_again()
            run.refresh()
        self.history.forget_after(moment.step)
        self.parts.forget()
