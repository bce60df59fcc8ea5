"""Which pump belongs on a line, how it is addressed, and how long its lease is.

Theory of operation. These pumps have a serial number on the wire, and it is the best of names: bind by it where
it is told. Model and firmware are compared from their beginning. The lease is not the pump's: it is the volume
that the target is kept ahead of the plunger, as time at the running rate.

`lease_form` says what a target set in a running pump means. The fact sheet does not know (facts/protocols.md 2,
"[?]"), so the ordinary setting is PROVE: the first seconds of the first run find out (`lease.py`).

`pace` is for simulations that run faster than life: treatment seconds in one second of the link.
"""

from dataclasses import dataclass
from enum import StrEnum


class LeaseForm(StrEnum):
    """What a target means to this pump while it infuses."""

    PROVE = "prove"  # not known: find out
    FROM_CLEAR = (
        "from_clear"  # it counts from where the counter was cleared, or from the start: the same here
    )
    FROM_SETTING = "from_setting"  # it counts from where it was set
    REARMED = "rearmed"  # it is not taken, or not heeded, before the next start


class Addressing(StrEnum):
    """How a request names its pump."""

    NONE = "none"  # `@irate`
    DIGITS = "digits"  # `12irate`
    COLON = "colon"  # `12:irate`


#: Shorter than this, a lease does not outlast three polls, or one lost answer.
LEASE_RANGE_S = (1, 60)


#: In place of a model, on a bench where whoever answers will do. No site may write it.
ANY = "*"


@dataclass(frozen=True, slots=True)
class Binding:
    """Which pump belongs on this line. `model`, `firmware`: how they must begin; `serial`: the whole of it."""

    model: str = ""
    serial: str = ""
    firmware: str = ""
    address: int = 0
    addressing: Addressing = Addressing.NONE
    lease_s: int = 2
    lease_form: LeaseForm = LeaseForm.PROVE
    accept_wear: bool = False
    pace: int = 1

    def is_model(self, model: str) -> bool:
        """This is the pump, as far as its model says."""
        return self.model == ANY or model.startswith(self.model)

    def __post_init__(self) -> None:
        if not (self.model or self.serial):
            raise ValueError("model, serial: a line must be bound to a pump, for example model 11 ELITE")
        if not 0 <= self.address <= 99:
            raise ValueError(f"address {self.address} is outside 0-99")
        if self.address and self.addressing is Addressing.NONE:
            raise ValueError(f"address {self.address} needs addressing: digits or colon")
        if not LEASE_RANGE_S[0] <= self.lease_s <= LEASE_RANGE_S[1]:
            raise ValueError(f"lease_s {self.lease_s} is outside {LEASE_RANGE_S[0]}-{LEASE_RANGE_S[1]} s")
        if self.pace < 1:
            raise ValueError(f"pace {self.pace} is below 1")
