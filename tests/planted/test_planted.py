"""The planted defects themselves: every patch fits, touches the product alone, and three cheap ones are found."""

import ast
from pathlib import Path

import pytest
from planted.defect import HERE, PRODUCT, ROOT, BadDefect, Defect, apply, copy_of, read, read_all
from planted.run_planted import hunted, is_found, is_good, line_of
from soak.draw import draw

from hil_sim.bench.story import read_story
from hil_sim.bench.story_text import story_text
from hil_sim.oracle.judge import PREDICATES

FEWEST = 25
CHEAP = ("pause_needs_pin", "raise_before_record", "rate_rounded_up")
EVERY = read_all()


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy that is patched and put back by each test."""
    place = tmp_path_factory.mktemp("tree")
    copy_of(ROOT, place)
    return place


def test_there_are_at_least_25_defects() -> None:
    assert len(EVERY) >= FEWEST


@pytest.mark.parametrize("defect", EVERY, ids=lambda one: one.name)
def test_a_patch_applies_touches_the_product_alone_and_compiles(defect: Defect, tree: Path) -> None:
    before = {one: (tree / one).read_text() for one in defect.touches}
    assert before, "it touches nothing"
    assert all(one.split("/")[0] in PRODUCT for one in defect.touches)
    try:
        apply(defect, tree)
        for touched, text in before.items():
            after = (tree / touched).read_text()
            assert after != text
            assert ast.dump(ast.parse(after)) != ast.dump(ast.parse(text)), "only the layout differs"
            compile(after, touched, "exec")
    finally:
        for touched, text in before.items():
            (tree / touched).write_text(text)


@pytest.mark.parametrize("defect", EVERY, ids=lambda one: one.name)
def test_a_head_names_predicates_that_there_are_and_its_stories_can_be_written_down(defect: Defect) -> None:
    known = {make().id for make in PREDICATES}
    assert set(defect.seen_by) <= known
    for seed in (1, 2):
        story = defect.story(seed)
        assert read_story(story_text(story), "s.toml") == story
        assert story == defect.story(seed)
        assert defect.story(seed, is_blind=True) == draw(seed)


def test_a_patch_that_does_not_fit_any_more_is_named(tmp_path: Path) -> None:
    text = (HERE / "rate_rounded_up.patch").read_text().replace("-    rate_nl_h", "-    rate_nl_hour")
    path = tmp_path / "stale.patch"
    path.write_text(text)
    row = hunted(read(path), 1.0)
    assert row["status"] == "broken"
    assert "stale.patch does not apply" in line_of(row)
    assert not is_good(row)


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("watch_s", "watch_ms", "unknown watch_ms"),
        ('name = "pause"', 'name = "paws"', "no operator 'paws'"),
        ("wrong = ", "right = ", "unknown right"),
        ('breaks = "', 'breaks = "" # "', "lacks breaks"),
        ("--- a/", "... a/", "no diff in it"),
    ],
)
def test_a_head_that_would_be_read_past_is_refused(was: str, now: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.patch"
    path.write_text((HERE / "pause_needs_pin.patch").read_text().replace(was, now))
    with pytest.raises(BadDefect, match=said):
        read(path)


def test_a_defect_is_found_without_its_hint() -> None:
    row = hunted(read(HERE / f"{CHEAP[-1]}.patch"), 20.0, shrink_runs=0, is_blind=True)
    assert is_found(row), line_of(row)
    assert row["is_expected"], line_of(row)


@pytest.mark.parametrize("name", CHEAP)
def test_a_cheap_defect_is_found_and_sound_code_is_not_blamed(name: str) -> None:
    row = hunted(read(HERE / f"{name}.patch"), 10.0, shrink_runs=0)
    assert is_good(row), line_of(row)
    assert row["is_expected"], line_of(row)
    assert row["seed"] == 1, "a cheap one is found at once"
