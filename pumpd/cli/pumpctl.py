"""`pumpctl`: the nurse's and the engineer's verbs in a terminal.

Theory of operation. The same console socket as the panel, so the same checks. The exit code says what is
known: 0 done, 1 refused, 2 not asked (wrong usage, no daemon), 3 asked and not confirmed, which for a pause
means: go to the pump. Verbs that can raise delivery show first what the person is about to answer for, the
derived numbers before `verify`, what binds before `resume` and `restore`, which carry the epoch of just that
picture, so a stale one is refused (faults rows 69, 72). Imports are light: a pause in an emergency must not
load a table renderer.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from typing import Any

from pumpd.cli import care_text, pumpctl_care, pumpctl_order, state_text
from pumpd.cli.pumpctl_arguments import parser
from pumpd.console_client import ConsoleClient, ConsoleUnreachable
from pumpd.console_words import (
    CARE_VERBS,
    CONSULTING_VERBS,
    EPOCH_VERBS,
    LOWERING_VERBS,
    PIN_VERBS,
    is_final,
)

DONE, REFUSED, NOT_ASKED, NOT_CONFIRMED = 0, 1, 2, 3

_OWN_KEY = "NOT CONFIRMED: use the pump's own stop key"


class UsageError(Exception):
    """Something the person can put right at the keyboard."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one verb; returns the exit code (see the module docstring)."""
    options = parser().parse_args(argv)
    client = ConsoleClient(options.socket)
    try:
        if options.verb == "status":
            return _status(client, options)
        if options.verb == "watch":
            return _watch(client, options)
        if options.verb in CONSULTING_VERBS:
            return _consult(client, options)
        return _act(client, options)
    except UsageError as error:
        _complain(str(error))
        return NOT_ASKED
    except ConsoleUnreachable as error:
        _complain(str(error))
        if options.verb in LOWERING_VERBS or (error.was_sent and options.verb in PIN_VERBS):
            _complain(_OWN_KEY)
            return NOT_CONFIRMED if error.was_sent else NOT_ASKED
        return NOT_ASKED
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output has gone (`| head`); the interpreter must not complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _status(client: ConsoleClient, options: argparse.Namespace) -> int:
    state = client.status(options.channel)
    _print_json(state) if options.json else _print_lines(_status_lines(state))
    return DONE


def _status_lines(state: dict[str, Any]) -> list[str]:
    return [*state_text.status_lines(state), *(f"  care      {line}" for line in care_text.care_lines(state))]


def _watch(client: ConsoleClient, options: argparse.Namespace) -> int:
    if options.once:
        return _status(client, options)
    if options.json:
        with client.watch(options.channel) as states:
            for state in states:
                _print_json(state)
    from pumpd.cli import watch_view  # rich costs 40 ms, and only this verb wants it

    watch_view.show(client, options.channel)
    return DONE


def _consult(client: ConsoleClient, options: argparse.Namespace) -> int:
    is_order = options.verb == "derive"
    args = pumpctl_order.order_args(options) if is_order else {}
    code = REFUSED
    for reply in client.request(options.verb, options.channel, None, None, args):
        state = reply.get("state")
        if options.json:
            _print_json(reply)
        elif isinstance(state, dict):
            lines = pumpctl_order.derivation_lines if is_order else pumpctl_order.library_lines
            _print_lines(lines(state))
        elif reply.get("stage") == "refused":
            _tell(reply, options, code)
        if isinstance(state, dict):
            code = DONE if not is_order or pumpctl_order.is_derived(state) else REFUSED
    return code


def _act(client: ConsoleClient, options: argparse.Namespace) -> int:
    args: dict[str, Any] = {}
    if options.verb == "order":
        args = pumpctl_order.order_args(options)
    elif options.verb in _PLAIN_ARGS:
        given = {key: getattr(options, key) for key in _PLAIN_ARGS[options.verb]}
        args = {key: value for key, value in given.items() if value not in (None, "")}
    elif options.verb in CARE_VERBS or options.verb == "start":
        args = pumpctl_care.args_of(options)
    if options.verb == "checklist" and not options.answers:
        _print_lines(care_text.checklist_lines(client.status(options.channel)))
        return NOT_ASKED
    by = _name(options)
    if options.verb in EPOCH_VERBS:
        args = {**args, **_show_first(client, options)}
    pin = _pin(options, by) if options.verb in PIN_VERBS else None
    code = NOT_CONFIRMED
    for reply in client.request(options.verb, options.channel, by, pin, args):
        code = _tell(reply, options, code)
    if code == DONE and options.verb == "order" and not options.json:
        print("A second person must verify these numbers: pumpctl --as NAME verify")
    return code


