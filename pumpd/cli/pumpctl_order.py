"""An order on the command line of `pumpctl`, what it comes to, and what may be ordered.

Theory of operation. `order` and `derive` take the same options, so what was tried is entered by changing one word.
`derive` lets any of them be missing: the daemon says what is. Numbers stay text: the daemon reads them exactly, and
refuses what it would have to guess at.
"""

import argparse
from collections.abc import Mapping
from typing import Any

from pumpd.cli.state_text import UNKNOWN, clean, part, rows
from pumpd.console_words import MORE_ORDER_TEXTS, ORDER_TEXTS

_WHOLE = (
    ("--patient", "TOKEN", "patient token, as the monitor sends it"),
    ("--weight-kg", "KG", "body weight, e.g. 70"),
    ("--dose-mg-per-kg", "MG", "dose per kilogram, e.g. 0.5"),
    ("--concentration-mg-per-ml", "MG", "as on the syringe's label, e.g. 2"),
    ("--minutes", "MIN", "over how long, e.g. 40"),
    ("--syringe", "TYPE", "as in the pump's table, e.g. bd-60"),
)
#: A bench may leave these out; a clinic's daemon says which it wants.
_MORE = (
    ("--profile", "NAME", "depression or pain"),
    ("--kind", "NAME", "induction or booster"),
    ("--vial-mg-per-ml", "MG", "strength on the vial's label, e.g. 50"),
    ("--drawn-ml", "ML", "drawn from the vial, e.g. 2"),
    ("--final-ml", "ML", "made up to, with saline, e.g. 50"),
    ("--height-cm", "CM", "body height, e.g. 170"),
    ("--sex", "SEX", "f or m, for the ideal weight"),
    ("--weight-basis", "NAME", "actual, ideal or adjusted; needed from BMI 35"),
    ("--previous-weight-kg", "KG", "of the session before, where there was one"),
    ("--line-ml", "ML", "dead volume of the line to the patient, off its wrapper, e.g. 1.2"),
    ("--syringe-confirmed", "TEXT", "what is printed on the barrel in your hand, as `library` lists it"),
    ("--override-reason", "TEXT", "why the soft limits named with --accept-soft are accepted"),
)


def add_arguments(order: argparse.ArgumentParser, *, is_whole: bool) -> None:
    """The options of an order; `is_whole`: those that make one must all be there."""
    for option, metavar, text in _WHOLE:
        order.add_argument(option, metavar=metavar, help=text, required=is_whole)
    order.add_argument("--drug", metavar="NAME", default="ketamine", help="default: ketamine")
    for option, metavar, text in _MORE:
        order.add_argument(option, metavar=metavar, help=text)
    order.add_argument(
        "--accept-soft",
        metavar="CODE",
        action="extend",
        nargs="+",
        default=[],
        help="soft limits you have considered and accept; a refused order names their codes",
    )


def order_args(options: argparse.Namespace) -> dict[str, Any]:
    """What of an order was given, for the wire."""
    texts = {key: getattr(options, key) for key in (*ORDER_TEXTS, *MORE_ORDER_TEXTS)}
    given = {key: text for key, text in texts.items() if text is not None}
    return {**given, "accept_soft": options.accept_soft}


def is_derived(state: Mapping[str, Any]) -> bool:
    """The order that was tried would be accepted."""
    return part(state, "derivation").get("programme") is not None


def derivation_lines(state: Mapping[str, Any]) -> list[str]:
    """The arithmetic, then everything against it."""
    derivation = part(state, "derivation")
    lines = [f"  {clean(step)}" for step in rows(derivation, "steps")]
    for one in rows(derivation, "problems"):
        soft = f" (may be accepted with --accept-soft {clean(one.get('code'))})" if one.get("is_soft") else ""
        lines.append(f"{clean(one.get('field'))}: {clean(one.get('text'))}{soft}")
    verdict = "would be accepted" if is_derived(state) else "would be refused"
    return [*lines, f"{verdict}; nothing was entered"]


def library_lines(state: Mapping[str, Any]) -> list[str]:
    """Drugs with their limits, and the syringes of this channel."""
    library = part(state, "library")
    version = f", version {clean(library['version'])}" if library.get("version") else ""
    lines = [f"drug library {clean(library.get('hash', UNKNOWN))}{version}"]
    for drug in rows(library, "drugs"):
        lines.append(f"{clean(drug.get('key'))}: {clean(drug.get('title'))}")
        lines.append(f"  concentrations: {', '.join(map(clean, rows(drug, 'concentrations')))} mg/mL")
        for name in ("vials", "profiles"):
            lines.append(f"  {name}: {'; '.join(clean(one.get('title')) for one in rows(drug, name))}")
        lines += [f"  {_limit(one)}" for one in rows(drug, "limits")]
    for one in rows(library, "syringes"):
        lines.append(
            f"syringe {clean(one.get('key'))}: {clean(one.get('title'))}, {clean(one.get('usable_ml'))} mL usable"
        )
    return lines


def _limit(limit: Mapping[str, Any]) -> str:
    sides = [
        f"{word} {clean(limit[key])}"
        for key, word in (
            ("hard_min", "at least"),
            ("soft_min", "asked below"),
            ("soft_max", "asked above"),
            ("hard_max", "at most"),
        )
        if limit.get(key) is not None
    ]
    return f"{clean(limit.get('title'))}, {clean(limit.get('unit'))}: {', '.join(sides)}"
