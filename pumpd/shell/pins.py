"""PINs: what is stored of them, and how one is checked.

Theory of operation. A PIN says who raises a rate, so the file that lists people must be worthless to whoever
reads it: each entry is a scrypt hash with its own salt and cost, `scrypt$N$r$p$salt$hash`, salt and hash in
hex. Four digits are ten thousand guesses, and no hash can change that; what protects a short PIN is that the
console counts guesses. The cost (16 MiB and about 50 ms) is for the day the file is stolen.

Everything here fails closed: a stored entry that is not understood, or that asks for an absurd amount of
work, verifies nobody.
"""

import hashlib
import hmac
import re
import secrets

#: Work of a new hash: 128 * N * r bytes, 16 MiB; as much as a small box beside the chair does without a wait.
COST_N = 2**14
BLOCK_R = 8
PARALLEL_P = 1
SALT_BYTES = 16
HASH_BYTES = 32

#: The most one check may cost, so that an edited file cannot stall the daemon: 128 * N * r bytes.
MOST_MEMORY_BYTES = 256 * 1024 * 1024

_PIN = re.compile(r"[0-9]{4,12}")
_STORED = re.compile(r"scrypt\$([0-9]{1,8})\$([0-9]{1,3})\$([0-9]{1,2})\$([0-9a-f]{16,128})\$([0-9a-f]{64})")


def hash_pin(pin: str) -> str:
    """What to write as `pin_scrypt` for this PIN; different each time, for the salt is.

    Raises:
        ValueError: not 4 to 12 ASCII digits. The text does not repeat the PIN.
    """
    if not _PIN.fullmatch(pin):
        raise ValueError("a PIN is 4 to 12 digits, 0-9")
    salt = secrets.token_bytes(SALT_BYTES)
    digest = _scrypt(pin, salt, COST_N, BLOCK_R, PARALLEL_P)
    return f"scrypt${COST_N}${BLOCK_R}${PARALLEL_P}${salt.hex()}${digest.hex()}"


def verify_pin(stored: str, pin: str) -> bool:
    """True when `pin` is the one `stored` was made from. Never raises.

    Takes about 50 ms of a processor on purpose: call it in a thread, never on the event loop.
    """
    parts = _STORED.fullmatch(stored)
    if parts is None or not _PIN.fullmatch(pin) or len(parts[4]) % 2:
        return False
    cost_n, block_r, parallel_p = int(parts[1]), int(parts[2]), int(parts[3])
    if 128 * cost_n * block_r * parallel_p > MOST_MEMORY_BYTES:
        return False
    try:
        digest = _scrypt(pin, bytes.fromhex(parts[4]), cost_n, block_r, parallel_p)
    except ValueError:  # N not a power of two, r or p zero
        return False
    return hmac.compare_digest(digest, bytes.fromhex(parts[5]))


def _scrypt(pin: str, salt: bytes, cost_n: int, block_r: int, parallel_p: int) -> bytes:
    return hashlib.scrypt(
        pin.encode("ascii"),
        salt=salt,
        n=cost_n,
        r=block_r,
        p=parallel_p,
        maxmem=2 * MOST_MEMORY_BYTES,
        dklen=HASH_BYTES,
    )
