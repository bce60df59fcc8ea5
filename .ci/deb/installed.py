"""The libraries of the package from `.venv`, as `./run setup` put them there by hash: no index is asked.

Theory of operation. pip wrote beside each distribution what it installed, file by file with its SHA-256 (RECORD). A file is
taken over only when it still is what was installed, and a distribution only in the version that the lock pins, so what is
laid is what pip would have laid from the same wheel. What lies outside the folder (programs) and byte-code is left; `tree`
takes both out of a package anyway.
"""

import base64
import hashlib
import re
import shutil
from importlib.metadata import Distribution, PackageNotFoundError, PackagePath, distribution
from pathlib import Path

_PINNED = re.compile(r"^[A-Za-z0-9._-]+(?:\[[^]]*\])?==([^\s;\\]+)")


def take_over(entries: dict[str, str], into: Path) -> None:
    """Lay these entries of the lock (name to entry) into a package's site-packages folder.

    Raises:
        ValueError: one is not installed, in another version, or changed since.
        OSError: a file cannot be read or written.
    """
    for name, entry in sorted(entries.items()):
        one, pinned = _found(name), _PINNED.match(entry)
        if pinned is None or one.version != pinned[1]:
            raise ValueError(f"{name} {one.version} is installed, the lock says otherwise: ./run setup")
        for file in one.files or []:
            if not str(file).startswith("..") and "__pycache__" not in file.parts:
                _lay(name, file, into)


def _found(name: str) -> Distribution:
    try:
        return distribution(name)
    except PackageNotFoundError as absent:
        raise ValueError(f"{name} is not installed: ./run setup") from absent


def _lay(name: str, file: PackagePath, into: Path) -> None:
    source = Path(str(file.locate()))
    if file.hash is not None:
        digest = hashlib.new(file.hash.mode, source.read_bytes()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != file.hash.value:
            raise ValueError(f"{file} of {name} is not what was installed: ./run setup --again")
    place = into / file
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, place)
