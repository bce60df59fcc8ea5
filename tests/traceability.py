"""Hazards, requirements, faults: what each of them comes to, as two pages made from the tables in tests/traces.

Theory of operation. What is kept by hand stands in `tests/traces/*.toml`; `trace_tables.py` reads it and says what is wrong
with it. Here it is only set out: `docs/hazards.md` goes from a hazard to its controls, its tests and what is left of it,
`docs/traceability.md` from a requirement, a fault, an invariant or a threat to what shows it, with what is not met in
front. Nothing is reckoned that is not in the tables.

`python tests/traceability.py` writes both pages; `tests/contract/test_traceability.py` compares.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from trace_tables import DANGERS, ROOT, VERDICTS, Entry, Traces, read, wrongs

HAZARDS = ROOT / "docs" / "hazards.md"
TRACEABILITY = ROOT / "docs" / "traceability.md"
_HAZARDS_HEAD = """# Hazards

<!-- Made by `python tests/traceability.py` from the tables in tests/traces. Edit those, then make it again. -->

What can hurt somebody during an infusion of ketamine by a syringe pump under pumpd, what is done about it, what shows
that it is done, and what is left. A test fails on a hazard without a test, on a row of the interlock table that guards
against none, and on any name below that stands for nothing any more.

This is the reckoning of the people who wrote the software, after ISO 14971's words: situation, sequence, harm, control,
residual risk. Nobody else has assessed it, no probability is given because none is known, and **it is not the risk file
of a medical device**: bench and research software. Whoever uses it writes their own, and may begin here.

Severity is the worst that is credible with nothing in its way: **death**; **serious** (injury that needs treatment or
lasts); **moderate** (passes, or a treatment that is lost); **minor**. A control in the list is a row of the [interlock
table](rules.md), a file, an invariant or a row of the fault catalogue ([traceability](traceability.md); rows 1 to 40:
[fault-rows](fault-rows.md)), a requirement or a [decision](decisions/). A test stands in `tests/`. "Seen in": a story of
[scenarios](scenarios.md), what the oracle watches in every soak, a fault that is [injected from
seeds](fault-seeds.md), a defect that was planted and is found, a story that is [killed at every step](crash.md).
"""
_PUMPS_HEAD = """## What is left with each pump

"Host lost": from `kill -9` of the daemon to the plunger's stand-still, with nothing else to stop it ([pumps](pumps.md)).
"Stopped": the same where systemd runs `pumpd stop-all` ([engineer](engineer.md), "When it dies"). A pause that a pump
obeys leaves within 0.25 s and is read back within 1 s with every family, held by the conformance suite. All figures are
measured against the simulator: **none of these families has met a real pump.**

| pump | host lost | stopped | what it cannot tell | what is left | hazards |
|---|---|---|---|---|---|
"""
_TRACE_HEAD = """# Requirements, faults, invariants, threats

<!-- Made by `python tests/traceability.py` from the tables in tests/traces. Edit those, then make it again. -->

Where each demand came from, in its own words, is in the fact sheets that the project was built from: 122 safety statements
(the Generic Infusion Pump hazard analysis, the Open PCA pump requirements, and ten of our own), the fault catalogue, its
invariants and its threats. Here is what became of each. "Met" means that the named tests show it. "Adapted": met in another
way than it was asked for, said how and where that was decided. "Not met" is said as such, with what a site has to do. The
words in a table are ours; a test stands in `tests/`.

"""
_NOT_MET = """## What is not met

Requirements that are not met, and rows, invariants and threats of which a part is not met or not shown; most dangerous
first.

