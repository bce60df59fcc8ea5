"""How far the pump may go on without us: the target, what it means, and when it is moved.

Theory of operation. The pump has no watchdog. It stops at its target, so a run is given a target only a lease ahead
of the plunger, and each poll of the caller moves it on. Whoever falls silent leaves the last target behind, and the
pump stands there: at most `rate x lease` later.

What a target means in a pump that has infused already is not known (facts/protocols.md 2, "[?]"). With the counter
cleared at rest before each start, two of the readings are the same (from the clear, from the start). The others are
told apart by one experiment at the beginning of the first run, in its form PROVE:

  - the run starts with a target T0 of one lease; all readings agree;
  - after an eighth of it, three quarters of T0 are written. Refused: targets are for pumps at rest (REARMED);
  - the pump stops at three quarters: it counts from the clear (FROM_CLEAR). It is started again at once, and from now
    on each poll writes `counter + lead`;
  - it runs past three quarters: it counts from the setting (FROM_SETTING), and each poll writes `lead`; unless it then
    stops at T0 all the same: what was written is heeded from the next start on (REARMED).

Whatever it turns out to mean, the target last written ends the run within a lease of being written.

REARMED is the form that needs nothing but what is known: a run in short pieces, each with the counter cleared and the
target set at rest. There is a gap in the flow at each seam. A piece is only joined to the next when its target is
reached before our eyes, within the last 0.6 s of a piece: a target that was found reached had been a lease, and it
has expired. The same holds for a stop without `T*`: somebody stopped it, and it stays stopped.

A pump that runs past its end, or whose counter falls in a piece, is stopped by the poll that sees it twice: the end is
counted on that counter. It also bounds a binding that states the wrong form, while the host lives; a lost host it
cannot bound, so a form is stated only for a pump on which PROVE has found it.

All volumes are nl on the pump's own counter, which stands at 0 at the start of each piece.
"""

from dataclasses import dataclass
from fractions import Fraction

from drivers.contract import PumpAlarm
from drivers.harvard.binding import LeaseForm
from drivers.harvard.codec import Reply, floor_volume, volume_step

_MS_PER_H = 3_600_000
#: Before a target the pump is watched without a pause for so long, link ms: more than two polls' distance.
WATCH_MS = 600
#: FROM_SETTING: what may run between reading the counter and the setting's arrival, link ms.
_SETTING_MS = 200


@dataclass(slots=True)
class Piece:
    """What has been set since the counter was last cleared.

    `left_nl`: what may still be given in this run; `target_nl`: as written; `stop_nl`: where the counter will stand
    when it ends; `seen_nl`: where it was last read; `probe_nl`: the experiment's target, once written; `doubted_nl`:
    where FROM_SETTING would be disproved.
    """

    left_nl: int
    target_nl: int
    stop_nl: int
    seen_nl: Fraction = Fraction(0)
    probe_nl: int | None = None
    doubted_nl: int | None = None


