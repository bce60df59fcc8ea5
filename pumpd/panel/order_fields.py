"""The fields of an order, from the drug library where the daemon tells one.

Theory of operation. What can be picked is not typed: drugs, their concentrations and vials, the syringes allowed on
this bed come from the daemon's library, and each number shows the limits it will be judged by. Where the daemon tells
no library the same fields are typed, and the daemon refuses what it does not know. Empty optional fields are not sent
at all.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pumpd.panel.markup import EMPTY, Markup, join, tag
from pumpd.panel.words import Words

#: Field and how it is typed; the first group is asked always, the second belongs to the clinic's course.
_NUMBERS = ("weight_kg", "dose_mg_per_kg")
_MORE_CHOICES: Mapping[str, tuple[str, ...]] = {
    "profile": ("", "depression", "pain"),
    "kind": ("", "induction", "booster"),
    "sex": ("", "f", "m"),
    "weight_basis": ("", "actual", "ideal", "adjusted"),
}
_MORE_NUMBERS = ("vial_mg_per_ml", "drawn_ml", "final_ml", "height_cm", "previous_weight_kg", "line_ml")


def order_fields(library: Mapping[str, Any] | None, words: Words) -> list[Markup]:
    """All fields of the form."""
    drugs: Sequence[Mapping[str, Any]] = (library or {}).get("drugs") or ()
    syringes: Sequence[Mapping[str, Any]] = (library or {}).get("syringes") or ()
    only = drugs[0] if len(drugs) == 1 else {}
    limits: dict[str, list[Mapping[str, Any]]] = {}
    for one in only.get("limits") or ():
        limits.setdefault(str(one.get("field")), []).append(one)
    first = [
        _typed("patient", words, pad="text"),
        _picked("drug", words, [(str(one["key"]), str(one.get("title", one["key"]))) for one in drugs])
        if drugs
        else _typed("drug", words, pad="text"),
        *(_typed(name, words, limits=limits.get(name, ())) for name in _NUMBERS),
        _picked("concentration_mg_per_ml", words, _same(only["concentrations"]))
        if only.get("concentrations")
        else _typed("concentration_mg_per_ml", words),
        _typed("minutes", words, pad="numeric", limits=limits.get("minutes", ())),
        _syringe("syringe", words, syringes),
    ]
    fields = [tag("div", *first, class_="fields")]
    if library is not None:
        fields.append(_more(words, syringes, only, frozenset(library.get("required") or ())))
    return fields


def _more(
    words: Words, syringes: Sequence[Mapping[str, Any]], only: Mapping[str, Any], required: frozenset[str]
) -> Markup:
    """What the clinic's course asks besides; on a bench it is folded away, and may stay empty."""
    vials = [(str(one["mg_per_ml"]), str(one["title"])) for one in only.get("vials") or ()]
    printed = [(str(one.get("title", one["key"])),) * 2 for one in syringes]
    inside = [
        *(
            _picked(
                name,
                words,
                [(one, words(f"form.{name}.{one}")) for one in values],
                is_needed=name in required,
                has_blank=False,
            )
            for name, values in _MORE_CHOICES.items()
        ),
        *(
            _picked(name, words, vials, is_needed=name in required)
            if name == "vial_mg_per_ml" and vials
            else _typed(name, words, is_needed=name in required)
            for name in _MORE_NUMBERS
        ),
        # Picked anew and by what is printed on it, so that it is read off the barrel and not off this form.
        _picked("syringe_confirmed", words, printed, is_needed="syringe_confirmed" in required)
        if printed
        else _typed("syringe_confirmed", words, pad="text", is_needed="syringe_confirmed" in required),
        _typed("override_reason", words, pad="text", is_needed=False),
    ]
    is_asked = any(name in required for name in (*_MORE_CHOICES, *_MORE_NUMBERS))
    folded = tag("summary", words("form.more")), tag("div", *inside, class_="fields")
    return tag("details", *folded, open=is_asked)


def _same(values: Any) -> list[tuple[str, str]]:
    return [(str(one), str(one)) for one in values]


def _syringe(
    name: str,
    words: Words,
    syringes: Sequence[Mapping[str, Any]],
) -> Markup:
    if not syringes:
        return _typed(name, words, pad="text")
    return _picked(name, words, [(str(one["key"]), str(one.get("title", one["key"]))) for one in syringes])


def _picked(
    name: str,
    words: Words,
    options: Sequence[tuple[str, str]],
    is_needed: bool = True,
    has_blank: bool = True,
) -> Markup:
    blank = [tag("option", "\N{EN DASH}", value="")] if has_blank else []
    box = tag(
        "select",
        *blank,
        *(tag("option", title, value=value) for value, title in options),
        id=f"order-{name}",
        data_arg=name,
        data_kind="text",
        required=is_needed,
        aria_describedby=f"wrong-order-{name}",
    )
    return _field(name, words, box)


def _typed(
    name: str,
    words: Words,
    pad: str = "decimal",
    is_needed: bool = True,
    limits: Sequence[Mapping[str, Any]] = (),
) -> Markup:
    box = tag(
        "input",
        id=f"order-{name}",
        data_arg=name,
        data_kind="text",
        inputmode=pad,
        maxlength="64",
        required=is_needed,
        autocapitalize="none",
        spellcheck="false",
        aria_describedby=f"wrong-order-{name}",
    )
    return _field(name, words, box, limits)


def _field(name: str, words: Words, box: Markup, limits: Sequence[Mapping[str, Any]] = ()) -> Markup:
    judged = "; ".join(filter(None, map(_bounds, limits)))
    known = tag("small", judged) if judged else EMPTY
    label = tag("label", join((words(f"form.{name}"), " ", known)), for_=f"order-{name}")
    wrong = tag("p", class_="wrong", id=f"wrong-order-{name}", data_wrong=name)
    return tag("div", label, box, wrong, class_="field")


def _bounds(limit: Mapping[str, Any]) -> str:
    """A number may be judged in several units: mg/kg, and mg in all."""
    low, high, unit = limit.get("hard_min"), limit.get("hard_max"), limit.get("unit", "")
    if low is None and high is None:
        return ""
    if low is not None and high is not None:
        return f"{low} \N{EN DASH} {high} {unit}"
    return (
        f"\N{GREATER-THAN OR EQUAL TO} {low} {unit}"
        if high is None
        else f"\N{LESS-THAN OR EQUAL TO} {high} {unit}"
    )
