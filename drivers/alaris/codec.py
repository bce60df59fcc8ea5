"""The words of the Alaris wire: what an answer says, and how a number is written. Bytes in, our integers out. No state.

Theory of operation. What is public of this family is its framing, the names of its commands and the shape of an
answer (`CMD^field...`); **the texts of the fields are not known** (facts/protocols.md 5), nor is the command list
of the maker's service manual. So everything that is assumed of them stands in this module, in tables, and nowhere
else:

  - `INF` asks for the state. Among its fields exactly one says what the motor does (`MOTIONS`); fields that speak
    of an alarm are taken as one (`_alarm_of`); any other field is passed over. Two motions that disagree, or none,
    are no answer: what cannot be known is refused with the pump's own words, never guessed. Digits are none
    either, since nothing says which of 0 and 1 would run.
  - `INF_RATE` and `INF_VI` answer with a number and its unit, in this order or the other, in one field or two.
    The unit must be there and be `ml/h`, or `ml`, in capitals or not. Up to six decimals are read exactly. A
    comma, a sign, an exponent or a bare number is refused.
  - A rate is written with one decimal and ` ml/h`, as in the one example that is known: `INF_RATE^10.0^ml/h`.
  - A refusal begins its first field with one of `REFUSALS`, or comes under a name of its own (`REFUSAL_NAMES`).
    Whatever else follows a command's own name is taken as heard, and proves nothing: readbacks do.
  - The security code is the check of the serial number alone, written as in a frame: what stands after the command's name
    in the answer to INST_SERIALNO. So does infupy, the public program that the form is known from (facts s21).

Whoever meets a real pump corrects these tables and the vectors beside them (tests/vectors/alaris.toml), which say of
each frame whether it is a fact or an assumption.
"""

import re
from dataclasses import dataclass

from drivers.alaris.framing import checksum
from drivers.contract import Motion, PumpAlarm

MILLILITRE_NL = 1_000_000
DECIMALS_MAX = 6
#: A rate is written in steps of 0.1 ml/h.
RATE_STEP_NL_H = 100_000

#: First field, or any other, of the answer to INF; in capitals, with `_` and `-` read as a space.
MOTIONS: dict[str, Motion] = {
    **dict.fromkeys(
        ("INFUSING", "INFUSE", "RUNNING", "RUN", "STARTED", "START", "DELIVERING", "KVO"), Motion.INFUSING
    ),
    **dict.fromkeys(
        (
            "STOPPED",
            "STOP",
            "HALTED",
            "ON HOLD",
            "ONHOLD",
            "HOLD",
            "PAUSED",
            "IDLE",
            "STANDBY",
            "NOT INFUSING",
        ),
        Motion.HALTED,
    ),
    **dict.fromkeys(("PURGING", "PURGE", "BOLUS"), Motion.PURGING),
}
#: How a field that speaks of an alarm is known, and which one it is. The first that fits counts.
_ALARMS: tuple[tuple[re.Pattern[str], PumpAlarm], ...] = (
    (re.compile(r"BATT"), PumpAlarm.BATTERY),
    (re.compile(r"COMM.*(FAIL|LOST|TIMEOUT)"), PumpAlarm.HOST_SILENT),
    (re.compile(r"OCCLU|EMPTY|END OF (SYRINGE|INFUSION|TRAVEL)"), PumpAlarm.STALL),
    (re.compile(r"RESET|POWER (FAIL|LOST)"), PumpAlarm.RESET),
    (re.compile(r"ALARM|FAIL|FAULT|ERROR|DISENGAGED"), PumpAlarm.PROGRAM),
)
_NO_ALARM = frozenset({"NO ALARM", "ALARM NONE", "NO ERROR", "NO FAULT"})

REFUSALS = (
    *(
        "REFUSED",
        "REJECTED",
        "DENIED",
        "DISABLED",
        "DISALLOWED",
        "INVALID",
        "UNKNOWN",
        "ILLEGAL",
        "LOCKED",
        "BUSY",
    ),
    *(
        "ERROR",
        "ERR",
        "FAILED",
        "FAIL",
        "NAK",
        "NACK",
        "NOT ENABLED",
        "NOT ALLOWED",
        "NOT REMOTE",
        "OUT OF RANGE",
    ),
)
REFUSAL_NAMES = frozenset({"ERROR", "ERR", "NAK", "NACK", "INVALID", "UNKNOWN"})

