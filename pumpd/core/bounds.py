"""A quantity held against its row of limits.

Theory of operation. Of the bounds that a value is outside of, the worst is told, and only that: below and above the
hard ones first, then the soft ones. The sentence names value, limit and unit, because that is what a person puts right.
"""

from fractions import Fraction

from pumpd.core.library import Limit
from pumpd.core.order_values import Refusal
from pumpd.core.units import exact_text


def beyond(limit: Limit, value: Fraction) -> tuple[Refusal, ...]:
    """The worst bound this value (in the row's steps) is outside of, or nothing."""
    bounds = (
        (limit.hard_min, "below", "hard"),
        (limit.hard_max, "above", "hard"),
        (limit.soft_min, "below", "soft"),
        (limit.soft_max, "above", "soft"),
    )
    for bound, side, kind in bounds:
        if bound is None or (value >= bound if side == "below" else value <= bound):
            continue
        text = (
            f"{limit.title} {exact_text(value / limit.per_unit)} {limit.unit} is {side} the {kind} limit "
            f"of {exact_text(Fraction(bound, limit.per_unit))} {limit.unit}"
        )
        return (Refusal(f"{limit.code}_{side}_{kind}", limit.field, text, kind == "soft"),)
    return ()
