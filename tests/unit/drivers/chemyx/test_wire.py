from drivers.chemyx.turns import READ_DISPENSED, READ_SETTINGS, READ_STATUS
from drivers.chemyx.wire import HELD_MAX, ChemyxWire
from drivers.gate import EffectKind
from drivers.line.turns import Ask
from drivers.line.wire import Verdict

VIEW = b"view parameter\r\nunit = 1\r\ndia = 20.000\r\nrate = 1.0\r\nvolume = 1.0\r\ndelay = 0\r\n>"


def sent(wire: ChemyxWire, ask: Ask) -> None:
    frame = wire.frame(ask)
    wire.sent(ask, frame, wire.effect(frame))


def test_an_answer_fits_its_own_question_alone() -> None:
    """Faults rows 24, 32: what is late names what it answers."""
    wire = ChemyxWire()
    sent(wire, READ_STATUS)
    sent(wire, READ_DISPENSED)
    [late, right] = wire.feed(b"pump status\r\n1\r\n>dispensed volume\r\ndispensed volume = 0.1\r\n>", 0)
    assert late.reply is not None
    assert right.reply is not None
    assert not wire.fits(READ_DISPENSED, late.reply)
    assert wire.fits(READ_DISPENSED, right.reply)


def test_pieces_are_put_together_and_a_flood_is_let_go() -> None:
    wire = ChemyxWire()
    sent(wire, READ_STATUS)
    assert wire.feed(b"pump sta", 0) == []
    [heard] = wire.feed(b"tus\r\n0\r\n>", 1)
    assert heard.verdict is Verdict.OURS
    [noise] = wire.feed(b"x" * (HELD_MAX + 1), 2)
    assert noise.verdict is Verdict.NOISE
    wire.feed(b"half", 3)
    wire.clear()
    [heard] = wire.feed(b"pump status\r\n0\r\n>", 4)
    assert heard.verdict is Verdict.OURS


def test_our_own_echo_on_the_line_is_no_answer() -> None:
    """Faults row 26."""
    wire = ChemyxWire()
    sent(wire, READ_STATUS)
    [heard] = wire.feed(b"pump status\rpump status\r\n2\r\n>", 0)
    assert heard.reply is not None
    assert heard.reply.text == b"2"


def test_the_unit_is_learned_and_forgotten() -> None:
    wire = ChemyxWire()
    sent(wire, READ_SETTINGS)
    rate = b"set rate 1\r"
    assert wire.effect(rate).value == 60_000_000
    [heard] = wire.feed(VIEW, 0)
    assert heard.reply is not None
    wire.learn(READ_SETTINGS, heard.reply)
    assert wire.effect(rate).value == 1_000_000
    frame = b"set units 0\r"
    assert wire.effect(frame).kind is EffectKind.RESCALES
    wire.sent(Ask(b"set units 0", READ_STATUS.shape), frame, wire.effect(frame))
    assert wire.effect(rate).value == 60_000_000


def test_a_refusal_does_not_prove_who_answers() -> None:
    wire = ChemyxWire()
    sent(wire, READ_STATUS)
    [heard] = wire.feed(b"pump status\r\nInvalid Command!\r\n>", 0)
    assert heard.reply is not None
    assert not wire.fits(READ_STATUS, heard.reply)
    assert wire.identity(heard.reply) == b"chemyx"
