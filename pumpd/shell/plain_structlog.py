"""structlog without the library it would draw pretty tracebacks with.

Theory of operation. structlog imports rich wherever it is installed, for consoles in colour: 7 MB and 60 ms for what the
daemon, whose lines are JSON, never prints. It takes no for an answer, so it is told that there is none while it is
imported for the first time. Afterwards rich is there again for whoever wants it.
"""

import sys
from importlib import import_module

_PRETTY = "rich"


def import_plain(name: str, without: str) -> None:
    """Import module `name` as if the package `without` were not installed; nothing happens when either is there."""
    if name in sys.modules or without in sys.modules:
        return
    # None in its place is Python's own way to say that an import fails.
    sys.modules[without] = None  # type: ignore[assignment]
    try:
        import_module(name)
    finally:
        del sys.modules[without]


import_plain("structlog", _PRETTY)
import structlog as structlog  # noqa: E402
