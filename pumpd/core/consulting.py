"""What may be asked of the library without entering anything: what an order would come to, and what may be ordered.

Theory of operation. Both answers are made from the policy in force and the question alone. They change nothing, are
recorded nowhere and need nobody's PIN, so a panel may ask at every keystroke. `derive` goes through the same
`reckoned` as an order that is entered: the numbers shown before are the numbers run. Numbers leave as decimal text in
the unit of their row, because whoever shows them must not round them.
"""

from collections.abc import Mapping
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from pumpd.core.dosing_weight import HEIGHT
from pumpd.core.library import PRIME_NL, RESERVE_NL, RESIDUAL_NL, SYRINGES, Drug, Limit, Syringe
from pumpd.core.order import ALWAYS_FIELDS, CLINIC_FIELDS
from pumpd.core.ordering import reckoned
from pumpd.core.state import Policy
from pumpd.core.units import (
    NL_PER_ML,
    exact_text,
    format_duration,
    format_mg,
    format_ml,
    format_rate,
)


def consulted(policy: Policy, verb: str, args: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to `derive` (args: the fields of an order, as many as there are) or `library`, JSON-ready.

    Raises:
        ValueError: another verb; the console's list and this one have parted.
    """
    match verb:
        case "derive":
            return {"derivation": _derivation(policy, args)}
        case "library":
            return {"library": _library(policy)}
    raise ValueError(f"nothing to tell for the verb {verb}")


def _derivation(policy: Policy, fields: Mapping[str, Any]) -> dict[str, Any]:
    _, derived = reckoned(fields, policy)
    programme = derived.programme
    told = None
    if programme is not None:
        told = {
            **asdict(programme),
            "dose": format_mg(programme.dose_rounded_ng),
            "volume": format_ml(programme.vtbi_nl),
            "rate": format_rate(programme.rate_nl_h),
            "duration": format_duration(programme.duration_s),
            "draw_up": format_ml(programme.fill_nl),
        }
    return {
        "steps": list(derived.steps),
        "problems": [asdict(one) for one in derived.refusals],
        "programme": told,
    }


def _library(policy: Policy) -> dict[str, Any]:
    library = policy.library
    return {
        "hash": library.hash,
        "version": library.version,
        "required": [*ALWAYS_FIELDS, *(CLINIC_FIELDS if policy.clinic is not None else ())],
        "prime_ml": _ml(PRIME_NL),
        "residual_ml": _ml(RESIDUAL_NL),
        "drugs": [_drug(one) for one in library.drugs.values()],
        "syringes": [_syringe(SYRINGES[key]) for key in policy.capabilities if SYRINGES[key].is_enabled],
    }


def _drug(drug: Drug) -> dict[str, Any]:
    return {
        "key": drug.key,
        "title": drug.title,
        "concentrations": [_units(one, 1000) for one in drug.usual_concentrations_ug_per_ml],
        "limits": [_limit(one) for one in (*drug.limits, HEIGHT)],
        "profiles": [
            {"key": one.key, "title": one.title, "minutes": str(one.duration_s // 60)}
            for one in drug.profiles
        ],
        "vials": [
            {
                "mg_per_ml": _units(one.ug_per_ml, 1000),
                "title": one.title,
                "dilute_at_least": one.dilute_at_least,
            }
            for one in drug.vials
        ],
    }


def _limit(limit: Limit) -> dict[str, Any]:
    bounds = {
        "hard_min": limit.hard_min,
        "soft_min": limit.soft_min,
        "soft_max": limit.soft_max,
        "hard_max": limit.hard_max,
    }
    return {
        "code": limit.code,
        "field": limit.field,
        "title": limit.title,
        "unit": limit.unit,
        **{key: None if one is None else _units(one, limit.per_unit) for key, one in bounds.items()},
    }


def _syringe(syringe: Syringe) -> dict[str, str]:
    return {
        "key": syringe.key,
        "title": syringe.title,
        "fill_ml": str(syringe.nominal_ml),
        "usable_ml": _ml(syringe.nominal_ml * NL_PER_ML - RESERVE_NL),
    }


def _ml(volume_nl: int) -> str:
    return _units(volume_nl, NL_PER_ML)


def _units(steps: int, per_unit: int) -> str:
    return exact_text(Fraction(steps, per_unit))
