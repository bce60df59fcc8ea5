"""`./run lock`: writes requirements.lock anew from pyproject.toml.

Theory of operation. uv resolves; what it writes is looked at before it takes the old lock's place: every entry an exact
version with hashes, no address, so that the lock means the same bytes from whatever index it is installed.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXIT_FAULT, EXIT_CANNOT_RUN = 1, 2


def lock_faults(text: str) -> list[str]:
    """What is wrong with a lock: a pin without hashes, or an address, which would tie it to one index."""
    faults = []
    for entry in text.replace("\\\n", " ").splitlines():
        name = entry.split("=")[0].strip()
        if name and "==" not in entry:
            faults.append(f"{name} has no exact version")
        elif name and "--hash=sha256:" not in entry:
            faults.append(f"{name} has no hash")
        if "://" in entry:
            faults.append(f"{name} holds an address")
    return faults if text.strip() else ["it is empty"]


def main(root: Path = ROOT) -> int:
    """Entry point; the old lock stays unless the new one is sound."""
    lock = root / "requirements.lock"
    places = os.pathsep.join([str(root / ".venv" / "bin"), os.environ.get("PATH", "")])
    uv = shutil.which("uv", path=places)
    if uv is None:
        print("run: uv is needed to write the lock and is not installed: pip install uv")
        return EXIT_CANNOT_RUN
    fresh = lock.with_suffix(".new")
    options = ["--no-header", "--no-annotate", "--no-emit-project", "--all-extras"]
    form = ["--quiet", "--format", "requirements-txt", "-o", str(fresh)]
    only_here = {"UV_PYTHON_DOWNLOADS": "never", "UV_PYTHON": sys.executable}
    print(f"run: resolving with {uv}", flush=True)
    try:
        status = subprocess.call([uv, "export", *options, *form], cwd=root, env={**os.environ, **only_here})
        if status != 0:
            print(f"run: resolving failed (exit status {status})")
            return EXIT_FAULT
        faults = lock_faults(fresh.read_text(encoding="utf-8"))
        if faults:
            print(f"run: {lock.name} is left as it was: {'; '.join(faults)}")
            return EXIT_FAULT
        fresh.replace(lock)
    finally:
        fresh.unlink(missing_ok=True)
    print(f"run: wrote {lock.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
