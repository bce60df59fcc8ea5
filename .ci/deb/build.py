"""`./run deb`: build pumpd_VERSION_ARCHITECTURE.deb; the same source gives the same bytes.

Theory of operation. Wheels that requirements.lock pins, hash by hash, go into an environment that stands on Debian
12's own python3.11 (from the index, or with --offline from what `./run setup` installed); our own wheel on top; then
dpkg-deb. No other build system: what is in the package is what `tree` lays there. All times are SOURCE_DATE_EPOCH, by
default that of the last commit. One thread compresses, since the number of threads shows in the bytes.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import tomllib
from importlib import metadata
from pathlib import Path

import bill
import box
import distributions
import installed
import tree

ROOT = Path(__file__).parents[2]
EXIT_FAULT, EXIT_CANNOT_RUN = 1, 2


def ask(*command: str) -> str:
    """What a program prints, without the end of line.

    Raises:
        subprocess.CalledProcessError, OSError: it failed, or is not there.
    """
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def epoch_s() -> int:
    """SOURCE_DATE_EPOCH, or the time of the last commit; seconds since 1970."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    return int(given if given else ask("git", "log", "-1", "--format=%ct"))


def fill(stage: Path, scratch: Path, project: dict[str, object], moment_s: int, is_offline: bool) -> Path:
    """Install the pinned wheels and our own into the environment of the package; its interpreter."""
    python = tree.empty_environment(stage)
    pinned = scratch / "packaged.lock"
    lock = distributions.packaged_lock((ROOT / "requirements.lock").read_text(encoding="utf-8"), project)
    pinned.write_text(lock, encoding="utf-8")
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(moment_s), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    pip = [sys.executable, "-m", "pip", "--quiet", "--no-input"]
    into = [*pip, "--python", str(python), "install", "--no-deps", "--no-compile", "--only-binary", ":all:"]
    wheel = ["wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(scratch), str(ROOT)]
    ours = ["--no-index", "--find-links", str(scratch), "pumpd"]
    if is_offline:
        installed.take_over(distributions.lock_entries(lock), stage / tree.SITE)
    else:
        subprocess.run([*into, "--require-hashes", "-r", str(pinned)], env=environment, check=True)
    for command in ([*pip, *wheel], [*into, *ours]):
        subprocess.run(command, env=environment, check=True)
    tree.strip_places(stage)
    return python


def build(out: Path, revision: str, is_offline: bool = False, compression: str = "xz") -> Path:
    """Build the package into this folder; its path.

    Args:
        out: the folder, made when absent.
        revision: Debian's, behind the version.
        is_offline: the libraries are taken from `.venv` instead of an index.
        compression: dpkg-deb's: xz, gzip, none.

    Raises:
        subprocess.CalledProcessError, OSError, ValueError: a step failed.
    """
    moment_s = epoch_s()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version, architecture = f"{project['version']}-{revision}", ask("dpkg", "--print-architecture")
    with tempfile.TemporaryDirectory(prefix="pumpd-deb-") as folder:
        scratch = Path(folder)
        stage = scratch / "stage"
        python = fill(stage, scratch, project, moment_s, is_offline)
        tool = Path(sys.executable).with_name("cyclonedx-py")
        made = bill.bill_of(python, tool, ROOT / "pyproject.toml", moment_s)
        inside = {one.name: one.version for one in metadata.distributions(path=[str(stage / tree.SITE)])}
        if gaps := bill.gaps(made, inside):
            raise ValueError("; ".join(gaps))
        tree.lay_programs(stage)
        tree.lay_files(stage, ROOT, version, moment_s)
        (stage / tree.DOC / "sbom.cdx.json").write_text(made, encoding="utf-8")
        tree.lay_control(stage, ROOT, version, architecture)
        tree.settle(stage, moment_s)
        out.mkdir(parents=True, exist_ok=True)
        package = out / f"pumpd_{version}_{architecture}.deb"
        options = ["--root-owner-group", f"-Z{compression}", "--threads-max=1"]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(moment_s)}
        command = ["dpkg-deb", *options, "--build", str(stage), str(package)]
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    return package


def main(arguments: list[str]) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="./run deb", description="Build the Debian package.")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="folder for the package (dist)")
    parser.add_argument("--revision", default="1", help="Debian revision: VERSION-REVISION (1)")
    parser.add_argument(
        "--offline", action="store_true", help="libraries from .venv, where ./run setup put them"
    )
    parser.add_argument(
        "--compression", default="xz", choices=("xz", "gzip", "none"), help="of the content (xz)"
    )
    parser.add_argument(
        "--prove", action="store_true", help="install, use, upgrade and purge it in a clean root"
    )
    parser.add_argument("--transcript", type=Path, help="write down here what --prove typed and was answered")
    args = parser.parse_args(arguments)
    if not tree.PYTHON.exists():
        print(
            f"run: {tree.PYTHON} is not there; the package is built on Debian 12: apt-get install python3.11"
        )
        return EXIT_CANNOT_RUN
    if args.prove and (why := box.obstacle()):
        print(f"run: nothing can be proved: {why}")
        return EXIT_CANNOT_RUN
    try:
        how = args.offline, args.compression
        package = build(args.out.resolve(), args.revision, *how)
        print(f"run: built {package.name}, {package.stat().st_size} bytes, in {package.parent}")
        if args.prove:
            import prove

            prove.prove(package, build(args.out.resolve(), args.revision + ".1", *how), args.transcript)
    except (subprocess.CalledProcessError, OSError, ValueError) as error:
        print(f"run: no package: {error}")
        return EXIT_FAULT
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
