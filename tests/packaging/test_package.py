"""The package as it comes out of `./run deb`, built twice from this tree and held against what must and must not be in it.

Theory of operation. Built with --offline, so no index is asked: the libraries are those that `./run setup`
installed, each file held against its hash. Two builds run beside each other in folders, umasks and time zones
of their own, not compressed, since the bytes that compression makes are a matter of dpkg-deb alone.
Installing it is `./run deb --prove`, which needs root.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from deb_scripts import FOLDER, ROOT, load
from unit_files import UNITS

#: Half a minute by itself; on a machine that is busy with the other tests, four times as much.
BUILT_WITHIN_S = 280.0
pytestmark = pytest.mark.timeout(300)

tree = load("tree")
bill = load("bill")
SITE = "usr/lib/pumpd/lib/python3.11/site-packages"
#: What is not a library of ours or of others, folder by folder.
EXPECTED = {
    "usr/bin": {"pumpd", "pumpctl", "hil-sim"},
    "usr/lib": {"pumpd", "systemd", "sysusers.d", "tmpfiles.d"},
    "usr/lib/pumpd": {"bin", "lib", "pyvenv.cfg"},
    "usr/lib/pumpd/bin": {"python3", "pumpd", "pumpctl", "hil-sim"},
    "usr/lib/systemd/system": set(UNITS),
    "usr/lib/sysusers.d": {"pumpd.conf"},
    "usr/lib/tmpfiles.d": {"pumpd.conf"},
    "usr/share/doc/pumpd/examples": {
        "99-pumpd-adapters.rules",
        "pumpd.toml",
        "pumpd-bench.toml",
        "ketamine.toml",
    },
}


def build(out: Path, umask: int, zone: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(FOLDER / "build.py"), "--offline", "--compression", "none"]
    # No proxy and no index: an attempt to fetch something fails instead of succeeding unseen.
    out.mkdir()
    surroundings = {
        **os.environ,
        "TZ": zone,
        "TMPDIR": str(out),
        "PIP_NO_INDEX": "1",
        "PIP_CONFIG_FILE": "/dev/null",
    }
    return subprocess.Popen(
        [*command, "--out", str(out)],
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        umask=umask,
    )


@pytest.fixture(scope="module")
def packages() -> Iterator[tuple[Path, Path]]:
    """Two builds of the same tree."""
    with TemporaryDirectory(prefix="pumpd-package-") as folder:
        under_way = [
            build(Path(folder) / name, umask, zone)
            for name, umask, zone in (("one", 0o022, "UTC"), ("other", 0o077, "Asia/Tokyo"))
        ]
        said = [one.communicate(timeout=BUILT_WITHIN_S)[0] for one in under_way]
        assert [one.returncode for one in under_way] == [0, 0], said
        one, other = (next((Path(folder) / name).glob("*.deb")) for name in ("one", "other"))
        yield one, other


@pytest.fixture(scope="module")
def unpacked(packages: tuple[Path, Path]) -> Path:
    """The content of one, with its control files in DEBIAN."""
    place = packages[0].parent / "unpacked"
    subprocess.run(["dpkg-deb", "--raw-extract", str(packages[0]), str(place)], check=True)
    return place


def files(unpacked: Path) -> list[Path]:
    return sorted(path for path in unpacked.rglob("*") if path.is_file() and not path.is_symlink())


def test_the_same_tree_gives_the_same_bytes_whatever_folder_umask_and_time_zone(
    packages: tuple[Path, Path],
) -> None:
    one, other = packages
    assert one.name == other.name
    assert hashlib.sha256(one.read_bytes()).digest() == hashlib.sha256(other.read_bytes()).digest()


def test_it_is_owned_by_root_and_nobody_else_can_write_to_it(packages: tuple[Path, Path]) -> None:
    command = ["dpkg-deb", "--contents", str(packages[0])]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(listed) > 1000
    for line in listed:
        rights, owner, *_ = line.split()
        assert owner == "root/root", line
        assert rights in ("drwxr-xr-x", "-rw-r--r--", "-rwxr-xr-x", "lrwxrwxrwx"), line


def test_what_is_laid_where_is_what_is_meant_and_nothing_more(unpacked: Path) -> None:
    """Nothing under /etc, so dpkg knows of no conffile: what a site writes there is the site's."""
    assert {path.name for path in unpacked.iterdir()} == {"usr", "DEBIAN"}
    assert {path.name for path in (unpacked / "usr").iterdir()} == {"bin", "lib", "share"}
    for folder, names in EXPECTED.items():
        assert {path.name for path in (unpacked / folder).iterdir()} == names, folder
    assert {path.name for path in (unpacked / "DEBIAN").iterdir()} == {"control", "md5sums", *tree.SCRIPTS}
    assert not list((unpacked / SITE).rglob("*.pyc"))
    assert not (unpacked / SITE / "pip").exists()


