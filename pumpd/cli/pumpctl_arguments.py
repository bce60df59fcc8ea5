"""The command line of `pumpctl`, in words a nurse and an engineer both understand.

Theory of operation. The common options may stand before or after the verb, because in a hurry nobody
remembers which. argparse would let the second place's default overwrite the first place's value, so both
suppress their defaults and the top parser alone sets them. Abbreviated options are off: `--dose` must not
silently mean something else the day a second option begins that way.
"""

import argparse
import os
import re

from pumpd.cli import pumpctl_care, pumpctl_order
from pumpd.console_words import SCALES

DEFAULT_SOCKET = "/run/pumpd/console.sock"

_EPILOG = """\
exit codes: 0 confirmed (or accepted, for verbs that move nothing); 1 refused, the reasons are printed;
2 wrong usage or no daemon; 3 NOT CONFIRMED: what the pump does is not known, use the pump's own stop key.

A bench and research tool, not a cleared medical device.
"""

_VERBS = (
    ("status", "show the state once: rate, dose, what limits it, vitals, alarms"),
    ("watch", "show the state live until Ctrl-C"),
    ("derive", "show what an order would come to, without entering it (no PIN)"),
    ("library", "show the drug, its limits, and the syringes that may be ordered here (no PIN)"),
    ("order", "enter a prescription; prints how rate and volume were derived (PIN)"),
    ("verify", "as the second person: confirm the derived numbers (PIN)"),
    ("start", "start the verified infusion (PIN)"),
    ("pause", "stop the motor now; the session goes on when somebody resumes (no PIN)"),
    ("resume", "go on after a pause, if nothing blocks it (PIN)"),
    ("stop", "stop the motor and end the session; the rest of the dose is void (no PIN)"),
    ("restore", "back to the prescribed rate after a slow-down or half a rate, if nothing blocks it (PIN)"),
    ("acknowledge", "say that an alarm has been seen; it stays until its cause is gone (no PIN)"),
    ("quiet", "two minutes without sound, unless something new happens; lights and words stay (no PIN)"),
    ("score", "write down a sedation score, or whether symptoms are seen (no PIN)"),
    ("present", "say that you are at the chair (no PIN)"),
    (
        "listening",
        "for a panel or bench: say once that somebody can see or hear it; counts for seconds (no PIN)",
    ),
    ("measure", "ask the monitor for a blood pressure now (no PIN)"),
    *pumpctl_care.VERBS,
)


def parser() -> argparse.ArgumentParser:
    """The parser; its result always has socket, channel, by, json, pin_file and verb."""
    top = argparse.ArgumentParser(
        prog="pumpctl",
        description="Talk to the infusion daemon pumpd.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[_shared()],
        allow_abbrev=False,
    )
    top.set_defaults(
        socket=os.environ.get("PUMPD_SOCKET") or DEFAULT_SOCKET,
        channel=None,
        by=None,
        json=False,
        pin_file=None,
    )
    verbs = top.add_subparsers(dest="verb", metavar="VERB", required=True)
    made = {
        name: verbs.add_parser(
            name, help=text, description=text[0].upper() + text[1:], parents=[_shared()], allow_abbrev=False
        )
        for name, text in _VERBS
    }
    made["watch"].add_argument("--once", action="store_true", help="show it once, as `status` does")
    made["acknowledge"].add_argument(
        "rule",
        nargs="?",
        metavar="ALARM",
        help="one alarm or rule, e.g. blood-pressure or BP3; default all. Or, with --note, a sensor or monitor gone "
        "for good, e.g. rr or monitor-2",
    )
    made["acknowledge"].add_argument(
        "--note", metavar="TEXT", help="what was found and done; some rules want it before a resume"
    )
    made["score"].add_argument("scale", choices=tuple(SCALES), help=_scales())
    made["score"].add_argument("value", type=_whole, metavar="VALUE", help="a whole number, e.g. 5 or -2")
    made["listening"].add_argument("listener", metavar="NAME", help="of the panel or bench")
    pumpctl_order.add_arguments(made["order"], is_whole=True)
    pumpctl_order.add_arguments(made["derive"], is_whole=False)
    pumpctl_care.add_arguments(made)
    return top


def _scales() -> str:
    return ", ".join(f"{name} {low} to {high}" for name, (low, high) in SCALES.items())


def _whole(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,3}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def _shared() -> argparse.ArgumentParser:
    # Made anew for each parser: `set_defaults` on one would reach into the options it shares with the others.
    shared = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    shared.add_argument(
        "--socket", metavar="PATH", help=f"console socket (or PUMPD_SOCKET; default {DEFAULT_SOCKET})"
    )
    shared.add_argument("--channel", metavar="NAME", help="which pump (default: the only one)")
    shared.add_argument("--as", dest="by", metavar="NAME", help="who you are (or PUMPD_USER)")
    shared.add_argument(
        "--pin-file", metavar="PATH", help="first line is your PIN (or PUMPD_PIN, or you are asked)"
    )
    shared.add_argument("--json", action="store_true", help="one JSON object a line, for scripts")
    return shared
