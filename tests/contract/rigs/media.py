"""On which lines the conformance suite runs every day, and on which when somebody asks for all.

Every family meets every check in memory, and New Era on every line. A pty and a TCP socket are real time, and a
pump that has to be waited for is the same pump; each family also treats a patient over its real wire in tests/hil.
`CONFORMANCE=all ./run test tests/contract` meets every family with every line.
"""

import os

from drivers.conformance.suite import Medium


def media(*daily: Medium) -> tuple[Medium, ...]:
    """The lines of this run."""
    return tuple(Medium) if os.environ.get("CONFORMANCE") == "all" else daily
