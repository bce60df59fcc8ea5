"""The checklist before a start: items as data, each with the answer that blocks.

Theory of operation. A contraindication blocks on yes, a bedside check on no. Every item is answered each time, by name: a
list that can be ticked as a whole is not read. The wrong answer is no error of entry; it is recorded, and stands between
the patient and the drug until somebody answers anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass

YES, NO = "yes", "no"
CONTRAINDICATIONS, BEDSIDE = "contraindications", "bedside"


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `blocks`: the answer that forbids a start; `source`: why it is asked."""

    key: str
    text: str
    group: str
    blocks: str
    source: str


def _ruled_out(key: str, text: str, source: str = "facts/clinical.md 1 row 22") -> Item:
    return Item(key, text, CONTRAINDICATIONS, YES, source)


def _seen(key: str, text: str, source: str) -> Item:
    return Item(key, text, BEDSIDE, NO, source)


ITEMS: tuple[Item, ...] = (
    _ruled_out("heart-disease", "Unstable heart disease or unstable coronary disease?"),
    _ruled_out("heart-failure", "Congestive heart failure?"),
    _ruled_out("hypertension", "Uncontrolled hypertension?"),
    _ruled_out("psychosis", "Schizophrenia or psychosis?"),
    _ruled_out("mania", "Active mania?"),
    _ruled_out("hyperthyroidism", "Uncontrolled hyperthyroidism?"),
    _ruled_out("ketamine-misuse", "Misuse of ketamine, now or before?"),
    _ruled_out("pregnancy", "Pregnant, or possibly pregnant?"),
    _ruled_out("liver-disease", "Severe liver disease?"),
    _ruled_out("ketamine-allergy", "Allergy to ketamine?"),
    _ruled_out("alcohol", "Acutely intoxicated with alcohol?", "facts/clinical.md 1 row 23"),
    _seen(
        "identity", "Is this the patient of the order, by name and wristband?", "requirements 3.1 (77), (78)"
    ),
    _seen("consent", "Has the patient consented?", "requirements 3.1 (78)"),
    _seen("cuff-arm", "Is the cuff on the arm without the infusion?", "facts/clinical.md 3.3"),
    _seen("syringe", "Is the syringe in the pump the one that was ordered?", "facts/clinical.md 2.3"),
    _seen("line", "Is the line fixed to the syringe and free of air?", "facts/clinical.md 3.3"),
    _seen("sitter", "Is somebody there who stays with the patient?", "facts/clinical.md 1 row 18"),
    _seen(
        "alarm-heard",
        "Were the alarm's sound heard, the screen read and the stop button tried today?",
        "requirements 3.1 (83)",
    ),
)
KEYS = tuple(one.key for one in ITEMS)


def faults(answers: Mapping[str, str]) -> tuple[str, ...]:
    """Why these answers are no checklist: each missing, unknown or unreadable one by its name."""
    found = [f"checklist: {key} is not answered (yes or no)" for key in KEYS if key not in answers]
    found += [f"checklist: {key!r} is no item of it" for key in answers if key not in KEYS]
    found += [
        f"checklist: {key} is {answers[key]!r} (must be yes or no)"
        for key in KEYS
        if key in answers and answers[key] not in (YES, NO)
    ]
    return tuple(found)


def ordered(answers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Whole answers, in the order of the items: equal answers are equal bytes in the record."""
    return tuple((key, answers[key]) for key in KEYS)


def is_complete(answers: tuple[tuple[str, str], ...]) -> bool:
    """Every item has an answer."""
    given = dict(answers)
    return all(key in given for key in KEYS)


def blocking(answers: tuple[tuple[str, str], ...]) -> tuple[Item, ...]:
    """The items whose answer forbids a start."""
    given = dict(answers)
    return tuple(one for one in ITEMS if given.get(one.key) == one.blocks)
