"""What was measured, kept step by step, so that hours of weighing survive a torn cable or a closed lid.

Theory of operation. Each finished step is a file of its own in the folder, written beside and moved into place. Beside them
stands what they belong to: channel, configuration hash, pump, firmware, syringe, software. Results of another pump, another
configuration or another version are not mixed with these: the folder is refused, by name of what differs.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pumpd.commission.measured import StepResult

SUBJECT = "subject.json"


class FolderRefused(Exception):
    """The results in this folder cannot be gone on with; `str()` says why."""


class Kept:
    """One folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self, subject: Mapping[str, str]) -> None:
        """Make the folder this subject's, or prove that it is. Raises FolderRefused."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            file = self.folder / SUBJECT
            if not file.exists():
                write(file, json.dumps(dict(subject), indent=1))
                return
            known = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise FolderRefused(f"{self.folder}: cannot be used: {error}") from None
        for key, value in subject.items():
            if known.get(key) != value:
                was = f"its results are of another {key}: {known.get(key)!r}, now {value!r}"
                raise FolderRefused(f"{self.folder}: {was}; name another --out")

    def results(self) -> dict[str, StepResult]:
        """By step. Raises FolderRefused: a file there is none of ours."""
        found = {}
        for file in sorted(self.folder.glob("step-*.json")):
            try:
                tree: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
                result = StepResult.from_json(tree)
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise FolderRefused(f"{file}: is no result of a step: {error}") from None
            found[result.name] = result
        return found

    def keep(self, result: StepResult) -> None:
        """Write one step. Raises OSError."""
        name = result.name.replace(":", "-")
        write(self.folder / f"step-{name}.json", json.dumps(result.as_json(), indent=1, allow_nan=False))


def write(path: Path, text: str) -> None:
    """Whole or not at all. Raises OSError."""
    beside = path.with_name(path.name + ".part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
