"""From an order to what the pump is told: exact arithmetic, then one floor, then every limit.

Theory of operation. All intermediate values are integers or `Fraction`; nothing is rounded on the way. At
the end volume and rate are floored once, onto the coarser of the site's step (0.1 mL, 0.1 mL/h) and what this
pump with this syringe can set. Flooring only ever lowers, so the rounded programme never exceeds the
prescription; if it falls short by more than 1 % the order is refused instead. The rounded programme is what
is shown, verified and run. The rate is floored from the exact rate, not from the floored volume, so a run
takes a little longer than ordered; a floor to a non-zero step keeps it below twice the ordered time.

    dose [ng]    = weight [g] x dose [ug/kg]                (which weight: `dosing_weight`)
    volume [nl]  = dose [ng] x 1000 / concentration [ug/mL]
    rate [nl/h]  = volume x 3600 / duration [s]             (facts/clinical.md 2.2)

Every limit is tried even after one failed, so that a person sees all reasons together.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from drivers.contract import Capabilities
from pumpd.core.bounds import beyond
from pumpd.core.dosing_weight import dosing_weight
from pumpd.core.library import BUILT_IN, PRIME_NL, RESERVE_NL, RESIDUAL_NL, SYRINGES, Drug, Library, Syringe
from pumpd.core.line_volume import line_refusals, line_steps
from pumpd.core.order import Order, Refusal
from pumpd.core.recipe import fill_refusals, recipe_refusals, recipe_steps
from pumpd.core.units import (
    NL_PER_ML,
    SECONDS_PER_HOUR,
    exact_text,
    format_duration,
    format_kg,
    format_mg,
    format_mg_per_kg,
    format_mg_per_ml,
    format_ml,
    format_rate,
)

__all__ = ["Derivation", "Programme", "Refusal", "derive", "rounded_steps", "soft_codes", "volume_to_dose_ng"]

#: What a nurse can read and compare at a glance (clinical.md 2.2: round down to 0.1 mL and 0.1 mL/h).
SITE_VOLUME_STEP_NL = 100_000
SITE_RATE_STEP_NL_H = 100_000

#: The rounded dose may fall short of the prescribed one by at most one part in this (clinical.md 2.2: 1 %).
ROUNDING_PARTS = 100


@dataclass(frozen=True, slots=True)
class Programme:
    """What will be run.

    Attributes:
        dose_ng: prescribed, exact.
        vtbi_nl: volume to be infused, floored.
        rate_nl_h: floored.
        concentration_ug_per_ml: of the syringe's content.
        diameter_um: of the syringe.
        duration_s: time for `vtbi_nl` at `rate_nl_h`, rounded up.
        dose_rounded_ng: mass in `vtbi_nl`; never above `dose_ng`.
        fill_nl: what to draw up: volume to be infused, prime and residual.
    """

    dose_ng: int
    vtbi_nl: int
    rate_nl_h: int
    concentration_ug_per_ml: int
    diameter_um: int
    duration_s: int
    dose_rounded_ng: int
    fill_nl: int


@dataclass(frozen=True, slots=True)
class Derivation:
    """The answer to an order.

    Attributes:
        programme: None when a hard refusal stands or a soft one was not accepted.
        refusals: all, accepted soft ones included, so that the record shows what was accepted.
        steps: the arithmetic, line by line, for the second person who verifies.
    """

    programme: Programme | None
    refusals: tuple[Refusal, ...]
    steps: tuple[str, ...]


def volume_to_dose_ng(volume_nl: int, concentration_ug_per_ml: int) -> int:
    """Mass in a volume, nanograms, rounded up: what a patient has received is never understated."""
    return -(-volume_nl * concentration_ug_per_ml // 1000)


def soft_codes(drug: Drug) -> frozenset[str]:
    """Every code a person may accept for this drug."""
    codes = {f"{row.code}_below_soft" for row in drug.limits if row.soft_min is not None}
    codes |= {f"{row.code}_above_soft" for row in drug.limits if row.soft_max is not None}
    return frozenset(codes | {"concentration_unusual_soft"})


def derive(order: Order, capabilities: Capabilities | None, library: Library = BUILT_IN) -> Derivation:
    """Turn an order into a programme, or into every reason against it.

    Args:
        order: in whole steps.
        capabilities: of the channel's pump with the order's syringe; None when the pump cannot take that
            syringe or the syringe is unknown, which is itself a refusal.
        library: the drugs in force.
    """
    refusals = list(_unusable(order, capabilities, library))
    drug = library.drugs.get(order.drug)
    if drug is None:
        return Derivation(None, tuple(refusals), ())
    refusals += _ordered_refusals(order, drug)
    if min(order.weight_g, order.dose_ug_per_kg, order.concentration_ug_per_ml, order.duration_s) <= 0:
        return Derivation(None, tuple(refusals), ())
    weight = dosing_weight(order, drug)
    refusals += [*weight.refusals, *_profile_refusals(order, drug), *recipe_refusals(order, drug)]
    if weight.grams == 0:
        return Derivation(None, tuple(refusals), weight.steps)

    dose_ng = weight.grams * order.dose_ug_per_kg
    volume = Fraction(dose_ng * 1000, order.concentration_ug_per_ml)
    rate = volume * SECONDS_PER_HOUR / order.duration_s
    refusals += beyond(drug.limit("total"), Fraction(dose_ng))
    refusals += beyond(drug.limit("rate"), rate)
    steps = (*weight.steps, *_exact_steps(order, weight.grams, volume, rate))
    syringe = SYRINGES.get(order.syringe)
    if syringe is None or capabilities is None:
        return Derivation(None, tuple(refusals), steps)

    vtbi_nl = _settle(volume, SITE_VOLUME_STEP_NL, capabilities.floor_volume)
    rate_nl_h = _settle(rate, SITE_RATE_STEP_NL_H, capabilities.floor_rate)
    refusals += _rounding_refusals(order, dose_ng, vtbi_nl)
    refusals += _fill_refusals(syringe, vtbi_nl)
    refusals += _pump_refusals(order, capabilities, rate, rate_nl_h)
    if vtbi_nl == 0 or rate_nl_h == 0:
        return Derivation(None, tuple(refusals), steps)

    programme = Programme(
        dose_ng=dose_ng,
        vtbi_nl=vtbi_nl,
        rate_nl_h=rate_nl_h,
        concentration_ug_per_ml=order.concentration_ug_per_ml,
        diameter_um=syringe.diameter_um,
        duration_s=-(-vtbi_nl * SECONDS_PER_HOUR // rate_nl_h),
        dose_rounded_ng=volume_to_dose_ng(vtbi_nl, order.concentration_ug_per_ml),
        fill_nl=vtbi_nl + PRIME_NL + RESIDUAL_NL,
    )
    refusals += [*fill_refusals(order, programme.fill_nl), *line_refusals(order, syringe, vtbi_nl)]
    is_accepted = all(one.is_soft and one.code in order.accept_soft for one in refusals)
    steps += (
        *rounded_steps(programme),
        *recipe_steps(order),
        *line_steps(order, syringe, vtbi_nl, rate_nl_h),
    )
    return Derivation(programme if is_accepted else None, tuple(refusals), steps)


def _settle(exact: Fraction, site_step: int, pump_floor: Callable[[int], int]) -> int:
    """Largest value not above `exact` that lies on the site's grid and on the pump's.

    One grid is nearly always a multiple of the other and the second turn only confirms; where it is not, each
    turn goes down to the next common point.
    """
    value = int(exact)
    while True:
        settled = pump_floor(value - value % site_step)
        if settled >= value:
            return value
        value = settled


def _unusable(order: Order, capabilities: Capabilities | None, library: Library) -> tuple[Refusal, ...]:
    """Drug, syringe and pump that are not there to be used."""
    refusals: list[Refusal] = []
    if order.drug not in library.drugs:
        known = ", ".join(library.drugs)
        text = (
            f"drug {order.drug} is not in the library ({known}); another molecule is not the same mg for mg"
        )
        refusals.append(Refusal("drug_unknown", "drug", text))
    syringe = SYRINGES.get(order.syringe)
    if syringe is None:
        text = f"syringe {order.syringe} is not in the table ({', '.join(SYRINGES)})"
        refusals.append(Refusal("syringe_unknown", "syringe", text))
    elif not syringe.is_enabled:
        text = f"syringe {syringe.title} is disabled: {syringe.disabled_because}"
        refusals.append(Refusal("syringe_disabled", "syringe", text))
    elif capabilities is None:
        diameter = exact_text(Fraction(syringe.diameter_um, 1000))
        text = f"the pump cannot take syringe {syringe.title} of {diameter} mm inner diameter"
        refusals.append(Refusal("syringe_not_for_pump", "syringe", text))
    if syringe is not None and order.syringe_confirmed not in ("", syringe.title):
        text = (
            f"the barrel in hand says {order.syringe_confirmed}, ordered is {syringe.title}: "
            "another barrel gives another volume (25 % more or less)"
        )
        refusals.append(Refusal("syringe_not_confirmed", "syringe_confirmed", text))
    return tuple(refusals)


def _profile_refusals(order: Order, drug: Drug) -> tuple[Refusal, ...]:
    """Shorter is faster: a profile may be given more slowly than it says, never faster."""
    if not order.profile:
        return ()
    profile = next((one for one in drug.profiles if one.key == order.profile), None)
    if profile is None:
        known = ", ".join(one.key for one in drug.profiles)
        text = f"profile {order.profile} is not in the library ({known})"
        return (Refusal("profile_unknown", "profile", text),)
    if order.duration_s >= profile.duration_s:
        return ()
    text = (
        f"{format_duration(order.duration_s)} is shorter than the {format_duration(profile.duration_s)} "
        f"of the profile {profile.title}"
    )
    return (Refusal("profile_shorter", "minutes", text),)


def _ordered_refusals(order: Order, drug: Drug) -> tuple[Refusal, ...]:
    """Limits on the numbers as they were typed."""
    refusals = [
        *beyond(drug.limit("weight"), Fraction(order.weight_g)),
        *beyond(drug.limit("dose"), Fraction(order.dose_ug_per_kg)),
        *beyond(drug.limit("duration"), Fraction(order.duration_s)),
    ]
    if order.duration_s > 0:
        dose_rate = Fraction(order.dose_ug_per_kg * SECONDS_PER_HOUR, order.duration_s)
        refusals += beyond(drug.limit("dose_rate"), dose_rate)
    concentration = beyond(drug.limit("concentration"), Fraction(order.concentration_ug_per_ml))
    usual = drug.usual_concentrations_ug_per_ml
    if not concentration and order.concentration_ug_per_ml not in usual:
        text = (
            f"concentration {format_mg_per_ml(order.concentration_ug_per_ml)} is not one of the usual ones "
            f"({', '.join(format_mg_per_ml(one) for one in usual)})"
        )
        field = drug.limit("concentration").field
        concentration = (Refusal("concentration_unusual_soft", field, text, is_soft=True),)
    stray = [code for code in order.accept_soft if code not in soft_codes(drug)]
    refusals += [
        Refusal("accept_unknown", "accept_soft", f"{code} is not a limit that can be accepted")
        for code in stray
    ]
    return (*refusals, *concentration)


def _rounding_refusals(order: Order, dose_ng: int, vtbi_nl: int) -> tuple[Refusal, ...]:
    rounded_ng = volume_to_dose_ng(vtbi_nl, order.concentration_ug_per_ml)
    if (dose_ng - rounded_ng) * ROUNDING_PARTS <= dose_ng:
        return ()
    text = (
        f"rounded down to {format_ml(vtbi_nl)} the dose would be {format_mg(rounded_ng)}, more than 1 % "
        f"below the prescribed {format_mg(dose_ng)}"
    )
    return (Refusal("rounding", "concentration_mg_per_ml", text),)


def _fill_refusals(syringe: Syringe, vtbi_nl: int) -> tuple[Refusal, ...]:
    usable_nl = syringe.nominal_ml * NL_PER_ML - RESERVE_NL
    if vtbi_nl <= usable_nl:
        return ()
    text = (
        f"{format_ml(vtbi_nl)} does not fit {syringe.nominal_ml} mL after {format_ml(RESERVE_NL)} "
        f"prime/residual (usable {format_ml(usable_nl)})"
    )
    return (Refusal("syringe_fill", "syringe", text),)


def _pump_refusals(
    order: Order, capabilities: Capabilities, rate: Fraction, rate_nl_h: int
) -> tuple[Refusal, ...]:
    """What this pump with this syringe cannot do."""
    asked = f"rate {exact_text(rate / NL_PER_ML, 3)} mL/h"
    pump = f"{capabilities.family} with syringe {order.syringe}"
    if rate > capabilities.rate_max_nl_h:
        text = f"{asked} is above the {format_rate(capabilities.rate_max_nl_h)} of {pump}"
        return (Refusal("pump_rate_above", "syringe", text),)
    if rate_nl_h == 0:
        least = max(capabilities.rate_min_nl_h, SITE_RATE_STEP_NL_H)
        text = f"{asked} is below the least settable {format_rate(least)} of {pump}"
        return (Refusal("pump_rate_below", "syringe", text),)
    return ()


def _exact_steps(order: Order, dosing_g: int, volume: Fraction, rate: Fraction) -> tuple[str, ...]:
    dose_ng = dosing_g * order.dose_ug_per_kg
    dose_rate = Fraction(order.dose_ug_per_kg * SECONDS_PER_HOUR, order.duration_s * 1000)
    per_minute = Fraction(order.dose_ug_per_kg * 60, order.duration_s)
    per_kg = format_mg_per_kg(order.dose_ug_per_kg)
    return (
        f"dose = {format_kg(dosing_g)} x {per_kg} = {format_mg(dose_ng)}",
        f"volume = {format_mg(dose_ng)} / {format_mg_per_ml(order.concentration_ug_per_ml)}"
        f" = {exact_text(volume / NL_PER_ML)} mL",
        f"rate = {exact_text(volume / NL_PER_ML)} mL / {format_duration(order.duration_s)}"
        f" = {exact_text(rate / NL_PER_ML)} mL/h",
        f"dose rate = {exact_text(dose_rate, 3)} mg/kg/h = {exact_text(per_minute, 3)} ug/kg/min",
    )


def rounded_steps(programme: Programme) -> tuple[str, ...]:
    """What rounding made of it, and how much to draw up."""
    extra = f"{format_ml(PRIME_NL)} prime + {format_ml(RESIDUAL_NL)} residual"
    return (
        f"set volume {format_ml(programme.vtbi_nl)}, rate {format_rate(programme.rate_nl_h)} (rounded down)",
        f"time = {format_ml(programme.vtbi_nl)} at {format_rate(programme.rate_nl_h)}"
        f" = {format_duration(programme.duration_s)}",
        f"dose in that volume = {format_mg(programme.dose_rounded_ng)}",
        f"draw up {format_ml(programme.vtbi_nl)} + {extra} = {format_ml(programme.fill_nl)}",
    )
