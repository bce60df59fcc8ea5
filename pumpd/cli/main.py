"""`pumpd`: run the daemon, prove a configuration, read the record, watch a demonstration.

Theory of operation. Verbs live in modules of their own and import what they need when they are called, so that a
verb which only reads a file does not wait for a broker's client to load. Exit status: 0 done, 1 the answer is no, 2 the
question was wrong or the machine is not ready for it. The emergency stop waits for no other verb's module.
"""

import argparse
import os
import sys

from pumpd.stop_all import verb as stop_all_verb

NOT_A_DEVICE = "Bench and research software, not a cleared medical device."


def main(argv: list[str] | None = None) -> int:
    """Entry point."""
    words = sys.argv[1:] if argv is None else argv
    if words[:1] == [stop_all_verb.NAME]:
        return stop_all_verb.main(words[1:])
    args = command_line().parse_args(words)
    try:
        result: int = args.run(args)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read this (`| head`) has read enough. Python would complain again at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return result


def command_line() -> argparse.ArgumentParser:
    """All verbs; asking for it imports them."""
    from pumpd.cli import (
        commission_verb,
        config_verbs,
        demo_verb,
        doctor_verb,
        exercise_verb,
        explain_verb,
        export_verb,
        journal_verbs,
        metrics_verb,
        panel_verb,
        pin_verb,
        probe_verb,
        replay_verb,
        report_verb,
        rules_verb,
        run_verbs,
        tones_verb,
    )
    from pumpd.stop_all import call_out_verb

    parser = argparse.ArgumentParser(prog="pumpd", description=f"Infusion-control daemon. {NOT_A_DEVICE}")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    run_verbs.add_parsers(verbs)
    config_verbs.add_parser(verbs)
    doctor_verb.add_parser(verbs)
    for verb in (stop_all_verb, call_out_verb):
        verb.add_arguments(verbs.add_parser(verb.NAME, help=verb.HELP))
    journal = verbs.add_parser("journal", help="the record: verify, show, replay")
    journal_verb = journal.add_subparsers(dest="journal_verb", required=True, metavar="VERB")
    journal_verbs.add_parser(journal_verb)
    replay_verb.add_parser(journal_verb)
    pin_verb.add_parser(verbs)
    panel_verb.add_parser(verbs)
    metrics_verb.add_parser(verbs)
    demo_verb.add_parser(verbs)
    exercise_verb.add_parser(verbs)
    commission_verb.add_parser(verbs)
    probe_verb.add_parser(verbs)
    report_verb.add_parser(verbs)
    export_verb.add_parser(verbs)
    rules_verb.add_parser(verbs)
    explain_verb.add_parser(verbs)
    tones_verb.add_parser(verbs)
    return parser


if __name__ == "__main__":
    sys.exit(main())
