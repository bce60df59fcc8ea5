"""`pumpd`: run the daemon, prove a configuration, read the record, watch a demonstration.

Theory of operation. Verbs live in modules of their own and import what they need when they are called, so that a
verb which only reads a file does not wait for a broker's client to load. Nor does one verb load another's module: the
daemon would keep it in memory for as long as it lives, and start later. Exit status: 0 done, 1 the answer is no, 2 the
question was wrong or the machine is not ready for it. The emergency stop waits for no other verb's module.
"""

import argparse
import os
import sys
from importlib import import_module
from typing import TypeAlias

_STOP_ALL, _JOURNAL = "stop-all", "journal"
#: Words, and the module whose `add_parser` adds them, in the order of the help.
_VERBS = (
    (("run", "check"), "pumpd.cli.run_verbs"),
    (("config",), "pumpd.cli.config_verbs"),
    (("doctor",), "pumpd.cli.doctor_verb"),
    ((_STOP_ALL,), "pumpd.stop_all.verb"),
    (("call-out",), "pumpd.stop_all.call_out_verb"),
    ((_JOURNAL,), "pumpd.cli.journal_verbs"),
    ((_JOURNAL,), "pumpd.cli.replay_verb"),
    (("pin",), "pumpd.cli.pin_verb"),
    (("panel",), "pumpd.cli.panel_verb"),
    (("metrics",), "pumpd.cli.metrics_verb"),
    (("demo",), "pumpd.cli.demo_verb"),
    (("exercise",), "pumpd.cli.exercise_verb"),
    (("commission",), "pumpd.cli.commission_verb"),
    (("probe",), "pumpd.cli.probe_verb"),
    (("report",), "pumpd.cli.report_verb"),
    (("export",), "pumpd.cli.export_verb"),
    (("rules",), "pumpd.cli.rules_verb"),
    (("explain",), "pumpd.cli.explain_verb"),
    (("tones",), "pumpd.cli.tones_verb"),
)
_Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

NOT_A_DEVICE = "Bench and research software, not a cleared medical device."


def main(argv: list[str] | None = None) -> int:
    """Entry point."""
    words = sys.argv[1:] if argv is None else argv
    if words[:1] == [_STOP_ALL]:
        from pumpd.stop_all import verb

        return verb.main(words[1:])
    args = command_line(words[0] if words else "").parse_args(words)
    try:
        result: int = args.run(args)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read this (`| head`) has read enough. Python would complain again at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return result


def command_line(word: str = "") -> argparse.ArgumentParser:
    """The verb of this name, with no other verb's module imported; all of them if there is no such verb."""
    parser = argparse.ArgumentParser(prog="pumpd", description=f"Infusion-control daemon. {NOT_A_DEVICE}")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    wanted = [one for one in _VERBS if word in one[0]] or _VERBS
    journal_verbs = None
    for words, module in wanted:
        below = verbs
        if _JOURNAL in words:
            below = journal_verbs = journal_verbs or _below_journal(verbs)
        import_module(module).add_parser(below)
    return parser


def _below_journal(verbs: _Verbs) -> _Verbs:
    journal = verbs.add_parser(_JOURNAL, help="the record: verify, show, replay")
    return journal.add_subparsers(dest="journal_verb", required=True, metavar="VERB")


if __name__ == "__main__":
    sys.exit(main())