_NUMBER = r"(\d{1,5}(?:\.\d{1,6})?)"
_RATE = re.compile(rf"{_NUMBER} ?ML/H|ML/H {_NUMBER}", re.ASCII)
_VOLUME = re.compile(rf"{_NUMBER} ?ML|ML {_NUMBER}", re.ASCII)

# The shapes of answers. An answer of another shape answers another question.
STATE = re.compile(rb"INF\^.+")
RATE = re.compile(rb"INF_RATE\^.+")
VOLUME = re.compile(rb"INF_VI\^.+")
SERIAL = re.compile(rb"INST_SERIALNO\^.+")


def heard(name: bytes) -> re.Pattern[bytes]:
    """The shape of an answer to a command: its name, and whatever it likes to say."""
    return re.compile(re.escape(name) + rb"(?:\^.*)?")


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: what stood between `!` and `|`."""

    text: bytes

    @property
    def name(self) -> str:
        """The command it belongs to, or a refusal's own name."""
        return self.text.partition(b"^")[0].decode("ascii", "backslashreplace")

    @property
    def fields(self) -> tuple[str, ...]:
        """What follows the name."""
        return tuple(one.decode("ascii", "backslashreplace").strip() for one in self.text.split(b"^")[1:])

    @property
    def error(self) -> str | None:
        """The pump's refusal, whole; None if it did not refuse."""
        first = _plain(self.fields[0]) if self.fields else ""
        is_refusal = self.name in REFUSAL_NAMES or any(
            first == word or first.startswith((f"{word} ", f"{word}:")) for word in REFUSALS
        )
        return self.text.decode("ascii", "backslashreplace") if is_refusal else None

    @property
    def alarm(self) -> PumpAlarm | None:
        """The alarm that an answer to INF speaks of. It comes with the answer, not in its place."""
        if self.name != "INF" or self.error is not None:
            return None
        return next((alarm for one in self.fields if (alarm := _alarm_of(_plain(one))) is not None), None)

    @property
    def motion(self) -> Motion | None:
        """What an answer to INF says of the motor; None if it says nothing that we know, or two things."""
        if self.name != "INF" or self.error is not None:
            return None
        found = {MOTIONS[word] for one in self.fields if (word := _plain(one)) in MOTIONS}
        return found.pop() if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class Counter:
    """What the pump's volume counter reads, nl, and how finely: the true value is less than one step above it."""

    value_nl: int
    step_nl: int


def parse_rate(text: bytes) -> int | None:
    """`INF_RATE^26.2^ml/h` in nl/h; None if no rate can be read from it."""
    found = _number(_RATE, text)
    return found.value_nl if found is not None else None


def parse_volume(text: bytes) -> Counter | None:
    """`INF_VI^1.234^ml` in nl; None if no volume can be read from it."""
    return _number(_VOLUME, text)


def rate_text(rate_nl_h: int) -> bytes | None:
    """The command that sets this rate exactly; None if one decimal does not hold it, or it is not above 0."""
    tenths, rest = divmod(rate_nl_h, RATE_STEP_NL_H)
    if rest or not 0 < tenths <= 99_999:
        return None
    return b"INF_RATE^%d.%d^ml/h" % divmod(tenths, 10)


def security_code(serial_text: bytes) -> bytes:
    """What opens remote control: four hex digits over the serial number in the answer to INST_SERIALNO."""
    return b"%04X" % checksum(serial_text.partition(b"^")[2])


def _number(form: re.Pattern[str], text: bytes) -> Counter | None:
    words = " ".join(one.strip() for one in text.decode("ascii", "replace").upper().split("^")[1:])
    match = form.fullmatch(words)
    if match is None:
        return None
    whole, _, decimals = (match[1] or match[2]).partition(".")
    step_nl = MILLILITRE_NL // 10 ** len(decimals)
    return Counter(int(whole) * MILLILITRE_NL + int(decimals or "0") * step_nl, step_nl)


def _plain(field: str) -> str:
    return " ".join(re.split(r"[\s_-]+", field.upper())).strip()


def _alarm_of(words: str) -> PumpAlarm | None:
    if words in MOTIONS or words in _NO_ALARM:
        return None
    return next((alarm for form, alarm in _ALARMS if form.search(words)), None)
