"""A site's drug library: only tighter, each fault by line with key, value and what would be right, and its hash."""

import hashlib
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pumpd.config import ConfigRefused
from pumpd.config_library import BOUNDS, LARGEST_FILE_BYTES, load_library, parse_library
from pumpd.core.library import BUILT_IN, KETAMINE
from pumpd.core.units import exact_text

EXAMPLE = Path(__file__).parents[3] / "docs" / "ketamine-example.toml"
HEAD = 'drug = "ketamine"\nversion = "1"\n'


def refusal(text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigRefused) as caught:
        parse_library(text, "k.toml")
    return caught.value.faults


def test_the_example_in_the_documents_loads_and_its_hash_is_that_of_its_bytes() -> None:
    library = load_library(str(EXAMPLE))
    assert library.hash == hashlib.sha256(EXAMPLE.read_bytes()).hexdigest()
    assert (library.version, library.text) == ("2026-11", EXAMPLE.read_text())
    drug = library.drugs["ketamine"]
    assert drug.usual_concentrations_ug_per_ml == (2_000,)
    assert [one.ug_per_ml for one in drug.vials] == [50_000]
    assert [one.key for one in drug.profiles] == ["depression"]
    dose, rate = drug.limit("dose"), drug.limit("rate")
    assert (dose.hard_min, dose.soft_max, dose.hard_max) == (1, 500, 750)
    assert (rate.soft_max, rate.hard_max) == (60_000_000, 80_000_000)
    assert dose.source.endswith("; tightened by the site")
    assert drug.limit("duration") == KETAMINE.limit("duration")


def test_what_is_left_out_is_built_in() -> None:
    drug = parse_library(HEAD, "k.toml").drugs["ketamine"]
    assert drug == KETAMINE
    assert load_library(None) is BUILT_IN
    assert BUILT_IN.hash == "built-in"


def test_another_byte_is_another_hash() -> None:
    assert parse_library(HEAD, "k.toml").hash != parse_library(HEAD + "\n", "k.toml").hash


