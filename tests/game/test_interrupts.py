"""An interrupt waits for the end of a step, and then does what it would have done."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from gan_edu.game.interrupts import interrupt_between_steps


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture(autouse=True)
def handler() -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def test_it_comes_at_the_check_and_not_before():
    done = []

    def five_steps() -> None:
        with interrupt_between_steps() as check:
            for step in range(5):
                if step == 2:
                    interrupt()
                done.append(step)
                check()

    with pytest.raises(KeyboardInterrupt):
        five_steps()
    assert done == [0, 1, 2]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_one_without_a_check_comes_at_the_end():
    with pytest.raises(KeyboardInterrupt), interrupt_between_steps():
        interrupt()


def test_the_readers_own_handler_answers_and_the_block_goes_on():
    calls, done = [], []
    signal.signal(signal.SIGINT, lambda number, frame: calls.append((number, len(done))))
    with interrupt_between_steps() as check:
        for step in range(4):
            if step in (1, 3):
                interrupt()
            done.append(step)
            check()
    assert calls == [(signal.SIGINT, 2), (signal.SIGINT, 4)]
    assert done == [0, 1, 2, 3]


def test_the_readers_own_handler_hears_it_after_an_error_too():
    calls = []
    signal.signal(signal.SIGINT, lambda number, frame: calls.append(number))

    def broken() -> None:
        with interrupt_between_steps():
            interrupt()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert calls == [signal.SIGINT]


@pytest.mark.parametrize("how", [signal.SIG_IGN, signal.SIG_DFL])
def test_what_is_ignored_or_left_to_the_system_stays_so(how):
    signal.signal(signal.SIGINT, how)
    with interrupt_between_steps() as check:
        assert signal.getsignal(signal.SIGINT) == how
        if how == signal.SIG_IGN:
            interrupt()
        check()
    assert signal.getsignal(signal.SIGINT) == how


def test_under_nohup_an_interrupt_is_ignored_to_the_end():
    program = (
        "import os, signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "from gan_edu.game.interrupts import interrupt_between_steps as wait\n"
        "with wait() as check:\n    os.kill(os.getpid(), signal.SIGINT); check()\nprint('to the end')"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout == "to the end\n"


def test_other_threads_are_left_alone():
    found = []

    def inside() -> None:
        with interrupt_between_steps() as check:
            found.append(signal.getsignal(signal.SIGINT))
            check()

    thread = threading.Thread(target=inside)
    thread.start()
    thread.join()
    assert found == [signal.default_int_handler]
