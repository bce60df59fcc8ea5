"""What lies where in the package.

Theory of operation. `/usr/lib/pumpd` is a virtual environment made by hand: `pyvenv.cfg` and a link to Debian's own
python3.11 are all that one consists of, and neither names the place it stands in, so it is built anywhere and works
there, and after installing, where dpkg puts it. Every program that is started from it finds its siblings beside its
interpreter. Everything that would tell two builds apart is taken out: what pip wrote about the place of building, times,
modes.
"""

import gzip
import hashlib
import os
import shutil
from email.utils import formatdate
from pathlib import Path

PYTHON = Path("/usr/bin/python3.11")
LIB = Path("usr/lib/pumpd")
SITE = LIB / "lib" / PYTHON.name / "site-packages"
DOC = Path("usr/share/doc/pumpd")
PROGRAMS = {"pumpd": "pumpd.cli.main", "pumpctl": "pumpd.cli.pumpctl", "hil-sim": "hil_sim.cli"}

#: The interpreter hears no environment variable and no user's folder, and leaves no byte-code behind.
_LAUNCH = "#!/{lib}/bin/python3 -IB\nimport sys\n\nfrom {module} import main\n\nsys.exit(main())\n"
_CONFIG = "home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.11\n"

#: Source in the tree, its place in the package.
FILES = (
    *((f"systemd/{name}.service", f"usr/lib/systemd/system/{name}.service") for name in
      ("pumpd", "pumpd-panel", "pumpd-metrics", "pumpd-sounder")),
    ("systemd/pumpd.sysusers", "usr/lib/sysusers.d/pumpd.conf"),
    ("systemd/pumpd.tmpfiles", "usr/lib/tmpfiles.d/pumpd.conf"),
    ("systemd/99-pumpd-adapters.rules.example", f"{DOC}/examples/99-pumpd-adapters.rules"),
    ("systemd/deb/copyright", f"{DOC}/copyright"),
    ("systemd/README.md", f"{DOC}/systemd.md"),
    ("docs/config-example.toml", f"{DOC}/examples/pumpd.toml"),
    ("docs/config-bench.toml", f"{DOC}/examples/pumpd-bench.toml"),
    ("docs/ketamine-example.toml", f"{DOC}/examples/ketamine.toml"),
)  # fmt: skip
SCRIPTS = ("postinst", "prerm", "postrm")


def empty_environment(stage: Path) -> Path:
    """Lay the bare environment; its interpreter."""
    (stage / SITE).mkdir(parents=True)
    (stage / LIB / "pyvenv.cfg").write_text(_CONFIG, encoding="utf-8")
    python = stage / LIB / "bin" / "python3"
    python.parent.mkdir()
    python.symlink_to(PYTHON)
    return python


def strip_places(stage: Path) -> None:
    """Take out what pip wrote about this machine: programs that name the place of building, and byte-code."""
    for program in (stage / LIB / "bin").iterdir():
        if program.name != "python3":
            program.unlink()
    for folder in sorted((stage / SITE).rglob("__pycache__")):
        shutil.rmtree(folder)
    for record in sorted((stage / SITE).glob("*.dist-info/RECORD")):
        lines = record.read_text(encoding="utf-8").splitlines()
        kept = sorted(line for line in lines if not line.startswith("../") and "__pycache__" not in line)
        record.write_text("\n".join(kept) + "\n", encoding="utf-8")


def lay_programs(stage: Path) -> None:
    """The programs beside their interpreter, and a link to each on the path."""
    (stage / "usr/bin").mkdir(parents=True)
    for name, module in PROGRAMS.items():
        (stage / LIB / "bin" / name).write_text(_LAUNCH.format(lib=LIB, module=module), encoding="utf-8")
        (stage / LIB / "bin" / name).chmod(0o755)
        (stage / "usr/bin" / name).symlink_to(Path("../lib/pumpd/bin") / name)


def lay_files(stage: Path, root: Path, version: str, epoch_s: int) -> None:
    """Units, accounts, folders, examples, documents, the change log that Debian asks for."""
    documents = [
        (str(path.relative_to(root)), f"{DOC}/{path.name}") for path in sorted(root.glob("docs/*.md"))
    ]
    for source, place in (*FILES, *documents):
        (stage / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / source, stage / place)
    who = "pumpd maintainers <maintainers@pumpd.invalid>"
    change = f"pumpd ({version}) bookworm; urgency=medium\n\n  * Built from this version's source.\n\n"
    text = f"{change} -- {who}  {formatdate(epoch_s)}\n".encode()
    (stage / DOC / "changelog.Debian.gz").write_bytes(gzip.compress(text, 9, mtime=0))


def lay_control(stage: Path, root: Path, version: str, architecture: str) -> None:
    """DEBIAN/: control, sums, scripts. Last, since it counts and sums the rest."""
    files = sorted(path for path in stage.rglob("*") if path.is_file() and not path.is_symlink())
    sums = [(hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest(), path) for path in files]
    size_kib = sum(-(-path.stat().st_size // 1024) for path in files)
    control = stage / "DEBIAN"
    control.mkdir()
    form = (root / "systemd/deb/control.in").read_text(encoding="utf-8")
    text = form.format(version=version, architecture=architecture, size_kib=size_kib)
    (control / "control").write_text(text, encoding="utf-8")
    lines = [f"{digest}  {path.relative_to(stage)}\n" for digest, path in sums]
    (control / "md5sums").write_text("".join(lines), encoding="utf-8")
    for name in SCRIPTS:
        shutil.copyfile(root / "systemd/deb" / name, control / name)


def settle(stage: Path, epoch_s: int) -> None:
    """One time for everything; folders 755, programs and scripts 755, files 644, whatever the umask is."""
    runnable = {stage / LIB / "bin" / name for name in PROGRAMS} | {
        stage / "DEBIAN" / name for name in SCRIPTS
    }
    for path in [*stage.rglob("*"), stage]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path in runnable else 0o644)
        os.utime(path, (epoch_s, epoch_s), follow_symlinks=False)
