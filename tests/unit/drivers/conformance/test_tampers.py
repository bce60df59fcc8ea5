from drivers.conformance.rig import Kind
from drivers.conformance.tampers import LATE_MS, Harm, Tamper, Tampers, resampled


def test_a_tamper_hits_its_kind_so_often_and_no_more() -> None:
    tampers = Tampers()
    tampers.active.append(Tamper(Harm.LOSE_REQUEST, Kind.HALT, 1))
    assert tampers.taken(b"read", Kind.READ) == b"read"
    assert tampers.taken(b"stop", Kind.HALT) == b""
    assert tampers.taken(b"stop", Kind.HALT) == b"stop"


def test_answers_are_lost_late_split_repeated_echoed() -> None:
    for harm, expected in (
        (Harm.LOSE_REPLY, []),
        (Harm.DELAY, [(LATE_MS, b"answer")]),
        (Harm.SPLIT, [(0, b"ans"), (40, b"wer")]),
        (Harm.STALE, [(0, b"beforeanswer")]),
        (Harm.ECHO, [(0, b"askanswer")]),
    ):
        tampers = Tampers()
        tampers.pieces(b"before", Kind.READ)
        tampers.active.append(Tamper(harm))
        assert tampers.pieces(b"answer", Kind.READ, b"ask") == expected, harm


def test_garbling_flips_one_bit_and_noise_comes_from_the_seed() -> None:
    tampers, again = Tampers(3), Tampers(3)
    for one in (tampers, again):
        one.active += [Tamper(Harm.GARBLE, None, 1), Tamper(Harm.NOISE, rate=0.5)]
    first = tampers.pieces(b"answer", Kind.READ)
    assert first == again.pieces(b"answer", Kind.READ)
    assert first != [(0, b"answer")]
    garbled = Tampers()
    garbled.active.append(Tamper(Harm.GARBLE))
    [(_, piece)] = garbled.pieces(b"answer", Kind.READ)
    assert sum((a ^ b).bit_count() for a, b in zip(piece, b"answer", strict=True)) == 1


def test_what_nobody_asked_for_is_only_touched_by_noise() -> None:
    tampers = Tampers()
    tampers.active += [Tamper(Harm.LOSE_REPLY), Tamper(Harm.WRONG_BAUD)]
    assert tampers.pieces(b"ab", None) != [(0, b"ab")]
    assert tampers.pieces(b"ab", None) != []


def test_at_its_own_speed_a_receiver_hears_what_was_sent_and_at_another_it_does_not() -> None:
    sent = bytes(range(256))
    assert resampled(sent, 1.0) == sent
    assert resampled(sent, 1.02) == sent  # crystals may differ so much
    for ratio in (0.5, 2.0):
        assert b"VER" not in resampled(b"00VER\r" * 4, ratio)
        assert resampled(sent, ratio) != sent


def test_a_deaf_line_carries_what_we_say_and_garbles_what_we_hear() -> None:
    tampers = Tampers()
    tampers.active.append(Tamper(Harm.DEAF))
    assert tampers.taken(b"stop", Kind.HALT) == b"stop"
    [(_, heard)] = tampers.pieces(b"stopped", Kind.HALT)
    assert heard not in (b"", b"stopped")
