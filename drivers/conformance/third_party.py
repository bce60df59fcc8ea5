"""What `pytest --pump-conformance MODULE:RIG` collects: the checks of the rigs named on the command line.

Theory of operation. The rigs are known only when pytest has read its options, so the test is made in the hook that
parametrises tests, not at import.
"""

import sys
from importlib import import_module
from pathlib import Path

import pytest

from drivers.conformance.suite import Cell, RigMaker, cells, marked, perform


def rig_named(name: str) -> RigMaker:
    """`package.module:Class`, looked for in the working directory too.

    Raises UsageError.
    """
    module, _, attribute = name.partition(":")
    if not attribute:
        raise pytest.UsageError(f"--pump-conformance {name}: write it as package.module:Rig")
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        found: RigMaker = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise pytest.UsageError(f"--pump-conformance {name}: {error}") from error
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each check that applies."""
    if "cell" in metafunc.fixturenames:
        rigs = [rig_named(name) for name in metafunc.config.getoption("--pump-conformance")]
        metafunc.parametrize("cell", [marked(cell) for cell in cells(rigs)])


def test_pump(cell: Cell, request: pytest.FixtureRequest) -> None:
    """A driver does what the contract says."""
    perform(cell, request)
