"""No driver can give a bolus: none says such a word, and no gate would let one out (facts/faults.md row 18).

Theory of operation. Nothing is interrupted and resumed if there is nothing to interrupt: volume leaves a pump only by
a start with a rate and a limit that a person approved. That is shown from both sides. Every frame that a driver writes
through a long session, mishaps and all, is read by its family's own second opinion; and every word of the makers' that
gives, withdraws or primes, and every word that could be one, is put to a gate that has approved more than any syringe
holds.
"""

import itertools
import string
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from contract.rigs.alaris import AlarisRig
from contract.rigs.chemyx import ChemyxRig
from contract.rigs.harvard import ChainedHarvardRig, HarvardRig
from contract.rigs.modbus import ModbusRig, ModbusTcpRig
from contract.rigs.new_era import NewEraBasicRig, NewEraRig

from drivers.alaris import effect as alaris
from drivers.alaris.framing import wrap
from drivers.chemyx import effect as chemyx
from drivers.conformance.bench import Bench
from drivers.conformance.lines import Medium
from drivers.conformance.rig import Rig, Word
from drivers.conformance.tampers import Harm
from drivers.contract import Adjust, Approval, Halt
from drivers.gate import Effect, EffectKind, Gate
from drivers.harvard import effect as harvard
from drivers.modbus import effect as modbus
from drivers.modbus.framing import check
from drivers.modbus.library import load_map
from drivers.new_era import effect as new_era

pytestmark = pytest.mark.virtual_time

OURS = frozenset(EffectKind) - {EffectKind.FORBIDDEN, EffectKind.UNKNOWN}
MAP = load_map("pumpd-default")
ANY = new_era.Scales("MH", "ML")
READ: dict[type, Callable[[bytes], Effect]] = {
    NewEraRig: lambda frame: new_era.effect_of(frame, ANY),
    NewEraBasicRig: lambda frame: new_era.effect_of(frame, ANY),
    HarvardRig: harvard.effect_of,
    ChainedHarvardRig: harvard.effect_of,
    AlarisRig: lambda frame: alaris.effect_of(frame, 1_000),
    ChemyxRig: lambda frame: chemyx.effect_of(frame, 1),
    ModbusRig: lambda frame: modbus.effect_of(frame, MAP, 1, is_tcp=False),
    ModbusTcpRig: lambda frame: modbus.effect_of(frame, MAP, 1, is_tcp=True),
}


@pytest.mark.parametrize("rig", READ, ids=lambda rig: rig.family)
async def test_nothing_a_driver_says_in_a_long_session_is_a_bolus(
    rig: Callable[[], Rig], tmp_path: Path
) -> None:
    """Rows 18 and 37: and no start but those that were asked for."""
    bench = Bench(rig(), Medium.MEMORY, tmp_path)
    await bench.line.plug()
    seat = await bench.infusing()
    for word in (Word.STALL, Word.REBOOT, Word.PRESS_STOP, Word.PRESS_RUN, Word.CLEAR_COUNTER):
        await seat.do(Adjust(bench.case.lower_nl_h))
        await seat.keep_polling(2.0)
        if bench.can(word):
            bench.do(word)
        await seat.keep_polling(2.0)
        bench.line.harm(Harm.LOSE_REPLY, None, 2)
        await seat.keep_polling(1.0)
        await seat.halted()
        await bench.prepare(seat)
        await seat.do(bench.case.run)
    await seat.do(Halt())
    said = {bytes(frame.chunk) for frame in bench.line.heard}
    assert len(said) > 5
    read = READ[rig]  # type: ignore[index]
    assert {str(read(chunk)) for chunk in said if read(chunk).kind not in OURS} == set()
    assert bench.audit() == []
    await bench.end()


def _passes(effect: Effect) -> bool:
    """With everything approved that could be."""
    gate = Gate()
    gate.approve(Approval(10**15, 10**15))
    return gate.refusal(effect) is None


def _new_era_words() -> Iterator[bytes]:
    for letters in itertools.product(string.ascii_uppercase, repeat=3):
        yield b"0%b\r" % "".join(letters).encode()


def test_of_all_three_letter_words_a_new_era_gate_lets_out_reads_and_the_stop_and_no_motion() -> None:
    """17 576 words; a start leaves only after a rate and a volume, so not even RUN passes alone."""
    passing = {word[1:-1] for word in _new_era_words() if _passes(new_era.effect_of(word, ANY))}
    reads = {b"DIS", b"DIA", b"RAT", b"VOL", b"VER", b"DIR", b"SAF", b"FUN", b"PHN"}
    assert passing == reads | {b"STP"}


def test_of_all_coils_and_registers_a_modbus_gate_lets_none_move_the_plunger_but_run() -> None:
    """Every address of function 5, on and off, and of function 6 with 1."""
    starting = []
    for address in range(0x10000):
        for body in (b"\x05%b\xff\x00", b"\x06%b\x00\x01"):
            whole = b"\x01" + body % address.to_bytes(2, "big")
            effect = modbus.effect_of(whole + check(whole), MAP, 1, is_tcp=False)
            if effect.kind is EffectKind.STARTS:
                starting.append((body[0], address))
    run = MAP.switches["run"]
    assert starting == [(5, run.address)]


@pytest.mark.parametrize(
    ("family", "word"),
    [
        *(
            ("new_era", word)
            for word in ("PUR", "RUNPUR", "RUNE", "DIRWDR", "DIRREV", "BOL", "BOL0.5", "LOC0")
        ),
        *(("harvard", word) for word in ("run", "rrun", "wrun", "irun max", "irate max", "wrate 1 ml/min")),
        *(("harvard", word) for word in ("bolus", "ff", "prime", "purge", "tvolume max")),
        *(
            ("alaris", word)
            for word in ("INF_BOLUS", "BOLUS^1.0^ml", "INF_PURGE", "PURGE", "INF_START^BOLUS")
        ),
        *(("chemyx", word) for word in ("prime", "purge", "bolus", "hexw2 1 0 5 1 1 0 0 start", "start 2")),
        *(("chemyx", word) for word in ("set volume -1.0", "set rate -1.0", "set volume 1,2", "restart")),
    ],
)
def test_a_makers_word_that_gives_withdraws_or_primes_never_passes(family: str, word: str) -> None:
    text = word.encode("ascii")
    effect = {
        "new_era": lambda: new_era.effect_of(b"0%b\r" % text, ANY),
        "harvard": lambda: harvard.effect_of(text + b"\r"),
        "alaris": lambda: alaris.effect_of(wrap(text), 1_000),
        "chemyx": lambda: chemyx.effect_of(text + b"\r", 1),
    }[family]()
    assert effect.kind in (EffectKind.FORBIDDEN, EffectKind.UNKNOWN)
    assert not _passes(effect)
