"""`pumpd exercise`: the engineer's dry run of one pump, without a patient.

Theory of operation. What a site would configure is said on the command line, and held against the same tables. The port
is claimed as the daemon claims it, so a pump that is in service cannot be exercised. Everything that happens is in
`dry_run.py`; here the question is read and the answer printed. Exit status: 0 all agreed, 1 something did not, 2 the
question was wrong or the port is not free, 130 interrupted (and halted).
"""

import argparse
import asyncio
import json
import signal
import sys
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pumpd.cli.dry_run import DryRun, Findings, Plan, Step

#: The limit given to the pump, beyond what the rate and the time ask for.
LIMIT_FACTOR = Fraction(3, 2)
SHORTEST_S, LONGEST_S = 2.0, 600.0
NL_PER_ML = 1_000_000
INTERRUPTED = 130
#: Keys of a pump's table that have a word of their own here.
OWN_WORDS = ("address", "model", "baud")


class Refused(Exception):
    """The question is wrong; `str()` names the key, the value and the limit."""


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "exercise", help="dry run of one pump, WITHOUT A PATIENT: identify, set up, run, change, halt"
    )
    parser.add_argument("--driver", required=True, metavar="FAMILY", help="new_era, harvard, ...")
    parser.add_argument("--port", required=True, metavar="PORT|tcp:HOST:PORT")
    parser.add_argument("--address", metavar="N")
    parser.add_argument(
        "--model", help="what its model must begin with; left out: any, if the family allows that"
    )
    parser.add_argument("--baud", metavar="N")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="any other key of the pump's table"
    )
    parser.add_argument("--syringe", required=True, help="as ordered, for example bd-60")
    parser.add_argument("--rate", required=True, metavar="ML_PER_H")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument(
        "--json", action="store_true", help="one JSON object on standard output, nothing else"
    )
    parser.add_argument(
        "--accept-basic-mode",
        action="store_true",
        help="a pump that goes on when this program dies; New Era: one without safe mode, spoken to in basic mode",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exercise, print, judge."""
    from drivers.registry import OptionsRefused
    from pumpd.shell.port_claim import PortClaims, PortTaken

    claims = PortClaims()
    try:
        claims.take(args.port)
        with asyncio.Runner() as runner:
            return runner.run(_exercise(args))
    except OptionsRefused as refused:
        print(f"pumpd exercise: {refused}{_where_said(refused.faults)}", file=sys.stderr)
        return 2
    except (Refused, PortTaken) as refused:
        print(f"pumpd exercise: {refused}", file=sys.stderr)
        return 2
    except asyncio.CancelledError:
        print("pumpd exercise: interrupted", file=sys.stderr)
        return INTERRUPTED
    finally:
        claims.release()


async def _exercise(args: argparse.Namespace) -> int:
    from drivers.registry import Lines
    from pumpd.cli.dry_run import DryRun
    from pumpd.clock import Clock

    _cancel_once_on_signals()
    clock = Clock()

    def link_ms() -> int:
        return clock.stamp().link_ms

    lines, options = Lines(link_ms), _options(args)
    say = _quiet if args.json else _print_step
    dry = DryRun(lambda hear: lines.driver(args.driver, options, args.port, hear), link_ms, say)
    plan = _plan(args, dry)
    if not args.json:
        print(f"{args.driver} on {args.port}: no patient may be connected")
        print(f"if this program dies, the pump {_alone(plan, dry)}")
    try:
        findings = await dry.run(plan)
    except asyncio.CancelledError:
        _print_end(args, plan, dry.findings, was_interrupted=True)
        raise
    _print_end(args, plan, findings)
    return 0 if findings.agrees else 1


def _cancel_once_on_signals() -> None:
    """The first Ctrl-C ends the script; no further one may end the halting that follows."""
    task = asyncio.current_task()
    assert task is not None
    loop = asyncio.get_running_loop()

    def end() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, lambda: None)
        task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end)


def _options(args: argparse.Namespace) -> dict[str, object]:
    """The pump's table, as it would stand in the configuration. Raises Refused, OptionsRefused."""
    from drivers.registry import family

    table = {option.key: option for option in family(args.driver).OPTIONS}
    said = {key: getattr(args, key) for key in OWN_WORDS}
    given = {key: text for key, text in said.items() if text is not None}
    for pair in args.set:
        key, separator, text = pair.partition("=")
        if not separator:
            raise Refused(f"--set {pair}: write it as KEY=VALUE")
        given[key] = text
    options: dict[str, object] = {
        key: option.loosest for key, option in table.items() if option.loosest is not None
    }
    for key, text in given.items():
        kind = table[key].kind if key in table else str
        options[key] = _value(key, text, kind)
    if args.accept_basic_mode:
        risky = {key: option.risk for key, option in table.items() if option.risk is not None}
        options = {**risky, **options}
    return options


def _where_said(faults: tuple[tuple[str, str], ...]) -> str:
    """With which words of the command line these keys are said."""
    keys = [key for key, _ in faults if key not in ("driver", "port")]
    said = [f"--{key}" if key in OWN_WORDS else f"--set {key}=VALUE" for key in dict.fromkeys(keys)]
    return f" (said with {', '.join(said)})" if said else ""


def _value(key: str, text: str, kind: type) -> object:
    if kind is bool:
        if text not in ("true", "false"):
            raise Refused(f"{key} = {text!r}: must be true or false")
        return text == "true"
    if kind is int:
        try:
            return int(text)
        except ValueError:
            raise Refused(f"{key} = {text!r}: must be a whole number") from None
    return text


def _plan(args: argparse.Namespace, dry: "DryRun") -> "Plan":
    """Exact figures, or Refused: nothing is rounded for anybody."""
    from drivers.contract import WatchdogKind
    from pumpd.cli.dry_run import Plan
    from pumpd.core.library import SYRINGES

    syringe = SYRINGES.get(args.syringe)
    if syringe is None or not syringe.is_enabled:
        usable = ", ".join(key for key, row in SYRINGES.items() if row.is_enabled)
        raise Refused(f"--syringe {args.syringe}: must be one of {usable}")
    if not SHORTEST_S <= args.seconds <= LONGEST_S:
        raise Refused(f"--seconds {args.seconds:g}: must be {SHORTEST_S:g} to {LONGEST_S:g}")
    try:
        offered = dry.capabilities(syringe.diameter_um)
    except ValueError as wrong:
        raise Refused(f"--syringe {args.syringe}: {wrong}") from None
    dry.findings.capabilities = offered
    if offered.watchdog is WatchdogKind.NONE and not args.accept_basic_mode:
        raise Refused(
            "this pump does not stop by itself when this program dies; --accept-basic-mode accepts that"
        )
    rate_nl_h = _rate_nl_h(args.rate)
    low, high = offered.rate_min_nl_h / NL_PER_ML, offered.rate_max_nl_h / NL_PER_ML
    if not offered.rate_min_nl_h <= rate_nl_h <= offered.rate_max_nl_h:
        raise Refused(f"--rate {args.rate}: with {args.syringe} this pump has {low:g} to {high:g} mL/h")
    settable = offered.floor_rate(rate_nl_h)
    if settable != rate_nl_h:
        raise Refused(
            f"--rate {args.rate}: cannot be set exactly; the next lower is {settable / NL_PER_ML:g} mL/h"
        )
    volume_nl = offered.floor_volume(int(rate_nl_h * LIMIT_FACTOR * Fraction(args.seconds) / 3600))
    if volume_nl <= 0:
        raise Refused(f"--seconds {args.seconds:g}: too little volume for this pump; take longer or faster")
    lower = offered.floor_rate(rate_nl_h // 2) or rate_nl_h
    return Plan(syringe.diameter_um, rate_nl_h, lower, volume_nl, args.seconds)


def _alone(plan: "Plan", dry: "DryRun") -> str:
    """What becomes of the run when nobody polls any more."""
    from drivers.contract import WatchdogKind

    offered = dry.capabilities(plan.diameter_um)
    if offered.watchdog is WatchdogKind.NONE:
        return f"goes on until it has given {plan.volume_nl / NL_PER_ML:g} mL"
    return f"stops by itself within {offered.watchdog_bound_ms / 1000:g} s"


def _rate_nl_h(text: str) -> int:
    try:
        rate = Decimal(text) * NL_PER_ML
    except InvalidOperation:
        raise Refused(f"--rate {text}: must be a number of mL/h") from None
    if not rate.is_finite() or rate <= 0 or rate != rate.to_integral_value():
        raise Refused(f"--rate {text}: must be more than 0, in whole nL/h")
    return int(rate)


def _quiet(step: "Step") -> None:
    """With --json everything is said at the end."""


def _print_step(step: "Step") -> None:
    mark = "ok" if step.agrees else "WRONG"
    read = f"{step.motion}, {step.rate_nl_h / NL_PER_ML:g} mL/h, counter {step.counter_nl / NL_PER_ML:.4f} mL"
    print(f"{step.at_ms / 1000:7.2f} s  {step.name:<10} {step.outcome:<10} {mark:<6} {read}  ({step.detail})")


def _print_end(
    args: argparse.Namespace, plan: "Plan", found: "Findings", *, was_interrupted: bool = False
) -> None:
    if args.json:
        print(json.dumps(_as_json(args, plan, found, was_interrupted=was_interrupted)))
        return
    if found.identity is not None:
        who = found.identity
        print(f"pump: {who.model} firmware {who.firmware} address {who.address} {who.serial}".rstrip())
    if found.counted_nl is not None and found.expected_nl is not None:
        low, high = (bound / NL_PER_ML for bound in found.expected_nl)
        print(f"volume: counted {found.counted_nl / NL_PER_ML:.4f} mL, plausible {low:.4f} to {high:.4f} mL")
    for failure in found.failures:
        print(f"FAILED: {failure}")
    if found.identity is None:
        print("the pump was never reached, and nothing was sent that moves it")
        print(
            f"asked as {args.driver} with {_as_asked(args)}; `pumpd probe {args.port}` finds out who answers there"
        )
    else:
        print("the pump is halted" if found.is_halted else "THE PUMP IS NOT CONFIRMED HALTED")
    if not was_interrupted:
        print("everything agreed" if found.agrees else "not everything agreed")


def _as_asked(args: argparse.Namespace) -> str:
    """The table as it was used, defaults too."""
    from drivers.registry import checked

    table = checked(args.driver, _options(args))
    return ", ".join(f"{key} = {value}" for key, value in table.items() if value != "")


def _as_json(
    args: argparse.Namespace, plan: "Plan", found: "Findings", *, was_interrupted: bool
) -> dict[str, Any]:
    return {
        "driver": args.driver,
        "port": args.port,
        "identity": asdict(found.identity) if found.identity is not None else None,
        "capabilities": asdict(found.capabilities) if found.capabilities is not None else None,
        "plan": asdict(plan),
        "steps": [asdict(step) for step in found.steps],
        "counted_nl": found.counted_nl,
        "plausible_nl": found.expected_nl,
        "failures": found.failures,
        "interrupted": was_interrupted,
        "halted": found.is_halted,
        "agreed": found.agrees and not was_interrupted,
    }
