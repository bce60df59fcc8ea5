"""A session's report for a browser, made by `pumpd report` as a process of its own.

Theory of operation. The panel holds nothing of the record. Where it was given the journal's path it has the report made
from the file, read only, by the same program that an engineer calls: one at a time, stepping back for everything else,
ended when it takes too long. So whoever reads a report cannot hold up a page with a PAUSE on it, nor the daemon, which
knows nothing of it. What is wrong is said in the program's own sentence.
"""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

#: A journal of a busy month takes long to prove; nobody waits longer in front of a page.
WITHIN_S = 60.0
#: One is being made, and so many may wait for it.
WAITING_MOST = 2
_LONGEST_SAID = 300
#: Exit statuses with a page: 1 is one whose journal is not whole, and it says so itself.
_MADE = (0, 1)
COMMAND = ("nice", "-n", "10", sys.executable, "-m", "pumpd.cli.main", "report")


class NoReport(Exception):
    """There is none to show; the text says why."""


class Reports:
    """Makes them.

    Args:
        journal: the daemon's file; None: this panel was not given it.
        command: the program and what comes before the journal's path.
        within_s: the longest it may take.
    """

    def __init__(
        self, journal: Path | None, command: Sequence[str] = COMMAND, within_s: float = WITHIN_S
    ) -> None:
        self._journal = journal
        self._command = tuple(command)
        self._within_s = within_s
        self._one = asyncio.Lock()
        self._waiting = 0

    @property
    def is_offered(self) -> bool:
        """There is a journal to make them from."""
        return self._journal is not None

    async def page(self, channel: str | None, session: int | None) -> bytes:
        """The report as HTML.

        Args:
            channel: None: the only one with a session.
            session: from 1; None: the newest.

        Raises:
            NoReport: with a sentence for a person.
        """
        if self._journal is None:
            raise NoReport("this panel was started without --journal")
        if self._waiting >= WAITING_MOST:
            raise NoReport("others are waiting for a report already; try again in a minute")
        self._waiting += 1
        try:
            async with self._one:
                return await self._made(self._journal, channel, session)
        finally:
            self._waiting -= 1

    async def _made(self, journal: Path, channel: str | None, session: int | None) -> bytes:
        with tempfile.TemporaryDirectory(prefix="pumpd-report-") as folder:
            out = Path(folder) / "report.html"
            wanted = [str(journal), "--out", str(out)]
            wanted += [] if channel is None else ["--channel", channel]
            wanted += [] if session is None else ["--session", str(session)]
            status, said = await self._run(wanted)
            if status not in _MADE or not out.is_file():
                raise NoReport(said or f"the report's program ended with status {status}")
            return out.read_bytes()

    async def _run(self, wanted: Sequence[str]) -> tuple[int | None, str]:
        pipe, none = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        child = await asyncio.create_subprocess_exec(
            *self._command, *wanted, stdin=none, stdout=none, stderr=pipe
        )
        try:
            async with asyncio.timeout(self._within_s):
                _, said = await child.communicate()
        except TimeoutError:
            raise NoReport(
                f"it was not ready within {self._within_s:g} s; ask an engineer to run pumpd report"
            ) from None
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        text = said.decode("utf-8", "replace").strip().removeprefix("pumpd report: ")
        return child.returncode, text[:_LONGEST_SAID]
