"""The page that a proof writes: as typed and as printed, only length taken out."""

from deb_scripts import load

transcript = load("transcript")


def test_commands_that_follow_each_other_share_a_block_and_what_was_measured_stands_between() -> None:
    told = transcript.Transcript()
    told.section("Kill", "Why.")
    told.typed("kill 1", "")
    told.typed("status", "gone\n")
    told.found("it stood after 0.20 s")
    told.typed("python3 x", "1\n", prompt="$")
    assert told.page("# Title\n") == (
        "# Title\n\n## Kill\n\nWhy.\n\n```console\n# kill 1\n# status\ngone\n```\n\n"
        "> it stood after 0.20 s\n\n```console\n$ python3 x\n1\n```\n"
    )


def test_a_long_answer_loses_its_middle_and_a_long_line_its_end_and_both_are_said() -> None:
    short = "\n".join(str(number) for number in range(transcript.HEAD + transcript.TAIL + 1))
    assert transcript.trimmed(short) == short.splitlines()
    found = transcript.trimmed(f"{short}\nlast")
    assert len(found) == transcript.HEAD + 1 + transcript.TAIL
    assert (found[transcript.HEAD], found[-1]) == ("[...]", "last")
    [line] = transcript.trimmed("x" * (transcript.WIDTH + 1))
    assert line == "x" * transcript.WIDTH + " [...]"
