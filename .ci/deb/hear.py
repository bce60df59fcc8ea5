"""Read one HL7 message with the library `hl7`, which pumpd neither ships nor uses: `python3 hear.py FILE`.

Theory of operation. pumpd builds its messages with another library. What a receiver would make of one is shown best by a
parser that shares nothing with the sender: the type, the patient's token, and each observation with its value and unit.
"""

import sys
from pathlib import Path

import hl7


def heard(text: str) -> list[str]:
    """Of the newest message in a file of messages: what it is, of whom, and what was observed.

    Raises:
        hl7.HL7Exception, KeyError, IndexError: it is not a message, or one of another form.
    """
    message = hl7.parse("MSH|" + text.split("MSH|")[-1])
    header, patient = message.segment("MSH"), message.segment("PID")
    told = [f"MSH-9 {header[9]}", f"MSH-21 {header[21]}", f"PID-3 {patient[3]}"]
    for segment in message.segments("OBX"):
        name, value, unit = str(segment[3]), str(segment[5]), str(segment[6])
        if value:
            told.append(
                f"{name.split('^')[1]} = {value} {unit.split('^')[-2] if '^' in unit else unit}".rstrip()
            )
    return told


if __name__ == "__main__":
    print("\n".join(heard(Path(sys.argv[1]).read_bytes().decode("utf-8"))))
