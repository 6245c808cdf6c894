"""Examine a training step from the shell: `python -m gan_edu.doctor FILE.py:FUNCTION`.

The function takes no arguments and returns (make, batches), as `gan_edu.doctor.examine.examine` wants them. The exit
status is 0 if nothing was found, 1 if something was, and 2 if there is nothing that can be examined.
"""

import argparse
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path

from gan_edu.doctor.examine import examine


def main(arguments: list[str] | None = None) -> int:
    """Examine what the command names, print the report, and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m gan_edu.doctor", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "where", metavar="FILE.py:FUNCTION", help="a function without arguments that returns (make, batches)"
    )
    parser.add_argument("--steps", type=int, default=100, help="steps of the longest look (100)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the shared random generators (0)")
    given = parser.parse_args(arguments)
    try:
        report = examine(*_named(given.where), steps=given.steps, seed=given.seed)
    except (TypeError, ValueError, OSError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    print(report)
    return 1 if report.findings else 0


def _named(where: str) -> tuple[Callable, object]:
    """What the function in the file returns."""
    name, _, function = where.rpartition(":")
    path = Path(name)
    if not name or not path.is_file():
        raise ValueError(f"FILE.py:FUNCTION must name a file that is there, got {where}")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.resolve().parent))
    spec.loader.exec_module(module)
    if not callable(getattr(module, function, None)):
        raise ValueError(f"FILE.py:FUNCTION must name a function in {name}, got {function}")
    returned = getattr(module, function)()
    if not isinstance(returned, tuple) or len(returned) != 2:
        raise TypeError(f"{function} must return (make, batches), got {returned!r}")
    return returned


if __name__ == "__main__":
    sys.exit(main())
