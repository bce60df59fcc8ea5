"""A tape is written line by line and read strictly."""

import json
from pathlib import Path

import pytest

from hil_sim.tape import HOST, PUMP, Said, TapeError, TapeFile, read_tape, readable

HEAD = '{"tape": 1, "pump": "new_era"}\n'


def test_what_was_written_is_read_with_times_from_the_first_byte(tmp_path: Path) -> None:
    path = tmp_path / "t.tape"
    tape = TapeFile(path, "alaris")
    tape.note(HOST, b"RUN\r", 5000.0)
    tape.note(PUMP, b"\x02ok\x03", 5001.25)
    assert len(path.read_text().splitlines()) == 3, "on its way to the disk before the file is closed"
    tape.close()
    tape.note(PUMP, b"late", 6000.0)
    read = read_tape(path)
    assert read.pump == "alaris"
    assert read.said == (Said(HOST, 0.0, b"RUN\r"), Said(PUMP, 1.25, b"\x02ok\x03"))


def test_digits_count_and_the_text_is_for_people(tmp_path: Path) -> None:
    path = tmp_path / "t.tape"
    tape = TapeFile(path, "chemyx")
    tape.note(HOST, b"\x02A\xff\r", 0.0)
    tape.close()
    line = json.loads(path.read_text().splitlines()[1])
    assert line["hex"] == "02 41 ff 0d"
    assert line["text"] == readable(b"\x02A\xff\r") == "\\x02A\\xff\\r"
    path.write_text(HEAD + '{"by": "host", "ms": 0, "hex": "0241"}\n\n')
    assert read_tape(path).said[0].chunk == b"\x02A"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "line 1: not a tape"),
        ('{"by": "host"}\n', "line 1: not a tape"),
        ('{"tape": 2}\n', "line 1: not a tape"),
        ("[]\n", "line 1: not an object"),
        (HEAD + "nonsense\n", "line 2: "),
        (HEAD + '{"by": "nobody", "ms": 0, "hex": "00"}\n', "line 2: by = 'nobody'"),
        (HEAD + '{"by": "host", "ms": true, "hex": "00"}\n', "line 2: ms = True"),
        (HEAD + '{"by": "host", "ms": -1, "hex": "00"}\n', "line 2: ms = -1"),
        (HEAD + '{"by": "host", "ms": NaN, "hex": "00"}\n', "line 2: ms = nan"),
        (HEAD + '{"by": "host", "ms": 0, "hex": "0x"}\n', "line 2: hex = '0x'"),
        (HEAD + '{"by": "host", "ms": 0}\n', "line 2: hex = None"),
        (
            HEAD + '{"by": "host", "ms": 9, "hex": "00"}\n{"by": "pump", "ms": 8, "hex": "00"}\n',
            "line 3: .*earlier",
        ),
    ],
)
def test_what_is_no_tape_is_refused_with_its_line(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "t.tape"
    path.write_text(text)
    with pytest.raises(TapeError, match=f"t.tape: {why}"):
        read_tape(path)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.tape"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(TapeError, match=r"t\.tape: "):
        read_tape(path)
