"""What came of the stories as JUnit XML, the form that build servers read.

Theory of operation. One `testsuite` is one story, one `testcase` one claim, so a build server's history shows which
claim broke when. The first case of every suite is that the story was played at all, and carries the time it took;
so a story without claims still counts, and one that could not be played is an `error`, not a gap. The order is that
of source, title and seed, never that in which runs ended, and nothing of the wall clock's date goes in: the same
outcome gives the same bytes but for the times.
"""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath
from xml.etree import ElementTree

from hil_sim.bench.recording import Recording, Unplayed, Verdict

_PLAYED = "the story is played"
#: What XML 1.0 has no way to write.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(stories: Iterable[Recording | Unplayed], name: str = "hil-sim") -> str:
    """The whole XML document.

    Args:
        stories: judged recordings, and what could not be played.
        name: of the whole, as a build server shows it.
    """
    ordered = sorted(
        stories, key=lambda one: (one.source, one.title, one.seed if isinstance(one, Recording) else -1)
    )
    root = ElementTree.Element("testsuites", {"name": _plain(name)})
    for story in ordered:
        root.append(_suite(story))
    suites = root.findall("testsuite")
    for key in ("tests", "failures", "errors", "skipped"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in suites)))
    root.set("time", f"{sum(float(suite.get('time', '0')) for suite in suites):.3f}")
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(story: Recording | Unplayed) -> ElementTree.Element:
    suite = ElementTree.Element("testsuite", {"name": _plain(story.title)})
    classname = _plain(".".join(PurePosixPath(story.source).with_suffix("").parts).strip("./") or story.title)
    if isinstance(story, Unplayed):
        seconds, verdicts = 0.0, []
    else:
        seconds, verdicts = story.wall_s, story.verdicts
        properties = ElementTree.SubElement(suite, "properties")
        for key, value in _properties(story).items():
            ElementTree.SubElement(properties, "property", {"name": key, "value": _plain(value)})
    played = ElementTree.SubElement(
        suite, "testcase", {"classname": classname, "name": _PLAYED, "time": f"{seconds:.3f}"}
    )
    why = story.why if isinstance(story, Unplayed) else "" if story.moments else "nothing was recorded"
    if why:
        error = ElementTree.SubElement(played, "error", {"message": _plain(why), "type": "unplayed"})
        error.text = f"{_plain(story.source)}: {_plain(why)}"
    named = Counter[str]()
    for verdict in verdicts:
        named[verdict.expectation] += 1
        _case(suite, classname, verdict, named[verdict.expectation], story.source)
    suite.set("tests", str(1 + len(verdicts)))
    suite.set("failures", str(sum(not verdict.passed for verdict in verdicts)))
    suite.set("errors", str(int(bool(why))))
    suite.set("skipped", "0")
    suite.set("time", f"{seconds:.3f}")
    return suite


def _case(suite: ElementTree.Element, classname: str, verdict: Verdict, count: int, source: str) -> None:
    # Readers keep cases apart by their names alone.
    name = verdict.expectation + (f" ({count})" if count > 1 else "")
    attributes = {"classname": classname, "name": _plain(name), "time": "0.000"}
    case = ElementTree.SubElement(suite, "testcase", attributes)
    if not verdict.passed:
        failure = ElementTree.SubElement(
            case, "failure", {"message": _plain(verdict.said), "type": "expectation"}
        )
        failure.text = _plain(f"{source}: {verdict.expectation}: {verdict.said}")


def _properties(story: Recording) -> dict[str, str]:
    return {
        "source": story.source,
        "seed": str(story.seed),
        "daemon": story.daemon,
        "how": story.mode_words,
        "simulated_s": f"{story.simulated_s:.1f}",
        "delivered_mg": f"{story.delivered_mg:.3f}",
        "prescribed_mg": f"{story.dose['prescribed_mg']:g}",
        "rules_seen": " ".join(story.rules_seen()),
    }


def _plain(text: str) -> str:
    """The text without characters that no XML document can hold."""
    return _UNWRITABLE.sub("\ufffd", text)
