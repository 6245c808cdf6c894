"""An interrupt waits until a step is whole."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def interrupt_between_steps() -> Iterator[Callable[[], None]]:
    """Hold an interrupt back until `check` is called, so that no step is left half done."""
    if threading.current_thread() is not threading.main_thread():  # only the main thread is ever interrupted
        yield lambda: None
        return
    seen = []
    before = signal.signal(signal.SIGINT, lambda *_: seen.append(True))

    def check() -> None:
        if seen:
            raise KeyboardInterrupt

    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, before)
    check()  # one that came after the last step
