"""How often a PIN may be guessed (faults row 81; faults 6, PIN brute force)."""

from pumpd.shell.console_lockout import Lockout


def test_four_wrong_pins_lock_nothing_and_the_fifth_locks_for_sixty_seconds() -> None:
    lockout = Lockout()
    assert [lockout.failed("nina", 0.0) for _ in range(4)] == [(4, 0.0), (3, 0.0), (2, 0.0), (1, 0.0)]
    assert lockout.wait_s("nina", 0.0) == 0.0
    assert lockout.failed("nina", 0.0) == (0, 60.0)
    assert lockout.wait_s("nina", 59.0) == 1.0
    assert lockout.wait_s("nina", 60.0) == 0.0


def test_after_a_lock_each_wrong_pin_locks_twice_as_long_up_to_an_hour() -> None:
    lockout = Lockout()
    locks = [lockout.failed("nina", 0.0)[1] for _ in range(14)]
    assert locks[4:] == [60.0, 120.0, 240.0, 480.0, 960.0, 1920.0, 3600.0, 3600.0, 3600.0, 3600.0]


def test_a_thousand_further_failures_do_not_overflow() -> None:
    lockout = Lockout()
    assert [lockout.failed("nina", 0.0) for _ in range(3000)][-1] == (0, 3600.0)


def test_a_right_pin_forgets_the_wrong_ones() -> None:
    lockout = Lockout()
    for _ in range(4):
        lockout.failed("nina", 0.0)
    lockout.passed("nina")
    assert lockout.failed("nina", 0.0) == (4, 0.0)


def test_one_name_does_not_lock_another() -> None:
    lockout = Lockout()
    for _ in range(5):
        lockout.failed("nina", 0.0)
    assert lockout.wait_s("omar", 0.0) == 0.0


def test_ten_thousand_guesses_in_an_hour_get_at_most_twenty_judged() -> None:
    lockout = Lockout()
    judged = 0
    for guess in range(10_000):
        now_s = guess * 0.36
        if lockout.wait_s("nina", now_s) == 0.0:
            judged += 1
            lockout.failed("nina", now_s)
    assert 5 <= judged <= 20


def test_invented_names_neither_fill_memory_nor_free_a_name_under_attack() -> None:
    lockout = Lockout()
    for _ in range(5):
        lockout.failed("nina", 0.0)
    for number in range(5_000):
        lockout.failed(f"nobody-{number}", 1.0)
    assert lockout.wait_s("nina", 1.0) == 59.0
    assert len(lockout._counts) <= 1024
