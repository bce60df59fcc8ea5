"""The pytest plug-in: `pytest --pump-conformance yourpackage.rig:Rig`, and the table at the end of any run with such
tests in it.

Theory of operation. It is loaded into every pytest run of every project that has pumpd installed, so it imports
nothing of ours until it is asked to. With the option it runs the checks of that one rig and no other tests: the
shipped file `third_party.py` takes the place of what would have been collected.
"""

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

OPTION = "--pump-conformance"
#: Rewritten for good messages, like test files; the names alone import nothing.
_TOLD = (
    "bench",
    "seat",
    "check_cables",
    "check_commands",
    "check_hands",
    "check_leases",
    "check_stops",
    "check_wires",
)
pytest.register_assert_rewrite(*(f"drivers.conformance.{part}" for part in _TOLD))


def pytest_addoption(parser: pytest.Parser) -> None:
    """One option."""
    group = parser.getgroup("pumpd")
    group.addoption(
        OPTION,
        metavar="MODULE:RIG",
        action="append",
        default=[],
        help="hold a pump driver to pumpd's conformance suite (drivers.conformance.rig.Rig); may be given again",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register our mark; with the option, collect our file and nothing else."""
    config.addinivalue_line("markers", "hil: real processes on real wires (ptys, broker, disk)")
    if config.getoption(OPTION):
        spec = find_spec("drivers.conformance")
        assert spec is not None
        assert spec.origin is not None
        config.args[:] = [str(Path(spec.origin).with_name("third_party.py"))]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note a test of ours."""
    if any(name == "pump_conformance" for name, _ in report.user_properties):
        from drivers.conformance.table import RESULTS

        RESULTS.take(report.user_properties, has_passed=not report.failed)


def pytest_terminal_summary(terminalreporter: "pytest.TerminalReporter") -> None:
    """The table, if there is anything in it."""
    table = sys.modules.get("drivers.conformance.table")
    text = table.lines(table.RESULTS) if table is not None else []
    if text:
        terminalreporter.section("pump conformance")
        for line in text:
            terminalreporter.write_line(line)
