"""Rigs for the tests with real processes: one to share, fresh ones to break, and their logs in a failure.

Theory of operation. A fault that the daemon survives leaves a rig on which the next test may begin a new
session; a test that fails leaves a rig of which nothing is known. So `rig` hands out the module's rig and
replaces it after a failure, while `make_rig` makes rigs that belong to one test.
"""

import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from real_time import start_ahead
from rig import Rig
from rig_pumps import NEW_ERA, RigPump

_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed and report.when != "teardown":
        item.stash[_FAILED] = True
        for rig in Rig.opened:
            report.sections.extend(rig.report())
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was measured, so that a run says more than passed."""
    if Rig.measured:
        terminalreporter.section("measured on real processes")
    for what, took_s in Rig.measured:
        terminalreporter.line(f"{took_s * 1000:8.0f} ms  {what}")


@pytest.fixture(scope="session", autouse=True)
def stop_watch() -> None:
    """The test holds it."""
    start_ahead()


class Shelf:
    """Holds the rig a module shares, if there is one in good order."""

    def __init__(self, make: Callable[[], Rig]) -> None:
        self._make = make
        self._rig: Rig | None = None

    def take(self) -> Rig:
        if self._rig is None:
            self._rig = self._make()
        return self._rig

    def discard(self) -> None:
        if self._rig is not None:
            self._rig.close()
            self._rig = None


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    def make() -> Rig:
        rig = Rig(tmp_path_factory.mktemp("rig"))
        try:
            rig.open().start_daemon()
        except BaseException:
            rig.close()
            raise
        return rig

    shared = Shelf(make)
    yield shared
    shared.discard()


@pytest.fixture
def rig(shelf: Shelf, request: pytest.FixtureRequest) -> Iterator[Rig]:
    """The module's rig, its daemon running, no session open."""
    yield shelf.take()
    if request.node.stash.get(_FAILED, False):
        shelf.discard()
    else:
        shelf.take().end_session()


@pytest.fixture
def make_rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Rig]]:
    """Makes rigs of this test's own; the daemon is not started."""
    made: list[Rig] = []

    def make(*, has_transducer: bool = True, pump: RigPump = NEW_ERA) -> Rig:
        made.append(Rig(tmp_path_factory.mktemp("rig"), has_transducer=has_transducer, pump=pump))
        return made[-1].open()

    yield make
    for one in made:
        one.close()
