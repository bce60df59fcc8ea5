"""What may be written down about a patient: adverse events by code, medication, free text.

Theory of operation. Codes make events countable across sessions (facts/clinical.md 1 row 17); the words are those of
rows 27 and 28. Nothing written here acts on the pump: whoever sees a reason to pause, pauses. An unknown code is
refused with the list, and `other` wants a note.
"""

SEVERITIES = ("mild", "moderate", "severe")

#: Code and words, facts/clinical.md 1 rows 27 to 29.
CODES: dict[str, str] = {
    "nausea": "nausea",
    "vomiting": "vomiting",
    "dizziness": "dizziness",
    "double-vision": "double vision",
    "blurred-vision": "blurred vision",
    "drowsiness": "drowsiness",
    "sedation": "sedation",
    "confusion": "confusion",
    "dissociation": "dissociation beyond what is wanted",
    "intoxication": "feeling of intoxication",
    "anxiety": "anxiety",
    "headache": "headache",
    "raised-pressure": "raised blood pressure",
    "fast-heart-rate": "fast heart rate",
    "memory-loss": "memory loss",
    "respiratory-depression": "respiratory depression",
    "injection-site": "pain or swelling at the cannula",
    "other": "other",
}
OTHER = "other"


def event_faults(code: str, severity: str, note: str) -> tuple[str, ...]:
    """Why this is no adverse event that can be recorded."""
    found = []
    if code not in CODES:
        found.append(f"event {code!r} is not known (one of: {', '.join(CODES)})")
    if severity not in SEVERITIES:
        found.append(f"severity {severity!r} is not known (one of: {', '.join(SEVERITIES)})")
    if code == OTHER and not note.strip():
        found.append("event other needs a note that says what it was")
    return tuple(found)


def event_text(code: str, severity: str, note: str) -> str:
    """The line of the log."""
    return _with(f"{CODES[code]}, {severity}", note)


def given_text(drug: str, dose: str, note: str) -> str:
    """The line of the log."""
    return _with(f"{drug} {dose} given by hand", note)


def _with(text: str, note: str) -> str:
    return f"{text}: {note.strip()}" if note.strip() else text
