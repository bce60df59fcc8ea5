"""The scripts of `.ci/deb` as modules: they import each other by name, as they do when one of them is run."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".ci" / "deb"


def load(name: str) -> ModuleType:
    """Import one."""
    if str(FOLDER) not in sys.path:
        sys.path.append(str(FOLDER))
    return importlib.import_module(name)