@pytest.mark.parametrize(
    ("more", "line", "says"),
    [
        (
            '[limits.dose]\nunit = "mg/kg"\nhard_max = "1.2"',
            5,
            'limits.dose.hard_max = "1.2": is looser than the built-in 1 mg/kg; a site may only lower it',
        ),
        ('[limits.dose]\nunit = "mg/kg"\nsoft_max = "0.501"', 5, "is looser than the built-in 0.5 mg/kg"),
        (
            '[limits.weight]\nunit = "kg"\nhard_min = "29.9"',
            5,
            "is looser than the built-in 30 kg; a site may only raise it",
        ),
        (
            '[limits.dose]\nunit = "mg/kg"\nhard_max = 0.5',
            5,
            'limits.dose.hard_max = 0.5: must be decimal text in quotes, in mg/kg, for example "40"',
        ),
        ('[limits.dose]\nunit = "mg/kg"\nhard_max = 1', 5, "must be decimal text in quotes"),
        ('[limits.dose]\nunit = "mg/kg"\nhard_max = "0,5"', 5, "is not a plain decimal number"),
        (
            '[limits.dose]\nunit = "mg/kg"\nhard_max = "0.5555"',
            5,
            "more decimals than the step of 0.001 allows, in mg/kg",
        ),
        (
            '[limits.duration]\nunit = "min"\nsoft_max = "50.5"',
            5,
            "more decimals than the step of 1 allows, in min",
        ),
        ('[limits.dose]\nhard_max = "0.5"', 3, 'limits.dose.unit: is required: "mg/kg", the unit of dose'),
        ('[limits.dose]\nunit = "ug/kg"\nhard_max = "0.5"', 4, 'limits.dose.unit = "ug/kg": must be "mg/kg"'),
        (
            '[limits.dose]\nunit = "mg/kg"\nmax = "0.5"',
            5,
            'limits.dose.max = "0.5": there is no such key here',
        ),
        ('[limits.doses]\nunit = "mg/kg"', 3, "did you mean dose? known: weight, dose, dose_rate"),
        (
            '[limits.dose]\nunit = "mg/kg"\nhard_max = "0.4"',
            5,
            "soft_max 0.5 mg/kg lies above hard_max 0.4 mg/kg: give both, in order",
        ),
        ('[limits.weight]\nunit = "kg"\nhard_min = "45"', 5, "hard_min 45 kg lies above soft_min 40 kg"),
        (
            '[limits.concentration]\nunit = "mg/mL"\nhard_max = "1.5"',
            3,
            "the concentration 2 mg/mL that may be picked lies outside",
        ),
        ('concentrations_mg_per_ml = ["3"]', 3, 'is none of the built-in: "1", "2"'),
        ("concentrations_mg_per_ml = [2]", 3, "is none of the built-in"),
        ("concentrations_mg_per_ml = []", 3, "must be a list of at least one of"),
        ('concentrations_mg_per_ml = "2"', 3, "must be a list of at least one of"),
        ('vials_mg_per_ml = ["50", "50"]', 3, "stands there more than once"),
        ('profiles = ["sleep"]', 3, 'is none of the built-in: "depression", "pain"'),
        ("limits = 3", 3, "must be tables, for example [limits.dose]"),
        ("[limits]\ndose = 3", 4, "must be a table, for example [limits.dose]"),
        ('vial_mg_per_ml = ["50"]', 3, "did you mean vials_mg_per_ml?"),
    ],
)
def test_a_fault_has_line_key_value_and_what_would_be_right(more: str, line: int, says: str) -> None:
    """Design law 10."""
    (fault,) = refusal(HEAD + more + "\n")
    assert fault.startswith(f"k.toml:{line}: ")
    assert says in fault


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('version = "1"', 'drug: is required: the key of a built-in drug: "ketamine"'),
        ('drug = "esketamine"\nversion = "1"', 'drug = "esketamine": must be the key of a built-in drug'),
        ('drug = "ketamine"', "version: is required: must be text of 1 to 32"),
        ('drug = "ketamine"\nversion = "a b"', 'version = "a b": must be text of 1 to 32'),
        ('drug = "ketamine"\nversion = 3', "version = 3: must be text"),
        ("drug =", "not TOML"),
        ('drug = "ketamine"\ndrug = "ketamine"', "not TOML"),
    ],
)
def test_a_head_that_says_too_little_is_refused(text: str, says: str) -> None:
    (fault,) = refusal(text)
    assert says in fault


def test_all_faults_come_together_in_the_order_of_the_file() -> None:
    faults = refusal(HEAD + 'profiles = []\n[limits.dose]\nunit = "mg/kg"\nhard_max = "2"\nhard_mix = "1"\n')
    assert [one.split(":")[1] for one in faults] == ["3", "6", "7"]


def test_a_file_that_is_absent_too_large_or_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "k.toml"
    with pytest.raises(ConfigRefused, match="cannot be read: No such file"):
        load_library(str(path))
    path.write_bytes(b"#" * (LARGEST_FILE_BYTES + 1))
    with pytest.raises(ConfigRefused, match="is larger than"):
        load_library(str(path))
    path.write_bytes(b'drug = "ketamine"\n# \xff')
    with pytest.raises(ConfigRefused, match="2: not UTF-8"):
        load_library(str(path))


ROWS = [(row, key) for row in KETAMINE.limits for key in BOUNDS]


@given(st.sampled_from(ROWS), st.integers(0, 250_000_000))
def test_no_file_that_loads_lets_through_what_the_built_in_rows_refuse(
    place: tuple[object, str], steps: int
) -> None:
    row, key = place
    assert isinstance(row, type(KETAMINE.limits[0]))
    number = exact_text(Fraction(steps, row.per_unit))
    text = f'{HEAD}[limits.{row.code}]\nunit = "{row.unit}"\n{key} = "{number}"\n'
    try:
        made = parse_library(text, "k.toml").drugs["ketamine"].limit(row.code)
    except ConfigRefused:
        return
    for name in BOUNDS:
        built_in, bound = getattr(row, name), getattr(made, name)
        if built_in is not None:
            assert bound is not None
            assert bound >= built_in if name.endswith("min") else bound <= built_in
