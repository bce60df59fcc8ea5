"""A person's act, as the console heard it, becomes an event.

Theory of operation. The console has settled who speaks and that the line is well formed; what the act means is
decided in the core. Between them there is only this translation.
"""

from interlocks.vocabulary import Signal, Stamp
from pumpd.core import events as ev
from pumpd.shell.console_acts import PersonAct

_NOT_FIELDS = ("accept_soft",)


def to_event(act: PersonAct, at: Stamp) -> ev.PersonEvent | ev.ListenerSpoke:
    """Translate one act.

    Raises:
        ValueError: a verb without an event; the console's list of verbs and this one have parted.
    """
    who = act.by or "somebody"
    roles = tuple(sorted(act.roles))
    match act.verb:
        case "pause":
            return ev.PausePressed(at=at, request_id=act.request_id, by=who)
        case "stop":
            return ev.StopPressed(at=at, request_id=act.request_id, by=who)
        case "acknowledge":
            rule, note = str(act.args.get("rule", "")), str(act.args.get("note", ""))
            return ev.AlarmAcknowledged(at=at, request_id=act.request_id, by=who, rule=rule, note=note)
        case "measure":
            return ev.ReadingWanted(at=at, request_id=act.request_id, by=who)
        case "score":
            scale, value = Signal(act.args["scale"]), int(act.args["value"])
            return ev.ScoreEntered(at=at, request_id=act.request_id, by=who, scale=scale, value=value)
        case "present":
            return ev.PresenceConfirmed(at=at, request_id=act.request_id, by=who)
        case "quiet":
            return ev.AudioPausePressed(at=at, request_id=act.request_id, by=who)
        case "listening":
            return ev.ListenerSpoke(at=at, listener=str(act.args["listener"]))
        case "restore":
            epoch = int(act.args["epoch"])
            return ev.RestorePressed(at=at, request_id=act.request_id, by=who, roles=roles, epoch=epoch)
        case "order":
            fields = tuple((key, str(value)) for key, value in act.args.items() if key not in _NOT_FIELDS)
            accepted = tuple(act.args.get("accept_soft", ()))
            return ev.OrderEntered(
                at=at, request_id=act.request_id, by=who, roles=roles, fields=fields, accept_soft=accepted
            )
        case "verify":
            epoch = int(act.args["epoch"])
            return ev.OrderVerified(at=at, request_id=act.request_id, by=who, roles=roles, epoch=epoch)
        case "start":
            epoch, accepted = int(act.args["epoch"]), tuple(act.args.get("accept_soft", ()))
            return ev.StartPressed(
                at=at, request_id=act.request_id, by=who, roles=roles, epoch=epoch, accept_soft=accepted
            )
        case "resume":
            epoch = int(act.args["epoch"])
            return ev.ResumePressed(at=at, request_id=act.request_id, by=who, roles=roles, epoch=epoch)
    raise ValueError(f"no event for the verb {act.verb}")
