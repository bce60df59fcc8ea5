"""What was typed in the box and what was printed, as it happens and, at the end, as a page of Markdown.

Theory of operation. The page is made by the run that it tells of, so it cannot say what was not so; only
length is taken out, and where that was done stands "[...]". What is measured rather than printed (a stand-
still, a word) stands between the blocks.
"""

from pathlib import Path

#: Of one answer: lines at its beginning and at its end, and characters of a line.
HEAD, TAIL, WIDTH = 26, 6, 180
GONE = "[...]"

_Part = tuple[str, str]


def trimmed(said: str) -> list[str]:
    """An answer's lines, the middle of a long one and the ends of long lines left out."""
    lines = [line if len(line) <= WIDTH else f"{line[:WIDTH]} {GONE}" for line in said.splitlines()]
    return lines if len(lines) <= HEAD + TAIL + 1 else [*lines[:HEAD], GONE, *lines[-TAIL:]]


class Transcript:
    """One run."""

    def __init__(self) -> None:
        self._parts: list[_Part] = []

    def section(self, title: str, why: str = "") -> None:
        """A new heading, with a sentence of what is about to happen."""
        print(f"\n== {title}", flush=True)
        self._parts += [("title", title), *([("prose", why)] if why else [])]

    def typed(self, line: str, said: str, prompt: str = "#") -> None:
        """One command and its answer."""
        print(f"{prompt} {line}\n{said}", end="" if said.endswith("\n") or not said else "\n", flush=True)
        self._parts.append(("console", "\n".join([f"{prompt} {line}", *trimmed(said)])))

    def found(self, text: str) -> None:
        """What was measured or asked by the proof itself."""
        print(f"== {text}", flush=True)
        self._parts.append(("found", text))

    def page(self, preface: str) -> str:
        """All of it; `preface`: what stands before the first heading."""
        blocks, before = [preface.strip()], ""
        for kind, text in self._parts:
            if kind == "console" and before == "console":
                blocks[-1] = f"{blocks[-1].removesuffix('```')}{text}\n```"
            elif kind == "console":
                blocks.append(f"```console\n{text}\n```")
            else:
                blocks.append({"title": f"## {text}", "found": f"> {text}", "prose": text}[kind])
            before = kind
        return "\n\n".join(blocks) + "\n"

    def write(self, path: Path, preface: str) -> None:
        """Write the page. Raises OSError: it cannot be written."""
        path.write_text(self.page(preface), encoding="utf-8")
