"""The verbs of the clinic's course in a terminal: their words, and what they send.

Theory of operation. As the other verbs of `pumpctl`: what is typed is sent as it was typed, and judged in the daemon. The
checklist is answered item by item, `key=yes` or `key=no`; without answers it is printed, so that nobody has to know the
keys by heart, and there is no word for "all of it".
"""

import argparse
from collections.abc import Mapping
from typing import Any

VERBS = (
    ("checklist", "answer the checklist, every item as KEY=yes or KEY=no; without answers: print it (PIN)"),
    ("prime", "record that the line was primed by hand while the patient was not connected (PIN)"),
    ("observe", "record an observation after the end, with the vitals of this moment (PIN)"),
    ("sign_off", "as the prescriber: accept vitals outside the recovery criteria (PIN)"),
    ("close", "close the session: the patient leaves with an escort (PIN)"),
    ("handover", "as the new nurse: take the bed over (PIN)"),
    ("event", "write down an adverse event (no PIN)"),
    ("given", "write down a medication that was given by hand (no PIN)"),
    ("note", "write something down (no PIN)"),
)
_TEXTS = {
    "observe": ("moaas", "dissociation", "note"),
    "sign_off": ("note",),
    "close": ("escort",),
    "event": ("code", "severity", "note"),
    "given": ("drug", "dose", "note"),
    "note": ("text",),
    "start": ("accept_soft",),
}


def add_arguments(made: Mapping[str, argparse.ArgumentParser]) -> None:
    """What each verb asks for."""
    made["checklist"].add_argument("answers", nargs="*", type=_answer, metavar="KEY=yes|no")
    prime = made["prime"]
    prime.add_argument("--volume-ml", required=True, metavar="ML", help="by hand, e.g. 1.5; at most 2")
    prime.add_argument("--disconnected", action="store_true", help="the patient is not connected to the line")
    prime.add_argument("--air-free", action="store_true", help="the line is free of air")
    observe = made["observe"]
    observe.add_argument("--moaas", required=True, type=_whole, help="MOAA/S, 0 to 5")
    observe.add_argument("--dissociation", required=True, type=_whole, help="0 none, to 10")
    for verb in ("observe", "event", "given"):
        made[verb].add_argument("--note", metavar="TEXT", help="anything to add")
    made["sign_off"].add_argument("--note", required=True, metavar="TEXT", help="why the vitals are accepted")
    made["close"].add_argument("--escort", required=True, metavar="NAME", help="who takes the patient home")
    made["event"].add_argument(
        "code", metavar="CODE", help="e.g. nausea; a wrong one is refused with the list"
    )
    made["event"].add_argument("severity", choices=("mild", "moderate", "severe"))
    made["given"].add_argument("drug", metavar="DRUG", help="e.g. ondansetron")
    made["given"].add_argument("dose", metavar="DOSE", help='e.g. "4 mg"')
    made["note"].add_argument("text", metavar="TEXT")
    made["start"].add_argument(
        "--accept-soft",
        metavar="CODE",
        action="extend",
        nargs="+",
        default=[],
        help="soft limits you have considered and accept; a refused start names their codes",
    )


def _answer(text: str) -> tuple[str, str]:
    key, equals, answer = text.partition("=")
    if not equals or not key or answer not in ("yes", "no"):
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=yes or KEY=no")
    return key, answer


def _whole(text: str) -> int:
    if not text.isdecimal() or len(text) > 3:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def args_of(options: argparse.Namespace) -> dict[str, Any]:
    """What a verb of the course, or a start, sends beside its epoch."""
    if options.verb == "checklist":
        return {"answers": dict(options.answers)}
    if options.verb == "prime":
        return {
            "volume_ml": options.volume_ml,
            "disconnected": options.disconnected,
            "air_free": options.air_free,
        }
    given = {key: getattr(options, key) for key in _TEXTS.get(options.verb, ())}
    return {key: value for key, value in given.items() if value not in (None, "", [])}