_PLAIN_ARGS = {"acknowledge": ("rule", "note"), "score": ("scale", "value"), "listening": ("listener",)}


def _show_first(client: ConsoleClient, options: argparse.Namespace) -> dict[str, Any]:
    state = client.status(options.channel)
    options.channel = options.channel or state.get("channel")
    out = sys.stderr if options.json else sys.stdout
    if options.verb == "verify":
        lines = state_text.order_lines(state)
        print("Compare with the prescription and the syringe's label:", file=out)
        _print_lines([f"  {line}" for line in lines] or ["  there is no order"], out)
        return _epoch(state)
    print(f"{state_text.word(state)}: {state_text.clean(state.get('headline') or '')}", file=out)
    _print_lines([f"  {line}" for line in state_text.binding_lines(state)], out)
    baseline = state.get("baseline")
    if options.verb == "start" and isinstance(baseline, dict):
        print(f"  baseline to accept: {baseline.get('sys')}/{baseline.get('dia')} mmHg", file=out)
    care = state_text.part(state, "care")
    if options.verb in CARE_VERBS and care:
        print(
            f"  step {state_text.clean(care.get('step'))}: {state_text.clean(care.get('next') or '')}",
            file=out,
        )
    blocked = state_text.rows(state, f"{options.verb}_blocked_by")
    _print_lines([f"  blocks: {state_text.clean(reason)}" for reason in blocked], out)
    return _epoch(state)


def _epoch(state: dict[str, Any]) -> dict[str, Any]:
    epoch = state.get("epoch")
    if type(epoch) is not int:
        raise UsageError("the state carries no epoch, so this could answer an old picture: not sent")
    return {"epoch": epoch}


def _tell(reply: dict[str, Any], options: argparse.Namespace, code: int) -> int:
    stage = str(reply.get("stage"))
    if options.json:
        _print_json(reply)
    else:
        reasons = [f"  {state_text.clean(reason)}" for reason in reply.get("reasons") or []]
        if stage == "not_confirmed":
            print(_OWN_KEY)
        elif stage != "end":
            print(state_text.clean(stage))
        _print_lines(reasons)
        state = reply.get("state")
        if options.verb == "order" and isinstance(state, dict):
            _print_lines([f"  {line}" for line in state_text.order_lines(state)])
    sys.stdout.flush()
    if stage == "refused":
        return REFUSED
    if stage == "confirmed" or (stage == "accepted" and is_final(options.verb, stage)):
        return DONE
    return code


def _name(options: argparse.Namespace) -> str | None:
    name: str | None = options.by or os.environ.get("PUMPD_USER")
    if name:
        return name
    if options.verb in PIN_VERBS:
        raise UsageError(f"{options.verb} needs your name: --as NAME, or PUMPD_USER in the environment")
    # A pause must not fail for want of a name: the login name is what is known.
    return os.environ.get("LOGNAME") or os.environ.get("USER") or f"uid-{os.getuid()}"


def _pin(options: argparse.Namespace, by: str | None) -> str:
    if options.pin_file:
        return _pin_from_file(options.pin_file)
    pin = os.environ.get("PUMPD_PIN")
    if pin:
        return pin
    if not sys.stdin.isatty():
        raise UsageError("no PIN: use --pin-file, or PUMPD_PIN, or a terminal to be asked at")
    import getpass

    return getpass.getpass(f"PIN of {by}: ")


def _pin_from_file(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise UsageError(f"{path} can be read by others: chmod 600 {path}")
            pin = file.readline().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the PIN file cannot be read: {error}") from error
    if not pin:
        raise UsageError(f"{path} holds no PIN in its first line")
    return pin


def _print_json(value: object) -> None:
    print(json.dumps(value, separators=(",", ":")), flush=True)


def _print_lines(lines: Sequence[str], out: Any = None) -> None:
    for line in lines:
        print(line, file=out or sys.stdout)


def _complain(text: str) -> None:
    sys.stdout.flush()
    print(f"pumpctl: {state_text.clean(text)}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
