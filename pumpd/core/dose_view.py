"""Rates, doses and volumes as people are shown them.

Theory of operation. Four rates have four names and are never mixed. Doses are decimal strings made from integers, so that
what is shown is what is counted, and the dose given is the interval that is known, not a guess in its middle.
"""

from pumpd.core.configuration_change import other_configuration
from pumpd.core.dose import Programme, volume_to_dose_ng
from pumpd.core.guard import given_high_nl
from pumpd.core.library_change import other_library
from pumpd.core.line_volume import left_in_line_ng
from pumpd.core.neighbours import shown
from pumpd.core.order import Order
from pumpd.core.recipe import recipe_steps
from pumpd.core.state import ChannelState, Policy
from pumpd.core.units import (
    format_duration,
    format_kg,
    format_mg,
    format_mg_at_most,
    format_mg_per_kg,
    format_mg_per_ml,
    format_ml,
    format_rate,
)

_SECONDS_PER_HOUR = 3600


def rates(state: ChannelState) -> dict[str, int | None]:
    """Programmed, permitted, commanded, reported, nl/h; reported is None while the pump is not heard."""
    programme, report = state.session.programme, state.delivery.report
    return {
        "programmed_nl_h": programme.rate_nl_h if programme else 0,
        "permitted_nl_h": state.permit.rate_nl_h if state.permit else 0,
        "commanded_nl_h": state.delivery.commanded_nl_h,
        "reported_nl_h": None if report is None else state.delivery.reported_nl_h,
    }


def dose(state: ChannelState, policy: Policy) -> dict[str, str]:
    """What was prescribed, programmed, given (low, best, high) and is left, mg."""
    programme, account = state.session.programme, state.account
    if programme is None:
        return {}

    def ng(volume_nl: int) -> int:
        return volume_to_dose_ng(volume_nl, programme.concentration_ug_per_ml)

    def mg(volume_nl: int) -> str:
        return format_mg(ng(volume_nl), 3).removesuffix(" mg")

    return {
        "prescribed_mg": format_mg(programme.dose_ng, 3).removesuffix(" mg"),
        "programmed_mg": format_mg(programme.dose_rounded_ng, 3).removesuffix(" mg"),
        "given_low_mg": mg(account.low_nl),
        "given_best_mg": mg(account.best_nl),
        "given_high_mg": format_mg_at_most(ng(given_high_nl(state, policy)), 3).removesuffix(" mg"),
        "left_mg": mg(max(0, programme.vtbi_nl - account.best_nl)),
    }


def volume(state: ChannelState) -> dict[str, int]:
    """The same dose as volume, nl."""
    return {
        "vtbi_nl": state.session.programme.vtbi_nl if state.session.programme else 0,
        "infused_nl": state.account.best_nl,
        "expected_nl": state.account.expected_nl,
    }


def time_left_s(state: ChannelState, rate_nl_h: int) -> int | None:
    """How long the rest takes at this rate, s; None at rest."""
    programme = state.session.programme
    if programme is None or rate_nl_h == 0:
        return None
    return max(0, programme.vtbi_nl - state.account.best_nl) * _SECONDS_PER_HOUR // rate_nl_h


def order(state: ChannelState) -> dict[str, str]:
    """The order in words."""
    order, programme = state.session.order, state.session.programme
    if not isinstance(order, Order) or programme is None:
        return {}
    return {
        "patient": order.patient,
        "drug": order.drug,
        "weight": format_kg(order.weight_g),
        "prescribed": format_mg_per_kg(order.dose_ug_per_kg),
        "concentration": format_mg_per_ml(order.concentration_ug_per_ml),
        "syringe": order.syringe,
        "dose": format_mg(programme.dose_rounded_ng),
        "volume": format_ml(programme.vtbi_nl),
        "rate": format_rate(programme.rate_nl_h),
        "duration": format_duration(programme.duration_s),
        "draw up": format_ml(programme.fill_nl),
        **_made_up(order, programme),
        **shown(state),
    }


def _made_up(order: Order, programme: Programme) -> dict[str, str]:
    """What a clinic adds to an order, as far as it was given."""
    told: dict[str, str] = {}
    if order.weight_basis not in ("", "actual"):
        dosed = format_kg(programme.dose_ng // order.dose_ug_per_kg)
        told["dosed by"] = f"{dosed}, {order.weight_basis}"
    if order.profile:
        told["profile"] = order.profile
    if order.kind:
        told["kind"] = order.kind
    if recipe := recipe_steps(order):
        told["recipe"] = recipe[0].removeprefix("recipe = ")
    if order.line_nl is not None:
        left_ng = left_in_line_ng(order.line_nl, order.concentration_ug_per_ml)
        told["line"] = format_ml(order.line_nl)
        told["left in the line"] = f"{format_mg(left_ng)}: discard it; a flush would give it on top"
    if order.override_reason:
        told["overridden because"] = order.override_reason
    return told


def library(state: ChannelState, policy: Policy) -> dict[str, str]:
    """The drug library in force, and what to tell when the order was made under another; "" when not."""
    return {
        "hash": policy.library.hash,
        "version": policy.library.version,
        "changed": other_library(state.session, policy.library),
    }


def configuration(state: ChannelState) -> dict[str, str]:
    """Hash of the configuration in force, and what to tell when the session was begun under another; "" when not."""
    return {
        "hash": state.configuration,
        "changed": other_configuration(state.session, state.configuration, ""),
        "edited": state.configuration_edited,
    }


def course(state: ChannelState) -> dict[str, int | None]:
    """How long the treatment has gone on, was planned to and stood still, treatment time, s; None: no plan."""
    session, programme = state.session, state.session.programme
    return {
        "elapsed_s": session.elapsed_ms // 1000,
        "planned_s": None if programme is None else programme.duration_s,
        "paused_s": session.paused_ms // 1000,
    }
