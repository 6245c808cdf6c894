"""An interrupt waits until a step is whole."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def interrupt_between_steps() -> Iterator[Callable[[], None]]:
    """Hold an interrupt back until `check` is called, or the block ends, so that no step is left half done.

    Then the handler that was there before answers it: Python's own raises KeyboardInterrupt, a reader's own may do
    something else, and if it returns, the block goes on. Where interrupts are ignored (as under nohup), or where the
    system ends the process, it stays so.
    """
    before = signal.getsignal(signal.SIGINT)
    # Only the main thread is ever interrupted; and a handler that cannot be called is none of Python's.
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield lambda: None
        return
    held: list[tuple[int, FrameType | None]] = []
    signal.signal(signal.SIGINT, lambda number, frame: held.append((number, frame)))

    def check() -> None:
        if held:
            arguments = held.pop()
            held.clear()  # who is impatient and interrupts twice means one interrupt
            before(*arguments)

    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, before)
        check()  # one that came after the last step, or while an error was on its way
