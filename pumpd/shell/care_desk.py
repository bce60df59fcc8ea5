"""An act of the clinic's course, as the console heard it, becomes an event.

Theory of operation. As `desk`, with the treatment wall clock of the moment: what these acts record is read in days, and
by people, when the clocks of this boot mean nothing any more.
"""

from interlocks.vocabulary import Stamp
from pumpd.core.clinic import care_events as ce
from pumpd.shell.console_acts import PersonAct


def to_care_event(act: PersonAct, at: Stamp, wall_ms: int) -> ce.CareEvent:
    """Translate one act of `console_words.CARE_VERBS`.

    Raises:
        ValueError: a verb without an event; the console's list of verbs and this one have parted.
    """
    request_id, by, args = act.request_id, act.by, act.args
    roles = tuple(sorted(act.roles))
    match act.verb:
        case "checklist":
            answers = tuple((str(key), str(one)) for key, one in args["answers"].items())
            return ce.ChecklistAnswered(
                at=at,
                request_id=request_id,
                by=by,
                roles=roles,
                epoch=int(args["epoch"]),
                wall_ms=wall_ms,
                answers=answers,
            )
        case "prime":
            return ce.LinePrimed(
                at=at,
                request_id=request_id,
                by=by,
                roles=roles,
                epoch=int(args["epoch"]),
                wall_ms=wall_ms,
                volume_ml=str(args["volume_ml"]),
                is_disconnected=bool(args["disconnected"]),
                is_air_free=bool(args["air_free"]),
            )
        case "observe":
            return ce.PatientObserved(
                at=at,
                request_id=request_id,
                by=by,
                roles=roles,
                epoch=int(args["epoch"]),
                wall_ms=wall_ms,
                moaas=int(args["moaas"]),
                dissociation=int(args["dissociation"]),
                note=str(args["note"]),
            )
        case "sign_off" | "close" | "handover":
            return _signed(act, at, wall_ms)
    return _written(act, at, wall_ms)


def _signed(act: PersonAct, at: Stamp, wall_ms: int) -> ce.CareEvent:
    request_id, by, args = act.request_id, act.by, act.args
    roles = tuple(sorted(act.roles))
    if act.verb == "handover":
        return ce.BedAccepted(at=at, request_id=request_id, by=by, roles=roles, wall_ms=wall_ms)
    epoch = int(args["epoch"])
    if act.verb == "sign_off":
        note = str(args["note"])
        return ce.RecoveryAccepted(
            at=at, request_id=request_id, by=by, roles=roles, epoch=epoch, wall_ms=wall_ms, note=note
        )
    escort = str(args["escort"])
    return ce.SessionClosed(
        at=at, request_id=request_id, by=by, roles=roles, epoch=epoch, wall_ms=wall_ms, escort=escort
    )


def _written(act: PersonAct, at: Stamp, wall_ms: int) -> ce.CareEvent:
    request_id, by, args = act.request_id, act.by, act.args
    note = str(args.get("note", ""))
    match act.verb:
        case "event":
            return ce.AdverseEventReported(
                at=at,
                request_id=request_id,
                by=by,
                wall_ms=wall_ms,
                code=str(args["code"]),
                severity=str(args["severity"]),
                note=note,
            )
        case "given":
            return ce.MedicationReported(
                at=at,
                request_id=request_id,
                by=by,
                wall_ms=wall_ms,
                drug=str(args["drug"]),
                dose=str(args["dose"]),
                note=note,
            )
        case "note":
            text = str(args["text"])
            return ce.NoteEntered(at=at, request_id=request_id, by=by, wall_ms=wall_ms, text=text)
    raise ValueError(f"no event for the verb {act.verb}")
