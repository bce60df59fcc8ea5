"""`pumpd export`: one session of a journal in the words of hospital systems, HL7 version 2 or FHIR.

Theory of operation. The journal is read, never written, and may be in use. Everything is made before anything is printed,
so nobody receives half a session. Unless a person says `--production`, what leaves is marked as training and test data:
this is bench and research software, and a receiver must not take its sessions for care by accident. Exit status: 0
exported; 1 exported, but the journal is not whole; 2 not exported.
"""

import argparse
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from pumpd.report.session_record import SessionRecord

MESSAGES = ("pcd01", "pcd04", "pcd10")


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `export` below `pumpd`."""
    export = verbs.add_parser("export", help="one session of a journal as HL7 v2 messages or as FHIR")
    forms = export.add_subparsers(dest="form", required=True, metavar="FORM")
    hl7 = forms.add_parser(
        "hl7", help="HL7 v2.6, IHE PCD-01 (values), PCD-04 (alarms), PCD-10 (infusion events)"
    )
    hl7.add_argument(
        "--message", action="append", choices=MESSAGES, help="only these; repeat for several (default: all)"
    )
    hl7.add_argument(
        "--lines", action="store_true", help="end segments by line feeds, to read; HL7 wants carriage returns"
    )
    fhir = forms.add_parser("fhir", help="FHIR R4B MedicationAdministration, JSON")
    for form, run in ((hl7, run_hl7), (fhir, run_fhir)):
        form.add_argument("journal", type=Path, metavar="JOURNAL", help="journal file; may be in use")
        form.add_argument(
            "--channel", metavar="NAME", help="which pump (default: the only one with a session)"
        )
        form.add_argument(
            "--session", type=int, metavar="N", help="which session, from 1 (default: the newest)"
        )
        form.add_argument("--out", type=Path, metavar="FILE", help="write here (default: standard output)")
        form.add_argument(
            "--production", action="store_true", help="do not mark it as training and test data"
        )
        form.set_defaults(run=run)


def run_hl7(args: argparse.Namespace) -> int:
    """Write the messages, oldest first."""
    from pumpd.outputs.hl7_messages import PRODUCTION, TRAINING, messages
    from pumpd.policy import policy_from

    def made(record: "SessionRecord") -> str:
        kinds = frozenset(args.message or MESSAGES)
        processing = PRODUCTION if args.production else TRAINING
        text = "".join(messages(args.journal, record, policy_from, kinds, processing))
        return text.replace("\r", "\n") if args.lines else text

    return _export(args, made)


def run_fhir(args: argparse.Namespace) -> int:
    """Write the resource."""
    from pumpd.outputs.fhir import medication_administration

    return _export(
        args, lambda record: medication_administration(record, is_production=args.production) + "\n"
    )


def _export(args: argparse.Namespace, make: "Callable[[SessionRecord], str]") -> int:
    from pumpd.policy import policy_from
    from pumpd.report.gather import NoSession, gather
    from pumpd.shell.journal_file import JournalRefused

    try:
        record = gather(args.journal, policy_from, args.channel, args.session)
        text = make(record)
        if args.out is None:
            sys.stdout.buffer.write(text.encode())
        else:
            beside = args.out.with_name(args.out.name + ".part")
            beside.write_bytes(text.encode())
            beside.replace(args.out)
    except (JournalRefused, NoSession, sqlite3.Error, OSError, ValueError) as error:
        print(f"pumpd export: {ascii(str(error))[1:-1]}", file=sys.stderr)
        return 2
    if not record.proof.is_whole:
        print(f"pumpd export: the journal is NOT WHOLE: {ascii(record.proof.reason)[1:-1]}", file=sys.stderr)
    return 0 if record.proof.is_whole else 1
