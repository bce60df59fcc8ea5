"""What lies between the plunger and the patient: the line's own volume, and the slack before anything flows.

Theory of operation. The line is primed with drug before the patient is connected, by the volume drawn up for that. So
the plunger's first microlitre moves drug at the patient's end, the dead volume eats nothing of the session, and what
the plunger gives the patient gets. That holds only for a line that the prime can fill. What is in the line at the end
is drug nobody ordered: it is named in milligrams, discarded with the line, and never flushed in (decision 0024).

What a primed line does not take away is slack: plunger, stopper and compliance give before fluid moves
(facts/clinical.md 7: 0.06 mL with a 10 mL syringe, 0.12 mL with one of 50 mL; between them we read the line through
both). A thick solution at a low rate can spend much of its session there, so a lag above 5 % of it is refused
(requirement 122). The remedy is a weaker solution or a smaller syringe.
"""

from collections.abc import Iterator
from fractions import Fraction

from pumpd.core.library import PRIME_NL, Syringe
from pumpd.core.order import Order
from pumpd.core.order_values import Refusal
from pumpd.core.units import SECONDS_PER_HOUR, exact_text, format_mg, format_mg_per_ml, format_ml, format_rate

#: Of the session, before anything flows.
LAG_AT_MOST_PERCENT = 5

_SLACK_FREE_NL = 45_000
_SLACK_PER_ML_NL = 1_500


def slack_nl(syringe: Syringe) -> int:
    """Plunger volume until fluid moves: 60 uL at 10 mL, 120 uL at 50 mL, linear in the nominal volume."""
    return _SLACK_FREE_NL + _SLACK_PER_ML_NL * syringe.nominal_ml


def left_in_line_ng(line_nl: int, concentration_ug_per_ml: int) -> int:
    """Drug in a line of this volume, nanograms, rounded up."""
    return -(-line_nl * concentration_ug_per_ml // 1000)


def line_refusals(order: Order, syringe: Syringe, vtbi_nl: int) -> Iterator[Refusal]:
    """Everything against the line; nothing where none was given. `vtbi_nl`: above 0."""
    if order.line_nl is None:
        return
    if order.line_nl == 0:
        yield Refusal(
            "line_volume", "line_ml", "line 0 mL: every line holds something, read it off its wrapper"
        )
    if order.line_nl > PRIME_NL:
        text = (
            f"line {format_ml(order.line_nl)} is more than the {format_ml(PRIME_NL)} drawn up to prime it: "
            "use a shorter or a narrower one"
        )
        yield Refusal("line_above_prime", "line_ml", text)
    slack = slack_nl(syringe)
    if slack * 100 > LAG_AT_MOST_PERCENT * vtbi_nl:
        text = (
            f"{format_ml(slack)} of slack before anything flows is {exact_text(_percent(slack, vtbi_nl), 1)} % of the "
            f"session's {format_ml(vtbi_nl)} (at most {LAG_AT_MOST_PERCENT} %): use a weaker solution or a smaller "
            "syringe"
        )
        yield Refusal("lag_above", "concentration_mg_per_ml", text)


def line_steps(order: Order, syringe: Syringe, vtbi_nl: int, rate_nl_h: int) -> tuple[str, ...]:
    """Line, what stays in it, and the lag, for the second person; nothing where no line was given."""
    if order.line_nl is None:
        return ()
    line, slack = order.line_nl, slack_nl(syringe)
    left = format_mg(left_in_line_ng(line, order.concentration_ug_per_ml))
    lag_s = -(-slack * SECONDS_PER_HOUR // rate_nl_h)
    return (
        f"line {format_ml(line)}, filled by the {format_ml(PRIME_NL)} prime: no part of the dose",
        f"left in the line = {format_ml(line)} x {format_mg_per_ml(order.concentration_ug_per_ml)} = {left}:"
        " discard it; a flush would give it on top",
        f"start-up lag = {format_ml(slack)} slack / {format_rate(rate_nl_h)} = {lag_s} s"
        f" ({exact_text(_percent(slack, vtbi_nl), 1).removesuffix('…')} % of the session)",
    )


def _percent(slack: int, vtbi_nl: int) -> Fraction:
    return Fraction(100 * slack, vtbi_nl)
