"""What the package takes from the lock: all that is needed, nothing that only tests need, every hash word by word."""

import tomllib
from pathlib import Path

import pytest
from deb_scripts import ROOT, load

distributions = load("distributions")

LOCK = (
    "a==1 \\\n    --hash=sha256:01 \\\n    --hash=sha256:02\n"
    "b-c==2 ; x \\\n    --hash=sha256:03\n"
    "z==9 \\\n    --hash=sha256:09\n"
)
NEEDS = {
    "a": ["B_c[more]>=2", "w; sys_platform == 'win32'"],
    "B_c": ["d; extra == 'more'"],
    "d": None,
    "e": ["a"],
}


def project(*dependencies: str, demo: tuple[str, ...] = ()) -> dict[str, object]:
    return {"dependencies": list(dependencies), "optional-dependencies": {"demo": list(demo), "dev": ["z"]}}


def test_what_is_needed_is_followed_through_extras_and_not_to_other_systems() -> None:
    assert distributions.closure(["a"], NEEDS.get) == {"a", "b-c", "d"}


def test_an_extra_asked_for_later_is_followed_too() -> None:
    assert distributions.closure(["B_c[more]", "B_c"], NEEDS.get) == {"b-c", "d"}


def test_entries_are_taken_over_with_their_hashes_and_what_only_tests_need_stays_out() -> None:
    needs = {"a": ["b-c"]}
    part = distributions.packaged_lock(LOCK, project("a"), lambda name: needs.get(name))
    assert part == LOCK.partition("z==9")[0]


def test_what_the_lock_does_not_pin_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="does not pin e"):
        distributions.packaged_lock(LOCK, project("a", demo=("e",)), lambda _: None)


def test_the_project_s_own_part_holds_the_daemon_s_libraries_and_no_tool_of_the_tests() -> None:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = Path(ROOT / "requirements.lock").read_text(encoding="utf-8")
    names = set(distributions.lock_entries(distributions.packaged_lock(lock, table)))
    assert {"pydantic", "pydantic-core", "aiomqtt", "pyserial", "amqtt"} <= names
    assert not names & {"pytest", "mypy", "ruff", "playwright", "cyclonedx-bom", "hatchling", "hl7"}