class Lease:
    """The lease of one pump. It is extended only while a run of ours is under way (`piece` is there)."""

    def __init__(self, lease_ms: int, form: LeaseForm, pace: int = 1) -> None:
        self._ahead_ms = lease_ms * pace
        self._pace = pace
        self._bound_form = form
        self.form = form
        self.rate_nl_h = 0
        self.piece: Piece | None = None
        self.is_watching = False
        self.is_paced = False
        self.has_overrun = False

    def renew_knowledge(self) -> None:
        """The line is opened anew: the pump may be another one."""
        self.form = self._bound_form
        self.end()

    def end(self) -> None:
        """No run of ours is under way; nothing is extended before the next start."""
        self.piece = None
        self.is_watching = False
        self.has_overrun = False

    def lead_nl(self, rate_nl_h: int) -> int:
        """What one lease is at this rate, rounded down."""
        return rate_nl_h * self._ahead_ms // _MS_PER_H

    def first_target(self, rate_nl_h: int, left_nl: int) -> int:
        """The target to start with, on a cleared counter."""
        return floor_volume(min(self.lead_nl(rate_nl_h), left_nl))

    def is_fine_enough(self, rate_nl_h: int, left_nl: int) -> bool:
        """The target can be moved in steps of at most half a lease, to the end of such a run."""
        return self.lead_nl(rate_nl_h) >= 2 * volume_step(left_nl)

    def begin(self, rate_nl_h: int, left_nl: int, target_nl: int) -> None:
        """The pump runs, from a cleared counter to this target."""
        self.rate_nl_h = rate_nl_h
        self.piece = Piece(left_nl, target_nl, target_nl)
        self.is_watching = False
        self.has_overrun = False

    def written(self, target_nl: int, counter_nl: Fraction) -> None:
        """This target has been read back; the counter stood here when it was written."""
        piece = self.piece
        if piece is None:
            return
        piece.target_nl = target_nl
        from_nl = int(counter_nl) if self.form is LeaseForm.FROM_SETTING else 0
        piece.stop_nl = from_nl + target_nl

    def next_target(self, counter_nl: Fraction) -> int | None:
        """What to write now; None: nothing, it stands where it should."""
        piece = self.piece
        if piece is None:
            return None
        counter, lead_nl = int(counter_nl), self.lead_nl(self.rate_nl_h)
        if self.form is LeaseForm.FROM_CLEAR:
            wanted_nl = floor_volume(min(counter + lead_nl, piece.left_nl))
            return wanted_nl if wanted_nl != piece.target_nl and wanted_nl > counter else None
        if self.form is LeaseForm.FROM_SETTING:
            rest_nl = piece.left_nl - counter
            if rest_nl > lead_nl:
                return floor_volume(lead_nl)
            wanted_nl = floor_volume(rest_nl - self._during_nl(_SETTING_MS))
            return wanted_nl if wanted_nl > 0 and not self.is_last else None
        if self.form is LeaseForm.PROVE and piece.probe_nl is None and not self.is_last:
            is_time = piece.target_nl <= 8 * counter <= 4 * piece.target_nl
            return floor_volume(piece.target_nl * 3 // 4) if is_time else None
        return None

    def probed(self, target_nl: int) -> None:
        """The experiment's target has been read back."""
        if self.piece is not None:
            self.piece.probe_nl = target_nl

    def refused(self) -> None:
        """The pump takes no target while it runs."""
        self.form = LeaseForm.REARMED

    def passed(self, counter_nl: Fraction) -> None:
        """The counter stands here while it runs. Past the experiment's target, that was counted from its setting."""
        piece = self.piece
        if piece is None:
            return
        slack_nl = volume_step(piece.target_nl)
        if self.form is LeaseForm.PROVE and piece.probe_nl is not None:
            if counter_nl > piece.probe_nl + slack_nl:
                self.form = LeaseForm.FROM_SETTING
                piece.doubted_nl = piece.target_nl
                piece.stop_nl = int(counter_nl) + piece.target_nl
        elif piece.doubted_nl is not None and counter_nl > piece.doubted_nl + slack_nl:
            piece.doubted_nl = None
        piece.seen_nl = max(piece.seen_nl, counter_nl)

    def is_wrong(self, counter_nl: Fraction) -> bool:
        """No target of ours allows this: it ran past its end, or the counter that the end is counted on fell."""
        piece = self.piece
        if piece is None:
            return False
        slack_nl = self._during_nl(_SETTING_MS) + 2 * volume_step(piece.left_nl)
        end_nl = min(piece.stop_nl, piece.left_nl)
        is_proving = piece.probe_nl is not None and self.form is LeaseForm.PROVE
        is_past = not is_proving and counter_nl > end_nl + slack_nl
        return is_past or counter_nl < piece.seen_nl

    def condemn(self) -> None:
        """Read again, it is still wrong: nothing is extended, and the next report says so."""
        self.has_overrun = True

    def stopped(self, counter_nl: Fraction) -> bool:
        """It stands at a target before our eyes. True: it is to be started again, for what `remaining` says."""
        piece = self.piece
        if piece is None or not self.is_watching:
            return False
        slack_nl = volume_step(piece.target_nl)
        if self.form is LeaseForm.PROVE and piece.probe_nl is not None:
            is_at_probe = abs(counter_nl - piece.probe_nl) <= slack_nl
            self.form = LeaseForm.FROM_CLEAR if is_at_probe else LeaseForm.REARMED
        elif piece.doubted_nl is not None and abs(counter_nl - piece.doubted_nl) <= slack_nl:
            self.form = LeaseForm.REARMED
        elif self.form not in (LeaseForm.PROVE, LeaseForm.REARMED):
            return False
        return self.remaining_nl(counter_nl) > 0

    def remaining_nl(self, counter_nl: Fraction) -> int:
        """What of the run is left to give, as it can be said."""
        if self.piece is None:
            return 0
        return floor_volume(max(0, self.piece.left_nl - -(-counter_nl.numerator // counter_nl.denominator)))

    def is_near(self, counter_nl: Fraction) -> bool:
        """A target that is not the run's end is so close that the pump is not left out of sight."""
        piece = self.piece
        if piece is None or self.has_overrun:
            return False
        if self.form in (LeaseForm.PROVE, LeaseForm.REARMED):
            ahead_nl = piece.stop_nl if piece.probe_nl is None else piece.probe_nl
            if self.is_last and piece.probe_nl is None:
                return False
        elif piece.doubted_nl is not None:
            ahead_nl = piece.doubted_nl
        else:
            return False
        return counter_nl + self._during_nl(WATCH_MS) >= ahead_nl

    @property
    def is_last(self) -> bool:
        """The pump will stand at the end of the run, not before."""
        piece = self.piece
        if piece is None:
            return False
        margin_nl = 2 * volume_step(piece.left_nl)
        if self.form is LeaseForm.FROM_SETTING:
            margin_nl += self._during_nl(2 * _SETTING_MS)
        return piece.stop_nl + margin_nl > piece.left_nl

    def alarm_of(self, reply: Reply) -> PumpAlarm | None:
        """What this prompt says beyond motion. A target that was not the run's end is a lease that has run out."""
        if reply.is_stalled:
            return PumpAlarm.STALL
        if reply.is_at_target and not (self.is_last or self.is_watching):
            return PumpAlarm.HOST_SILENT
        return PumpAlarm.PROGRAM if self.has_overrun else None

    def _during_nl(self, link_ms: int) -> int:
        return self.rate_nl_h * link_ms * self._pace // _MS_PER_H
