"""Somebody's daemon as a process: started from a command line, killed like by a power cut, ended in order.

Theory of operation. The command is split as a shell would and run without one, as the leader of a process group of its own,
so that a Ctrl-C at the bench does not reach it and a kill reaches whatever it has started. What it says goes into a file,
whose last line explains an early end.
"""

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

ENDS_WITHIN_S = 10.0
LAST_BYTES = 4096


class LiveDaemon:
    """One daemon and its lives.

    Args:
        argv: program and arguments.
        environment: set beside our own.
        log: where its output goes; one file for all lives.
    """

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self._argv = argv
        self._environment = {**os.environ, **environment}
        self._log = log
        self._child: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """A new life.

        Raises:
            OSError: there is no such program, or it cannot be run.
        """
        await self.buried()
        with self._log.open("ab") as log:
            self._child = await asyncio.create_subprocess_exec(
                *self._argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
                env=self._environment,
            )

    @property
    def died_with(self) -> int | None:
        """The exit status of the present life, a signal's number below 0; None: it lives, or there is none."""
        return None if self._child is None else self._child.returncode

    def kill(self) -> None:
        """SIGKILL to it and all that it started."""
        self._signal(signal.SIGKILL)

    async def buried(self) -> None:
        """Return when the life that was killed or told to end is over."""
        child, self._child = self._child, None
        if child is not None:
            await child.wait()

    async def end(self) -> None:
        """SIGTERM, and SIGKILL when that does not help."""
        if self._child is None:
            return
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(ENDS_WITHIN_S):
                await self._child.wait()
        except TimeoutError:
            pass
        finally:
            self.kill()
        await self.buried()

    def last_words(self) -> str:
        """The last line that it said; "" when it said nothing."""
        try:
            said = self._log.read_bytes()[-LAST_BYTES:].decode(errors="replace")
        except OSError:
            return ""
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        return lines[-1] if lines else ""

    def _signal(self, number: signal.Signals) -> None:
        # The group outlives its leader while a child of it runs, and its number is not given away before.
        if self._child is not None:
            try:
                os.killpg(self._child.pid, number)
            except ProcessLookupError:
                return
