"""Runs a module's tests against its mutants, one mutant at a time, each in a forked child that is thrown away.

Theory of operation. Starting an interpreter, importing the project and collecting tests costs a hundred times what one
test costs. So a child collects once and, for each mutant, forks: the grandchild exchanges the code of the one mutated
function in place (whoever has imported it holds the same function object) and runs the tests that call this function,
quickest first, until one fails. Which tests those are is found by running them all once under a profiler.

That is exact as long as the function is called by tests only. Where it is also called while modules are imported or
tests are collected (a rule table is built by it, a test is generated with it), and for mutants outside functions, the
exchange comes too late; those run the long way: a fork that has not imported the project yet imports the mutated text.

The rules' battery is a hundred times the other tests. It is tried only on what the others let live, and not on what
stands in the list: that the others do not notice such a mutant either is proof enough of its argument.

Called by `mutants.py`: the job as JSON on standard input, one line of JSON for each mutant on standard output.
"""

import gc
import importlib.machinery
import json
import os
import resource
import select
import signal
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from mutate import mutated

ROOT = Path(__file__).parents[1]
BATTERY = str(ROOT / "tests" / "rules")  # one test for each property of each row: thorough, and half a minute
KILLED, SURVIVED, TIMED_OUT, BROKEN = "killed", "survived", "timeout", "broken"
OPTIONS = ("-q", "-x", "-p", "no:cacheprovider", "--capture=no", "--assert=plain")
MEMORY_BYTES = 3 << 30
SURVIVED_STATUS, KILLED_STATUS, BROKEN_STATUS = 0, 1, 2

Key = tuple[str, str, int]  # file, qualified name, first line
Place = tuple[str, str]  # file, qualified name of the outermost function


def in_child(act: Callable[[], int], limit_s: float) -> str:
    """Do something in a fork and kill it when it takes too long; what came of it."""
    pid = os.fork()
    if pid == 0:
        status = BROKEN_STATUS
        try:
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            status = act()
        except BaseException:
            status = KILLED_STATUS
        finally:
            os._exit(status)
    ends = os.pidfd_open(pid)
    waiting = select.poll()
    waiting.register(ends, select.POLLIN)
    is_over = bool(waiting.poll(limit_s * 1000))
    if not is_over:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    os.close(ends)
    if not is_over:
        return TIMED_OUT
    words = {SURVIVED_STATUS: SURVIVED, KILLED_STATUS: KILLED, BROKEN_STATUS: BROKEN}
    return words.get(os.waitstatus_to_exitcode(status), KILLED)


