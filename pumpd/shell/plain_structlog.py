"""structlog without the libraries it would draw pretty tracebacks and tell green threads apart with.

Theory of operation. structlog imports rich wherever it is installed, for consoles in colour: 7 MB and 60 ms for what the
daemon, whose lines are JSON, never prints; and greenlet, which brings the C++ library along, 1.2 MB, for threads that the
daemon does not have. It takes no for an answer, so it is told that there is none while it is imported for the first
time. Afterwards both are there again for whoever wants them.
"""

import sys
from importlib import import_module

_NOT_FOR_US = ("rich", "greenlet")


def import_plain(name: str, *without: str) -> None:
    """Import module `name` as if the packages `without` were not installed; what is there already is left alone."""
    hidden = [one for one in without if one not in sys.modules]
    if name in sys.modules or not hidden:
        return
    # None in its place is Python's own way to say that an import fails.
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        import_module(name)
    finally:
        for one in hidden:
            del sys.modules[one]


import_plain("structlog", *_NOT_FOR_US)
import structlog as structlog  # noqa: E402
