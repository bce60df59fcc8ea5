"""PINs fail closed and leave nothing readable behind (facts/faults.md 6, row 81)."""

import hashlib

import pytest

from pumpd.shell.pins import COST_N, hash_pin, verify_pin

STORED = hash_pin("246810")


def test_the_right_pin_verifies_and_every_other_does_not() -> None:
    assert verify_pin(STORED, "246810")
    assert not verify_pin(STORED, "246811")
    assert not verify_pin(STORED, "2468100")
    assert not verify_pin(STORED, "24681")


def test_the_hash_is_scrypt_as_the_library_computes_it_from_the_stored_parts() -> None:
    name, cost, block, parallel, salt, digest = STORED.split("$")
    assert (name, int(cost), int(block), int(parallel)) == ("scrypt", 2**14, 8, 1)
    again = hashlib.scrypt(b"246810", salt=bytes.fromhex(salt), n=2**14, r=8, p=1, dklen=32)
    assert again.hex() == digest


def test_the_same_pin_is_stored_differently_each_time() -> None:
    assert hash_pin("1234") != hash_pin("1234")


@pytest.mark.parametrize("pin", ["", "123", "1234567890123", "12a4", " 1234", "1234\n", "١٢٣٤", "-123"])
def test_what_is_not_4_to_12_ascii_digits_is_neither_hashed_nor_verified(pin: str) -> None:
    with pytest.raises(ValueError, match="4 to 12 digits") as caught:
        hash_pin(pin)
    assert not pin.strip() or pin.strip() not in str(caught.value)
    assert not verify_pin(STORED, pin)


def _with(**changes: str) -> str:
    parts = dict(zip(("name", "n", "r", "p", "salt", "hash"), STORED.split("$"), strict=True))
    return "$".join((parts | changes).values())


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "246810",
        _with(name="sha256"),
        _with(n=str(COST_N - 1)),
        _with(n="0"),
        _with(r="0"),
        _with(p="0"),
        _with(n="99999999"),
        _with(r="999", n="65536"),
        _with(salt="0" * 33),
        _with(salt="zz" * 16),
        _with(hash=""),
        _with(hash="0" * 62),
        STORED + "$",
        STORED + "\n",
    ],
)
def test_an_entry_that_is_not_understood_verifies_nobody(stored: str) -> None:
    assert not verify_pin(stored, "246810")


def test_a_stored_cost_that_is_lower_than_ours_still_verifies() -> None:
    salt = bytes(16)
    digest = hashlib.scrypt(b"9999", salt=salt, n=1024, r=8, p=1, dklen=32)
    assert verify_pin(f"scrypt$1024$8$1${salt.hex()}${digest.hex()}", "9999")