def steady() -> None:
    """Let generated examples be the same ones every time, and no time be lost on making a failure small."""
    from hypothesis import HealthCheck, Phase, settings

    phases = (Phase.explicit, Phase.generate)
    settings.register_profile(
        "mutants",
        derandomize=True,
        database=None,
        deadline=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("mutants")


class Calls:
    """Notes which functions of some files are called."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths = frozenset(paths)
        self.seen: set[Place] = set()

    def __call__(self, frame: types.FrameType, event: str, _arg: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename in self.paths:
            self.seen.add((code.co_filename, code.co_qualname.split(".<locals>")[0]))

    def begin(self) -> None:
        """Start afresh."""
        self.seen = set()
        sys.setprofile(self)

    def end(self) -> set[Place]:
        """Stop; what was called."""
        sys.setprofile(None)
        return self.seen


def codes(module: types.CodeType) -> dict[tuple[str, int], types.CodeType]:
    """All functions' code in a compiled module, by name and first line."""
    found: dict[tuple[str, int], types.CodeType] = {}
    waiting = [module]
    while waiting:
        for one in waiting.pop().co_consts:
            if isinstance(one, types.CodeType):
                found[one.co_qualname, one.co_firstlineno] = one
                waiting.append(one)
    return found


class Exchange:
    """The pytest session that forks for each mutant."""

    def __init__(self, job: dict[str, Any], report: Callable[[dict[str, Any]], None]) -> None:
        self.job = job
        self.report = report
        self.calls = Calls(_path(one["module"]) for one in job["mutants"])

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        self.calls.begin()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        early = self.calls.end()
        tests = None if session.testsfailed else self._rehearse(session)
        if tests is None:
            self.report({"fault": f"the tests fail without any mutant: {session.shouldfail or 'collection'}"})
            return True
        functions = self._functions()
        gc.freeze()
        for one in self.job["mutants"]:
            path, (name, line) = _path(one["module"]), one["function"] or ("", 0)
            if not name or (path, name) in early or (path, name, line) not in functions:
                self.report({**one, "outcome": "later"})
                continue
            calling = [row for row in tests if (path, name) in row[2]]
            chosen, took_s = [item for _, item, _ in calling], sum(took_s for took_s, _, _ in calling)
            began = perf_counter()
            attack = partial(self._attack, session, one, functions[path, name, line], chosen)
            outcome = in_child(attack, limit_s=10.0 + 10.0 * took_s)
            self.report({**one, "outcome": outcome, "seconds": perf_counter() - began})
        return True

    def _functions(self) -> dict[Key, list[types.FunctionType]]:
        """The modules' functions as they are alive, whoever holds them."""
        found: dict[Key, list[types.FunctionType]] = {}
        for one in gc.get_objects():
            if isinstance(one, types.FunctionType) and one.__code__.co_filename in self.calls.paths:
                code = one.__code__
                found.setdefault((code.co_filename, code.co_qualname, code.co_firstlineno), []).append(one)
        return found

    def _rehearse(self, session: pytest.Session) -> list[tuple[float, pytest.Item, set[Place]]] | None:
        """Run every test once: how long it takes, and what it calls. Quickest first; None: one fails."""
        found = []
        for item in session.items:
            began = perf_counter()
            self.calls.begin()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            found.append((perf_counter() - began, item, self.calls.end()))
            if session.testsfailed:
                session.shouldfail = item.nodeid
                return None
        return sorted(found, key=lambda row: row[0])

    def _attack(
        self,
        session: pytest.Session,
        one: dict[str, Any],
        functions: list[types.FunctionType],
        tests: Sequence[pytest.Item],
    ) -> int:
        path, (name, line) = _path(one["module"]), one["function"]
        source = Path(path).read_text(encoding="utf-8")
        code = codes(compile(mutated(source, one["index"]), path, "exec"))[name, line]
        for function in functions:
            try:
                function.__code__ = code
            except ValueError:  # another number of captured variables
                return BROKEN_STATUS
        for item in tests:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            if session.testsfailed:
                return KILLED_STATUS
        return SURVIVED_STATUS


def _path(module: str) -> str:
    return str(ROOT / module)


NO_MUTANT = -1


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads one module with a mutant in it."""

    def __init__(self, name: str, path: str, index: int) -> None:
        super().__init__(name, path)
        self._index = index

    def get_code(self, fullname: str) -> types.CodeType:
        source = Path(self.path).read_text(encoding="utf-8")
        text = source if self._index == NO_MUTANT else mutated(source, self._index)
        return compile(text, self.path, "exec")


class Smuggler:
    """An import hook that gives out the mutated module under the true one's name."""

    def __init__(self, module: str, index: int) -> None:
        self._name = module.removesuffix(".py").replace("/", ".")
        self._path = str(ROOT / module)
        self._index = index

    def find_spec(
        self, name: str, _path: object = None, _target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != self._name:
            return None
        loader = _Loader(name, self._path, self._index)
        return importlib.machinery.ModuleSpec(name, loader, origin=self._path)


def the_long_way(module: str, index: int, tests: Sequence[str]) -> int:
    """Import the mutated text and run all tests, in a process that has not imported the project."""
    steady()
    sys.dont_write_bytecode = True
    sys.meta_path.insert(0, Smuggler(module, index))
    status = pytest.main([*OPTIONS, *tests])
    return SURVIVED_STATUS if status == pytest.ExitCode.OK else KILLED_STATUS


def work(job: dict[str, Any], report: Callable[[dict[str, Any]], None]) -> None:
    """See to a portion of mutants, which share their tests: first without the battery, what is left with it."""
    tests = list(dict.fromkeys(test for suite in job["suites"].values() for test in suite))
    left = job["mutants"]
    spent_s: dict[tuple[str, int], float] = {}
    for is_battery in (False, True):
        some = {test for test in tests if str(ROOT / test).startswith(BATTERY) is is_battery}
        suites = {module: [one for one in suite if one in some] for module, suite in job["suites"].items()}
        is_last = is_battery or len(some) == len(tests)
        survivors = []
        for line in _tried({**job, "suites": suites, "mutants": left}) if some and left else ():
            if "outcome" in line:
                name = line["module"], line["index"]
                line["seconds"] = spent_s[name] = line["seconds"] + spent_s.get(name, 0.0)
            if line.get("outcome") != SURVIVED or line["is_excused"] or is_last:
                report(line)
            else:
                survivors.append({key: line[key] for key in ("module", "index", "function", "is_excused")})
        left = survivors


def _tried(job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What comes of each mutant with these tests."""
    first = job["mutants"][0]["module"]
    proof = in_child(partial(the_long_way, first, NO_MUTANT, job["suites"][first][:1]), job["limit_s"])
    if proof != SURVIVED:
        yield {"fault": f"the tests fail without any mutant, the long way ({proof})"}
        return
    later = list(job["mutants"]) if job["is_direct"] else []
    if not job["is_direct"]:
        for line in _the_short_way(job):
            if line.get("outcome") in ("later", BROKEN):
                later.append(line)
            else:
                yield line
    for one in later:
        began = perf_counter()
        suite = job["suites"][one["module"]]
        outcome = SURVIVED
        for tests in (suite[:1], suite[1:]):  # mostly its own notice, and collecting the others takes seconds
            if tests and outcome == SURVIVED:
                attack = partial(the_long_way, one["module"], one["index"], tests)
                outcome = in_child(attack, job["limit_s"])
        yield {**one, "outcome": outcome, "seconds": perf_counter() - began, "is_long": True}


def _the_short_way(job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One session in a fork that forks again for each mutant; what it says, as it says it."""
    out, into = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(out)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        steady()
        say = partial(_say, into)
        tests = dict.fromkeys(test for suite in job["suites"].values() for test in suite)
        status = pytest.main([*OPTIONS, *tests], plugins=[Exchange(job, say)])
        if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            say({"fault": f"the session broke down: {status!r}"})
        os._exit(0)
    os.close(into)
    with os.fdopen(out, encoding="utf-8") as file:
        yield from (json.loads(line) for line in file)
    os.waitpid(pid, 0)


def _say(into: int, line: dict[str, Any]) -> None:
    os.write(into, (json.dumps(line) + "\n").encode())


def main() -> int:
    """Read the job, do it, write a line of result for each mutant."""
    os.chdir(ROOT)
    job = json.load(sys.stdin)
    work(job, lambda line: print(json.dumps(line), flush=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())
