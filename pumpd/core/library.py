"""The drug and the syringes this software knows, with every limit as a row that names its source.

Theory of operation. A limit is data: four optional bounds on one quantity, in whole steps of that quantity.
Outside a hard bound there is no programme, whoever asks. Outside a soft bound there is one only if a person
accepted that very bound by its code. The bounds themselves are inside: a value equal to a bound passes.

The clinic note on intramuscular and sublingual ketamine mentions 1.5 mg per kg (facts/clinical.md 1 row 5).
It is not a bound for this route and stands nowhere below.

A syringe is its barrel diameter: the pump knows nothing else, and the wrong row means 25 % more drug
(clinical.md 2.3), so a syringe whose diameter nobody measured is listed, named, and disabled.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Limit:
    """Bounds of one quantity. A bound is allowed; beyond it is not.

    Attributes:
        code: stem of the refusal codes: "dose" gives "dose_above_soft", "dose_above_hard", ...
        field: the order's field a person would change.
        title: the quantity in words.
        unit: as shown to people.
        per_unit: steps in one unit; the bounds are in steps.
        source: where the bounds come from.
    """

    code: str
    field: str
    title: str
    unit: str
    per_unit: int
    source: str
    hard_min: int | None = None
    soft_min: int | None = None
    soft_max: int | None = None
    hard_max: int | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """A usual way to give the drug; offered on screens, never filled in silently."""

    key: str
    title: str
    duration_s: int
    source: str


@dataclass(frozen=True, slots=True)
class Vial:
    """What the pharmacy keeps. `dilute_at_least`: times its own volume before it may go into a vein; 1: as it is."""

    ug_per_ml: int
    title: str
    dilute_at_least: int = 1


@dataclass(frozen=True, slots=True)
class Drug:
    """One molecule by one route. Concentrations in micrograms of base per millilitre."""

    key: str
    title: str
    usual_concentrations_ug_per_ml: tuple[int, ...]
    limits: tuple[Limit, ...]
    profiles: tuple[Profile, ...]
    vials: tuple[Vial, ...]

    def limit(self, code: str) -> Limit:
        """The row with this code.

        Raises:
            KeyError: there is none; a mistake in this program, not in an order.
        """
        for row in self.limits:
            if row.code == code:
                return row
        raise KeyError(code)


@dataclass(frozen=True, slots=True)
class Syringe:
    """One barrel.

    Attributes:
        key: as ordered, "bd-60".
        title: maker and printed size.
        nominal_ml: the fill counted on; a 60 mL barrel is the relabelled 50 mL part and counts 50
            (clinical.md 2.3).
        diameter_um: inner diameter, micrometres.
        dead_space_nl: most that stays in the tip (BD data sheet by size; other makers by the same size).
        disabled_because: why it may not be used; "" when it may.
    """

    key: str
    title: str
    nominal_ml: int
    diameter_um: int
    dead_space_nl: int
    disabled_because: str = ""

    @property
    def is_enabled(self) -> bool:
        """May be ordered."""
        return not self.disabled_because


_REC = "facts/clinical.md 2.2 [REC]"

KETAMINE = Drug(
    key="ketamine",
    title="ketamine (racemic), intravenous, mg of base",
    usual_concentrations_ug_per_ml=(1_000, 2_000),
    limits=(
        Limit("weight", "weight_kg", "body weight", "kg", 1_000, _REC, 30_000, 40_000, 150_000, 200_000),
        Limit(
            "dose",
            "dose_mg_per_kg",
            "dose",
            "mg/kg",
            1_000,
            "facts/clinical.md 1 rows 1, 2 (002:61)",
            hard_min=1,  # a dose of nothing is a slip, not an order
            soft_max=500,
            hard_max=1_000,
        ),
        Limit(
            "dose_rate",
            "minutes",
            "dose rate",
            "mg/kg/h",
            1_000,
            "facts/clinical.md 1 rows 2, 3",
            soft_max=750,
            hard_max=1_500,
        ),
        Limit(
            "concentration",
            "concentration_mg_per_ml",
            "concentration",
            "mg/mL",
            1_000,
            "facts/clinical.md 2.1 [V5]",
            hard_min=1,
            hard_max=5_000,
        ),
        Limit("rate", "minutes", "rate", "mL/h", 1_000_000, _REC, soft_max=80_000_000, hard_max=150_000_000),
        Limit(
            "total",
            "dose_mg_per_kg",
            "total dose",
            "mg",
            1_000_000,
            _REC,
            soft_max=60_000_000,
            hard_max=100_000_000,
        ),
        Limit(
            "duration",
            "minutes",
            "duration",
            "min",
            60,
            "facts/clinical.md 1 row 3; 2.2 [REC]",
            hard_min=40 * 60,
            soft_max=60 * 60,
        ),
    ),
    profiles=(
        Profile("depression", "depression, 40 minutes", 40 * 60, "facts/clinical.md 1 row 3"),
        Profile("pain", "pain, 60 minutes", 60 * 60, "facts/clinical.md 1 row 4"),
    ),
    vials=(  # facts/clinical.md 2.1 [V4], labelled as base
        Vial(10_000, "10 mg/mL (200 mg in 20 mL)"),
        Vial(50_000, "50 mg/mL (500 mg in 10 mL)"),
        Vial(100_000, "100 mg/mL (500 mg in 5 mL), never undiluted", 2),
    ),
)

DRUGS = MappingProxyType({KETAMINE.key: KETAMINE})


@dataclass(frozen=True, slots=True)
class Library:
    """The drugs in force on a channel.

    Attributes:
        drugs: by key.
        hash: SHA-256, hex, of the site's file; `NO_FILE` without one.
        version: what the site calls it.
        text: the file as it was read; the journal keeps it.
    """

    drugs: Mapping[str, Drug]
    hash: str
    version: str = ""
    text: str = ""


#: Instead of a hash where a site has no file of its own.
NO_FILE = "built-in"
BUILT_IN = Library(DRUGS, NO_FILE)

#: Drawn up beside the volume to be infused: for priming the line, and to stay in syringe and line at the end.
PRIME_NL = 2_000_000
RESIDUAL_NL = 1_000_000
#: Kept free of the nominal fill. The policy of clinical.md 2.3 adds up to 3 mL, the worked table of 2.2 to
#: 4 mL (usable 46 of 50 mL); the stricter one is taken, which leaves 1 mL of barrel for handling.
RESERVE_NL = 4_000_000

_UNMEASURED = "inner diameter is known only approximately: measure it before use (facts/clinical.md 2.3)"

_SYRINGES = (
    Syringe("bd-10", "BD 10 mL", 10, 14_430, 100_000),
    Syringe("bd-20", "BD 20 mL", 20, 19_050, 150_000),
    Syringe("bd-30", "BD 30 mL", 30, 21_590, 170_000),
    Syringe("bd-60", "BD 50/60 mL", 50, 26_590, 200_000),
    Syringe("terumo-10", "Terumo 10 mL", 10, 15_800, 100_000),
    Syringe("terumo-20", "Terumo 20 mL", 20, 20_150, 150_000),
    Syringe("terumo-30", "Terumo 30 mL", 30, 23_100, 170_000),
    Syringe("terumo-60", "Terumo 50/60 mL", 50, 29_700, 200_000),
    Syringe("hsw-10", "HSW Norm-Ject 10 mL", 10, 15_900, 100_000),
    Syringe("hsw-20", "HSW Norm-Ject 20 mL", 20, 20_050, 150_000),
    Syringe("hsw-30", "HSW Norm-Ject 30 mL", 30, 22_900, 170_000),
    Syringe("hsw-50", "HSW Norm-Ject 50 mL", 50, 29_200, 200_000),
    Syringe("monoject-12", "Monoject 12 mL", 12, 15_720, 150_000),
    Syringe("monoject-20", "Monoject 20 mL", 20, 20_120, 150_000),
    Syringe("monoject-35", "Monoject 35 mL", 35, 23_520, 200_000),
    Syringe("monoject-60", "Monoject 50/60 mL", 50, 26_640, 200_000),
    Syringe("omnifix-10", "B. Braun Omnifix 10 mL", 10, 15_900, 100_000, _UNMEASURED),
    Syringe("omnifix-20", "B. Braun Omnifix 20 mL", 20, 20_100, 150_000, _UNMEASURED),
    Syringe("omnifix-50", "B. Braun Omnifix 50 mL", 50, 27_800, 200_000, _UNMEASURED),
)

#: Inner diameters: NE-1600 manual (clinical.md 2.3 [V11]).
SYRINGES = MappingProxyType({row.key: row for row in _SYRINGES})
