"""Until when a certificate is good, read from its own bytes.

Theory of operation. The standard library checks a peer's certificate and then tells its dates; of a file on the disk it
tells nothing. The one thing wanted here is the second of the two times of X.509's `validity` (RFC 5280, 4.1.2.5), so the
DER is walked to it and no further: version, serial number, algorithm, issuer, validity.
"""

import ssl
from datetime import UTC, datetime
from pathlib import Path

#: How long before its end a certificate is spoken of (facts/faults.md row 43).
DAYS_SOON = 30
_SEQUENCE, _VERSION, _UTC_TIME, _GENERAL_TIME = 0x30, 0xA0, 0x17, 0x18
#: Fields of a certificate before its validity, without the version.
_BEFORE_VALIDITY = 3
_PEM_BEGINS = "-----BEGIN CERTIFICATE-----"
_PEM_ENDS = "-----END CERTIFICATE-----"


class NoCertificate(ValueError):
    """The file, or the bytes, are no certificate that can be read."""


def ends_in_file(path: Path) -> datetime:
    """When the first of the file's certificates to end does so, UTC.

    Raises:
        OSError: it cannot be read.
        NoCertificate: there is none in it.
    """
    text = path.read_text(encoding="ascii", errors="replace")
    pieces = [one.partition(_PEM_ENDS)[0] for one in text.split(_PEM_BEGINS)[1:]]
    if not pieces:
        raise NoCertificate("holds no PEM certificate")
    try:
        return min(end_of(ssl.PEM_cert_to_DER_cert(f"{_PEM_BEGINS}{one}{_PEM_ENDS}")) for one in pieces)
    except (ValueError, IndexError) as wrong:
        raise NoCertificate(f"cannot be read: {wrong}") from None


def end_of(der: bytes) -> datetime:
    """When this certificate ends, UTC.

    Raises:
        NoCertificate: it is none.
    """
    try:
        body = _inside(_inside(der, _SEQUENCE), _SEQUENCE)
        if body[0] == _VERSION:
            body = _behind(body)
        for _ in range(_BEFORE_VALIDITY):
            body = _behind(body)
        dates = _inside(body, _SEQUENCE)
        return _time(_behind(dates))
    except (IndexError, ValueError) as wrong:
        raise NoCertificate(f"cannot be read: {wrong}") from None


def _bounds(der: bytes) -> tuple[int, int]:
    """Where the content of the first element begins and ends."""
    length, start = der[1], 2
    if length & 0x80:
        count = length & 0x7F
        length, start = int.from_bytes(der[2 : 2 + count], "big"), 2 + count
    if start + length > len(der):
        raise ValueError("cut short")
    return start, start + length


def _inside(der: bytes, tag: int) -> bytes:
    if der[0] != tag:
        raise ValueError(f"tag {der[0]:#x} where {tag:#x} belongs")
    start, end = _bounds(der)
    return der[start:end]


def _behind(der: bytes) -> bytes:
    return der[_bounds(der)[1] :]


def _time(der: bytes) -> datetime:
    start, end = _bounds(der)
    text = der[start:end].decode("ascii")
    if der[0] == _UTC_TIME:  # two digits; RFC 5280: 50 and more are of the last century
        text = ("19" if int(text[:2]) >= 50 else "20") + text
    elif der[0] != _GENERAL_TIME:
        raise ValueError(f"tag {der[0]:#x} where a time belongs")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
