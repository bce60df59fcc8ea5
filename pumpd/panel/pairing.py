"""Which browsers may speak: a pairing code, a signed cookie, and a token for every act.

Theory of operation. A browser beside a bed is trusted to pause and to stop, so it must have been admitted once by
somebody who could read the pairing code. From then on it carries a cookie that holds its id, its name and a seal made
with the key in the pair file; nothing is kept per browser, so a restart of the panel locks nobody out of the pause
button, and a new key locks out everybody. Who the *person* is no cookie says: each act that can raise delivery
carries a name and a PIN, and the daemon judges them.

Whoever can guess fast could guess a code, so wrong codes are counted over all who try, not per address: after five,
nobody may try for a while that doubles each time.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

#: No vowels, no look-alikes: read aloud across a room, and never a word. 27 letters ** 8 are 38 bits.
ALPHABET = "BCDFGHJKLMNPQRSTVWXZ2346789"
CODE_LETTERS = 8
#: A name is shown in the record as who pressed pause.
MAX_NAME = 40
WRONG_BEFORE_PAUSE = 5
PAUSE_S, LONGEST_PAUSE_S = 30.0, 3600.0


class PairFileRefused(Exception):
    """The pair file cannot be used; the text says why and what would help."""


@dataclass(frozen=True, slots=True)
class Browser:
    """One that has been admitted. `name`: of the screen, e.g. "bed 1 tablet"."""

    id: str
    name: str


class Pairing:
    """The pair file and what follows from it.

    Args:
        key: 32 bytes; a seal of nothing else is believed.
        code: what a person types once.
    """

    def __init__(self, key: bytes, code: str) -> None:
        self._key = key
        self.code = code
        self._wrong = 0
        self._not_before_s = 0.0

    def admit(self, typed: str, name: str, now_s: float) -> str | None:
        """The cookie for whoever typed the right code, or None.

        Args:
            typed: spaces, dashes and small letters are forgiven.
            name: of the screen; unprintable or empty becomes "panel".
            now_s: monotonic.
        """
        if self.wait_s(now_s) > 0:
            return None
        letters = "".join(one for one in typed.upper() if one.isalnum())
        if not hmac.compare_digest(letters.encode(), self.code.encode()):
            self._wrong += 1
            if self._wrong >= WRONG_BEFORE_PAUSE:
                times = 2 ** min(self._wrong - WRONG_BEFORE_PAUSE, 12)
                self._not_before_s = now_s + min(PAUSE_S * times, LONGEST_PAUSE_S)
            return None
        self._wrong = 0
        clean = " ".join(name.split())[:MAX_NAME]
        return self.seal(
            Browser(secrets.token_urlsafe(9), clean if clean and clean.isprintable() else "panel")
        )

    def wait_s(self, now_s: float) -> float:
        """How long nobody may try, s; 0: now."""
        return max(0.0, self._not_before_s - now_s)

    def seal(self, browser: Browser) -> str:
        """The cookie of a browser."""
        body = base64.urlsafe_b64encode(json.dumps([browser.id, browser.name]).encode()).decode().rstrip("=")
        return f"{body}.{self._mac('browser', body)}"

    def browser(self, cookie: str) -> Browser | None:
        """Who carries this cookie; None: nobody we admitted."""
        body, _, mac = cookie.partition(".")
        if not hmac.compare_digest(mac.encode(), self._mac("browser", body).encode()):
            return None
        try:
            found = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        except (ValueError, binascii.Error):
            return None
        return Browser(str(found[0]), str(found[1]))

    def token(self, browser: Browser) -> str:
        """What this browser's pages carry, and another site's page cannot know."""
        return self._mac("token", browser.id)

    def is_token(self, browser: Browser, told: str) -> bool:
        """Whether an act came from one of our own pages."""
        return hmac.compare_digest(told.encode(), self.token(browser).encode())

    def _mac(self, purpose: str, text: str) -> str:
        return hmac.new(self._key, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()[:40]


def load(path: Path) -> Pairing:
    """Read the pair file, or make it, readable by its owner only.

    Raises:
        PairFileRefused: it cannot be read, written or understood, or others may read it.
    """
    try:
        if not path.exists():
            _create(path)
        if path.stat().st_mode & 0o077:
            raise PairFileRefused(f"{path} can be read by others: chmod 600 {path}")
        found = json.loads(path.read_text(encoding="utf-8"))
        key, code = bytes.fromhex(found["key"]), str(found["code"])
    except OSError as error:
        raise PairFileRefused(f"{path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise PairFileRefused(f"{path} is damaged: delete it and pair every screen again") from error
    if len(key) < 32 or len(code) < CODE_LETTERS:
        raise PairFileRefused(f"{path} is damaged: delete it and pair every screen again")
    return Pairing(key, code)


def _create(path: Path) -> None:
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LETTERS))
    text = json.dumps({"key": secrets.token_hex(32), "code": code}) + "\n"
    fresh = path.with_name(f"{path.name}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)