| danger | what | what is missing |
|---|---|---|
"""


def sentence(test: str) -> str:
    """A test as people read it: its file and its name as a sentence."""
    path, _, name = test.partition("::")
    return f"`{path}`: {name.removeprefix('test_').replace('_', ' ')}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _tests(entry: Entry) -> str:
    return "<br>".join(sentence(one) for one in entry.get("tests", ())) or "-"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _sorted_by_kind(names: Iterable[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in names:
        kind, _, name = one.partition(":")
        found.setdefault(kind, []).append(name)
    return found


_WRITTEN: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "rule": ("rules", str),
    "invariant": ("", str),
    "row": ("fault rows", str),
    "requirement": ("requirements", str),
    "decision": ("decisions", str),
    "code": ("in", lambda name: f"`{name}`"),
    "story": ("stories", lambda name: f"`{name}`"),
    "oracle": ("the oracle's", str),
    "fault": ("faults", lambda name: f"`{name}`"),
    "planted": ("planted", lambda name: f"`{name}`"),
    "crash": ("killed at every step of", lambda name: f"`{name}`"),
}


def _spoken(names: Iterable[str]) -> str:
    found = _sorted_by_kind(names)
    parts = [
        f"{word} {', '.join(map(write, found[kind]))}".strip()
        for kind, (word, write) in _WRITTEN.items()
        if kind in found
    ]
    return "; ".join(parts) or "-"


def _hazard(entry: Entry) -> Iterator[str]:
    yield f"### {entry['id']}: {entry['situation'].removesuffix('.')}\n\n"
    yield f"*{entry['severity']}*. {entry['sequence']} *Harm*: {entry['harm']}\n\n"
    yield f"- *Controls*: {_spoken(entry['controls'])}\n"
    yield from (f"- *Test*: {sentence(one)}\n" for one in entry["tests"])
    if entry.get("shown"):
        yield f"- *Seen in*: {_spoken(entry['shown'])}\n"
    yield f"- *What is left*: {entry['residual']}\n"
    yield f"- *Borne by*: {entry['bearer']}\n\n"


def _overview(hazards: Iterable[Entry]) -> str:
    rows = []
    for entry in hazards:
        found = _sorted_by_kind(entry["controls"])
        rules, asked = ", ".join(found.get("rule", ["-"])), ", ".join(found.get("requirement", ["-"]))
        words = (entry["id"], entry["situation"], entry["severity"], rules, asked, str(len(entry["tests"])))
        rows.append(words)
    return _table(("hazard", "situation", "severity", "rules", "requirements", "tests"), rows)


def hazards_page(traces: Traces) -> str:
    """The whole of docs/hazards.md."""
    parts = [_HAZARDS_HEAD, "\n## All of them\n\n", _overview(traces.hazard), "\n", _PUMPS_HEAD]
    parts += [
        f"| `{one['family']}` | {_cell(one['lost_host'])} | {_cell(one['stop_all'])} | {_cell(one['blind'])} "
        f"| {_cell(one['residual'])} | {', '.join(one['hazards'])} |\n"
        for one in traces.pump
    ]
    group = ""
    for entry in traces.hazard:
        if entry["group"] != group:
            group = entry["group"]
            parts.append(f"\n## {group}\n\n")
        parts += _hazard(entry)
    return "".join(parts).rstrip("\n") + "\n"


def _short(traces: Traces) -> list[tuple[str, str, str]]:
    """Danger, what, what is missing; the most dangerous first, in the order of their tables."""
    found = [
        (one["danger"], f"requirement {one['number']}: {one['says']}", one["how"])
        for one in traces.requirement
        if one["verdict"] == "not met"
    ]
    for kind, entries in (("row", traces.row), ("invariant", traces.invariant), ("threat", traces.threat)):
        for one in entries:
            missing = one.get("gap") or one.get("unshown")
            if missing:
                name = one.get("number", one.get("id", ""))
                found.append((one["danger"], f"{kind} {name}: {one['says']}".replace(" :", ":"), missing))
    return sorted(found, key=lambda one: DANGERS.index(one[0]))


def _counted(traces: Traces) -> str:
    verdicts = [one["verdict"] for one in traces.requirement]
    counts = ", ".join(f"{verdicts.count(one)} {one}" for one in VERDICTS)
    gaps = sum("gap" in one for one in traces.row)
    unshown = sum("unshown" in one for one in traces.row)
    return (
        f"Of {len(verdicts)} requirements: {counts}. Of {len(traces.row)} fault rows: "
        f"{len(traces.row) - gaps - unshown} shown, {gaps} shown in part, {unshown} not shown.\n\n"
    )


def _shown(entry: Entry) -> str:
    parts = [part for part in (_tests(entry), entry.get("gap"), entry.get("unshown")) if part and part != "-"]
    return (
        "<br>".join([parts[0], *(f"*Missing*: {part}" for part in parts[1:])])
        if entry.get("tests")
        else (f"*Missing*: {parts[0]}")
    )


def traceability_page(traces: Traces) -> str:
    """The whole of docs/traceability.md."""
    missing = "".join(
        f"| {danger} | {_cell(what)} | {_cell(said)} |\n" for danger, what, said in _short(traces)
    )
    requirements = [
        (str(one["number"]), one["says"], one["verdict"], one["how"], _tests(one))
        for one in traces.requirement
    ]
    clashes = [
        (str(one["number"]), one["says"], one["decided"], f"`{one['where']}`", _tests(one))
        for one in traces.clash
    ]
    rows = [(str(one["number"]), one["says"], _shown(one)) for one in traces.row]
    invariants = [(one["id"], one["says"], _shown(one)) for one in traces.invariant]
    threats = [(one["says"], _shown(one)) for one in traces.threat]
    return "".join(
        (
            *(_TRACE_HEAD, _counted(traces), _NOT_MET, missing),
            "\n## Requirements\n\n",
            _table(("no.", "what is asked", "verdict", "how", "tests"), requirements),
            "\n## Where the sources contradict one another\n\n",
            _table(("no.", "clash", "decided", "where", "tests"), clashes),
            "\n## Fault rows 41 to 110\n\nRows 1 to 40, of pumps and lines: [fault-rows.md](fault-rows.md).\n\n",
            _table(("row", "fault", "shown by"), rows),
            "\n## Invariants\n\nWhat the oracle judges in every run besides: `hil_sim/oracle/judge.py`.\n\n",
            _table(("id", "in short", "shown by"), invariants),
            "\n## Threats\n\n",
            _table(("threat", "shown by"), threats),
        )
    )


if __name__ == "__main__":
    tables = read()
    for wrong in wrongs(tables):
        print(wrong)
    HAZARDS.write_text(hazards_page(tables), encoding="utf-8")
    TRACEABILITY.write_text(traceability_page(tables), encoding="utf-8")
