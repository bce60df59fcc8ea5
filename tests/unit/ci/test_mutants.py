"""The judgement over mutants: no survivor without an argument, no argument without a survivor."""

from pathlib import Path

import pytest
from ci_scripts import FOLDER, load

mutants = load("mutants")
mutate = load("mutate")
ROOT = FOLDER.parent
SOURCE = "def f(a):\n    return a < 1\n"
MODULE = "drivers/gate.py"


@pytest.fixture
def found() -> dict[str, list[object]]:
    return {MODULE: mutate.mutants(MODULE, SOURCE)}


def outcome(survivors: list[str], killed: list[str]) -> dict[str, object]:
    return {MODULE: mutants.Outcome(survivors=survivors, killed=killed)}


def test_a_survivor_needs_an_argument(found: dict[str, list[object]]) -> None:
    name = f"{MODULE} f: return a < 1 -> return a <= 1"
    assert mutants.verdict(found, {}, outcome([name], []), [MODULE]) == [
        f"survived and is not listed: {name}"
    ]
    assert mutants.verdict(found, {name: "because"}, outcome([name], []), [MODULE]) == []


def test_one_argument_may_cover_several_but_only_survivors(found: dict[str, list[object]]) -> None:
    names = [one.name for one in found[MODULE]]  # type: ignore[attr-defined]
    excused = {f"{MODULE} f: return a < 1 -> *": "because"}
    assert mutants.verdict(found, excused, outcome(names, []), [MODULE]) == []
    (fault,) = mutants.verdict(found, excused, outcome(names[1:], names[:1]), [MODULE])
    assert fault.startswith("is listed and was noticed by a test: ")


def test_an_argument_needs_a_survivor(found: dict[str, list[object]]) -> None:
    name = f"{MODULE} f: return a < 1 -> return a <= 1"
    (fault,) = mutants.verdict(found, {name: "because"}, outcome([], [name]), [MODULE])
    assert fault == f"is listed and was noticed by a test: {name}"


@pytest.mark.parametrize("gone", [f"{MODULE} f: a -> b", "drivers/none.py f: a -> b"])
def test_an_argument_about_nothing_must_go(found: dict[str, list[object]], gone: str) -> None:
    assert mutants.verdict(found, {gone: ""}, {}, [MODULE]) == [f"is listed and does not exist: {gone}"]


def test_an_argument_about_another_module_is_not_judged_when_only_one_is_asked_for(
    found: dict[str, list[object]],
) -> None:
    assert mutants.verdict(found, {"pumpd/core/gates.py f: a -> b": ""}, {}, [MODULE]) == []


def test_a_run_that_did_not_run_fails(found: dict[str, list[object]]) -> None:
    broken = {MODULE: mutants.Outcome(faults=["the tests fail"])}
    assert mutants.verdict(found, {}, broken, [MODULE]) == [f"{MODULE}: the tests fail"]


def test_a_sample_is_the_same_for_a_seed_and_holds_nobody_who_is_excused(
    found: dict[str, list[object]],
) -> None:
    names = [one.name for one in found[MODULE]]  # type: ignore[attr-defined]
    excused = {names[0]: "because"}
    one = mutants.chosen(found, excused, 2, "seed")
    assert one == mutants.chosen(found, excused, 2, "seed")
    assert len(one[MODULE]) == 2
    assert not {mutant.name for mutant in one[MODULE]} & set(excused)
    assert len(mutants.chosen(found, excused, 99, "seed")[MODULE]) == len(names) - 1


@pytest.mark.parametrize(
    "text",
    [
        '[[survivor]]\nmutant = "a"\nwhy = "short"\n',
        '[[survivor]]\nwhy = "a long enough argument"\n',
        '[[survivor]]\nmutant = "a"\nwhy = "a long enough argument"\n' * 2,
        '[[survivor]]\nmutant = "a"\nwhy = "a long enough argument"\nline = 3\n',
    ],
)
def test_an_entry_of_the_list_names_one_mutant_and_says_why(text: str) -> None:
    with pytest.raises(ValueError, match="and why it may live"):
        mutants.listed(text)


def test_the_list_in_the_tree_names_only_mutants_that_exist() -> None:
    excused = mutants.listed(mutants.LIST.read_text(encoding="utf-8"))
    known = {
        one.name
        for module in mutants.targets()
        for one in mutate.mutants(module, (ROOT / module).read_text(encoding="utf-8"))
    }
    assert [one for one in excused if not any(mutants.excuse_of(name, [one]) for name in known)] == []


def test_the_evaluator_the_permit_the_gates_and_the_gate_are_attacked_each_with_tests() -> None:
    attacked = set(mutants.targets())
    core = {"evaluate", "confirm", "clearing", "conditions", "combinations", "silences", "volumes"}
    core |= {"limits", "state", "picture", "situation", "trace"}
    assert {f"interlocks/{name}.py" for name in core} | set(mutants.ALSO) <= attacked
    for module in attacked:
        suite = mutants.suite_of(module)
        assert suite
        assert all((ROOT / path).is_file() for path in suite)


def test_a_modules_own_tests_come_first() -> None:
    assert mutants.suite_of("interlocks/limits.py")[0] == "tests/unit/interlocks/test_limits.py"
    assert "tests/rules/test_every_rule.py" in mutants.suite_of("interlocks/limits.py")
    assert mutants.suite_of("drivers/gate.py") == ["tests/unit/drivers/test_gate.py"]


def test_a_module_that_is_not_attacked_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        mutants.main(["--module", "pumpd/app.py"])
    assert ended.value.code == 2
    assert "pumpd/app.py" in capsys.readouterr().err


def test_what_shares_its_tests_is_tried_together_and_spread_over_the_workers() -> None:
    names = ("interlocks/limits.py", "interlocks/state.py", MODULE)
    picked = {name: mutate.mutants(name, SOURCE) for name in names}
    parts = mutants.portions(picked, 2)
    assert [sorted({module for module, _ in part}) for part in parts] == [[*names[:2]]] * 2 + [[MODULE]] * 2
    tried = [one.name for part in parts for _, one in part]
    assert sorted(tried) == sorted(one.name for some in picked.values() for one in some)


def test_what_an_earlier_run_left_can_be_tried_again(found: dict[str, list[object]]) -> None:
    name = f"{MODULE} f: return a < 1 -> return a <= 1"
    log = f"mutants: a line\n  survived {name}\n  {MODULE}  1 killed\n"
    assert [one.name for one in mutants.named(found, log)[MODULE]] == [name]
    assert mutants.named(found, "nobody\n") == {}