def test_units_scripts_and_accounts_are_those_of_the_tree(unpacked: Path) -> None:
    places = {
        **{f"usr/lib/systemd/system/{name}": f"systemd/{name}" for name in UNITS},
        **{f"DEBIAN/{name}": f"systemd/deb/{name}" for name in tree.SCRIPTS},
        "usr/lib/sysusers.d/pumpd.conf": "systemd/pumpd.sysusers",
        "usr/lib/tmpfiles.d/pumpd.conf": "systemd/pumpd.tmpfiles",
    }
    for place, source in places.items():
        assert (unpacked / place).read_bytes() == (ROOT / source).read_bytes(), place
    for package in ("pumpd", "drivers", "interlocks", "hil_sim"):
        inside = {
            path.relative_to(unpacked / SITE): path for path in (unpacked / SITE / package).rglob("*.py")
        }
        sources = {path.relative_to(ROOT): path for path in (ROOT / package).rglob("*.py")}
        assert set(inside) == set(sources)
        assert all(inside[name].read_bytes() == sources[name].read_bytes() for name in sources)


@pytest.mark.parametrize("program", ["pumpd", "pumpctl", "hil-sim"])
def test_each_program_on_the_path_runs_from_where_it_was_unpacked_with_debian_s_python(
    unpacked: Path, program: str
) -> None:
    wrapper = unpacked / "usr/bin" / program
    assert os.readlink(wrapper) == f"../lib/pumpd/bin/{program}"
    python = unpacked / "usr/lib/pumpd/bin/python3"
    assert os.readlink(python) == "/usr/bin/python3.11"
    command = [str(python), "-IB", str(wrapper.resolve()), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={"PATH": "/usr/bin:/bin"})
    assert done.stdout.startswith(f"usage: {program}")


def test_the_bill_is_valid_and_names_every_distribution_inside_with_its_version(unpacked: Path) -> None:
    text = (unpacked / "usr/share/doc/pumpd/sbom.cdx.json").read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    inside = {one.name: one.version for one in distributions(path=[str(unpacked / SITE)])}
    assert {"pumpd", "pydantic", "pymodbus", "hl7apy", "amqtt"} <= set(inside)
    assert not {"pytest", "mypy", "hl7", "cyclonedx-bom"} & set(inside)
    assert bill.gaps(text, inside) == []
    assert len(json.loads(text)["components"]) == len(inside) - 1, "and nothing that is not inside"


def test_no_file_names_a_place_of_the_machine_it_was_built_on_or_where_a_library_came_from(
    packages: tuple[Path, Path], unpacked: Path
) -> None:
    """Neither folder of the tree, of the build or of the builder; nor an address that pip was told to ask."""
    configured = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    ).stdout
    lines = [line for line in configured.splitlines() if "index-url" in line or "find-links" in line]
    asked = re.findall(r"[^\s'\"=]*/[^\s'\"]+", "\n".join(lines))
    forbidden = [str(ROOT), str(packages[0].parent), *asked]
    needles = [one.encode() for one in forbidden]
    found = [(path, one) for path in files(unpacked) for one in needles if one in path.read_bytes()]
    assert found == []
    assert not list(unpacked.rglob("direct_url.json"))
    text = (unpacked / "usr/share/doc/pumpd/sbom.cdx.json").read_text(encoding="utf-8")
    assert not re.findall(r"pythonhosted\.org|https?://pypi\.", text)


def test_every_file_s_sum_is_the_one_that_dpkg_would_check(unpacked: Path) -> None:
    lines = (unpacked / "DEBIAN/md5sums").read_text(encoding="utf-8").splitlines()
    sums = dict(reversed(line.split("  ", 1)) for line in lines)
    laid = files(unpacked / "usr")
    assert {str(path.relative_to(unpacked)) for path in laid} == set(sums)
    for path in laid:
        digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
        assert sums[str(path.relative_to(unpacked))] == digest, path
