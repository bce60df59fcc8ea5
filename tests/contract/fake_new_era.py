"""A small New Era pump for tests: request bytes in, answer bytes out, time handed in. No driver code, no
simulator code.

Theory of operation. It knows one request at a time, safe mode, the watchdog, pending alarms, and the pause
before the stop; no mechanics. What a test wants to go wrong is said per command word (`lose_request`,
`lose_reply`, `garble`). It is itself bound to the golden frames (`tests/unit/drivers/new_era/test_framing.py`
feeds them to it).
"""

import binascii
import re


def frame(text: str) -> bytes:
    """A safe-mode frame."""
    body = text.encode("ascii")
    return bytes((2, len(body) + 4)) + body + binascii.crc_hqx(body, 0).to_bytes(2, "big") + b"\x03"


def number(value: int, unit: int) -> str:
    """Four digits and a point, cut off below."""
    for decimals in (3, 2, 1):
        if value * 10**decimals // unit <= 9999:
            scaled = value * 10**decimals // unit
            return f"{scaled // 10**decimals}.{scaled % 10**decimals:0{decimals}d}"
    return f"{value // unit}."


RATES = {"MH": 1_000_000, "UH": 1_000, "MM": 60_000_000, "UM": 60_000}
VOLUMES = {"ML": 1_000_000, "UL": 1_000}


class FakeNewEra:
    """The pump. `received` is every word it understood, `letter` its status."""

    def __init__(self, version: str = "NE1000V3.928", address: int = 0) -> None:
        self.version = version
        self.address = address
        self.letter = "S"
        self.alarm: str | None = None
        self.is_safe = False
        self.lease_s = 0
        self.last_valid_ms: int | None = None
        self.diameter_um = 14430
        self.rate_nl_h = 0
        self.rate_unit = "MH"
        self.target_nl = 0
        self.volume_unit = "ML"
        self.infused_nl = 0
        self.direction = "INF"
        self.phase = 1
        self.functions = {1: "RAT", 2: "RAT"}
        self.power_fail = "1"
        self.received: list[str] = []
        self.lose_request: list[str] = []
        self.lose_reply: list[str] = []
        self.garble: list[str] = []
        self.is_mute = False
        self.is_rate_ignored = False
        self.is_stop_ignored = False
        self._held = bytearray()

    def feed(self, chunk: bytes, now: int) -> bytes:
        """Requests in, answers out."""
        self._held += chunk
        out = b""
        while (start := self._held.find(2)) >= 0:
            del self._held[:start]
            if len(self._held) < 2 or len(self._held) <= self._held[1]:
                break
            size = self._held[1]
            raw, self._held = bytes(self._held[: size + 1]), self._held[size + 1 :]
            text = raw[2:-3].decode("ascii")
            if raw == frame(text):
                out += self._answer(text, now)
            else:
                out += frame(f"{self.address:02d}{self.letter}?COM")
        return out

    def tick(self, now: int) -> bytes:
        """The watchdog; its alarm is sent unasked."""
        last = self.last_valid_ms
        if self.is_safe and self.lease_s and last is not None and now - last >= self.lease_s * 1000:
            self.last_valid_ms = None
            self.letter = "S"
            self.alarm = "T"
            return frame(f"{self.address:02d}A?T")
        return b""

    def _answer(self, text: str, now: int) -> bytes:
        match = re.fullmatch(r"(\d{0,2})([A-Z]*)(.*)", text)
        if match is None or int(match[1] or 0) != self.address:
            return b""
        word, rest = match[2], match[3]
        if not self.is_safe and not (word == "SAF" and rest):
            return b""
        if self.is_mute or self._happens(self.lose_request, word):
            return b""
        self.last_valid_ms = now
        if self.alarm is not None:
            said = f"A?{self.alarm}"
            self.alarm = None
        else:
            self.received.append(word + rest)
            answer = self._obey(word, rest)  # the letter is the one after it was obeyed
            said = self.letter + answer
        if self._happens(self.lose_reply, word):
            return b""
        reply = f"{self.address:02d}{said}"
        if not self.is_safe:
            return b"\x02" + reply.encode("ascii") + b"\x03"
        framed = frame(reply)
        return (
            framed[:3] + bytes((framed[3] ^ 1,)) + framed[4:] if self._happens(self.garble, word) else framed
        )

    @staticmethod
    def _happens(words: list[str], word: str) -> bool:
        if word in words:
            words.remove(word)
            return True
        return False

    def _obey(self, word: str, rest: str) -> str:
        if not rest or word in ("VOLML", "VOLUL"):
            simple = getattr(self, f"_do_{word.lower()}", None)
            if simple is not None:
                answer: str = simple()
                return answer
        if word.startswith(("DIR", "FUN", "VOL")) and len(word) > 3:
            return self._setting(word)
        value = re.fullmatch(
            r"(\d{1,4}\.?\d{0,3})([A-Z]{0,2})", word[3:] + rest if word[:2] != "PF" else rest
        )
        if value is None:
            return "?"
        return self._number(word, value[1], value[2])

    def _setting(self, word: str) -> str:
        kind, rest = word[:3], word[3:]
        if self.letter in "IW":
            return "?NA"
        if kind == "DIR":
            self.direction = rest
        elif kind == "FUN":
            self.functions[self.phase] = rest
        elif rest in VOLUMES:
            self.volume_unit = rest
        return ""

    def _number(self, word: str, text: str, unit: str) -> str:
        thousandths = round(float(text) * 1000)
        if word == "SAF":
            self.lease_s = int(text)
            self.is_safe = self.lease_s > 0
        elif word == "RAT":
            if unit and self.letter == "I":
                return "?NA"
            if self.is_rate_ignored:
                return ""
            self.rate_unit = unit or self.rate_unit
            self.rate_nl_h = thousandths * RATES[self.rate_unit] // 1000
        elif self.letter == "I":
            return "?NA"
        elif word == "VOL":
            self.target_nl = thousandths * VOLUMES[self.volume_unit] // 1000
        elif word == "DIA":
            self.diameter_um = thousandths
            self.infused_nl = 0
        elif word == "PHN":
            self.phase = int(text)
        elif word == "PF":
            self.power_fail = text
        else:
            return "?"
        return ""

    def _do_ver(self) -> str:
        return self.version

    def _do_dis(self) -> str:
        unit = VOLUMES[self.volume_unit]
        return f"I{number(self.infused_nl, unit)}W0.000{self.volume_unit}"

    def _do_rat(self) -> str:
        return number(self.rate_nl_h, RATES[self.rate_unit]) + self.rate_unit

    def _do_vol(self) -> str:
        return number(self.target_nl, VOLUMES[self.volume_unit]) + self.volume_unit

    def _do_dia(self) -> str:
        return number(self.diameter_um, 1000)

    def _do_dir(self) -> str:
        return self.direction

    def _do_fun(self) -> str:
        return self.functions[self.phase]

    def _do_pf(self) -> str:
        return self.power_fail

    def _do_saf(self) -> str:
        return str(self.lease_s)

    def _do_run(self) -> str:
        if self.letter == "I":
            return "?NA"
        self.letter = "I"
        return ""

    def _do_stp(self) -> str:
        if self.is_stop_ignored:
            return ""
        if self.letter == "S":
            return "?NA"
        self.letter = "P" if self.letter == "I" else "S"
        return ""
