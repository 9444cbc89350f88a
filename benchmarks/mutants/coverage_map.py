"""Which test runs which function: recorded once per test file under coverage, kept while that file is unchanged."""

import ast
import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TESTS = "adops_pipeline_tests"
# Tests that run in the process itself; those that start servers and whole pipelines are too dear for every mutant.
# What fronts alone use (webhooks, tokens, tools, pages of OData) is tested through them: see ``_is_of_front``.
_FRONTS = ("api", "tools")
FOLDERS = ("domain", "operations", "warehouse", "connectors", "services", *_FRONTS)
_RECORDER = ["-p", "benchmarks.mutants.recorder"]
# PostgreSQL repeats what SQLite has shown, with a server to start.
PYTEST = [
    "-q",
    "-p",
    "no:cacheprovider",
    "-o",
    "addopts=--strict-markers",
    "-k",
    "not postgresql",
    "--hypothesis-seed=0",
]


@dataclass(frozen=True)
class Test:
    """A test function (all of its parameters), what it takes, and the functions it enters."""

    name: str
    seconds: float
    functions: frozenset[str]

    @property
    def file(self) -> str:
        """The file that holds it."""
        return self.name.split("::")[0]


@dataclass(frozen=True)
class CoverageMap:
    """The tests that enter each function."""

    tests: Sequence[Test]

    def of(self, path: str, function: str) -> list[Test]:
        """Tests that enter ``function``, or for a statement a function that names it; all for what runs at import.

        Of those only the tests of the mirrored folder, or where it has none, of the next folder above that has some;
        for what a front alone uses also those of that front.
        Those that mirror the file come first, then those that enter the file, then the quicker ones.
        """
        wanted = _naming(path) if path.endswith(".sql") else {f"{path}::{function}"}
        runs_at_import = not function or "/tables/" in path
        found = [t for t in self.tests if not wanted.isdisjoint(t.functions)]
        entering = {t.name for t in self.tests if any(f.startswith(f"{path}::") for f in t.functions)}
        if (runs_at_import and path.endswith(".py")) or not found:
            found = list(self.tests)
        own = next((near for folder in _folders(path) if (near := [t for t in found if t.file.startswith(folder)])), [])
        own += [t for t in found if t not in own and _is_of_front(path, t.file)]
        return sorted(own, key=lambda t: (-_nearness(path, t.file), t.name not in entering, t.seconds))


@dataclass(frozen=True)
class GivenTests:
    """Whole test files for every function, without a record of what they run."""

    files: Sequence[str]

    @property
    def tests(self) -> list[Test]:
        """The files; what they take is not known: ten seconds together, so that none is left out."""
        return [Test(file, 10 / len(self.files), frozenset()) for file in self.files]

    def of(self, path: str, function: str) -> list[Test]:
        """The files, whatever was changed."""
        del path, function
        return self.tests


@cache
def _naming(statement: str) -> set[str]:
    """The functions of the package that name the SQL file ``statement``."""
    name = f'"{Path(statement).stem}"'
    found = set()
    for path in Path(*Path(statement).parts[:2]).rglob("*.py"):
        lines = path.read_text(encoding="utf-8").splitlines()
        functions = function_lines(path)
        found |= {f"{path.as_posix()}::{functions.get(n, '')}" for n, line in enumerate(lines, 1) if name in line}
    return found


def _folders(path: str) -> Iterator[str]:
    """The folder of tests that mirrors the file's, then those above it."""
    parts = path.split("/")[1:-1]
    for depth in range(len(parts), -1, -1):
        yield "/".join((TESTS, *parts[:depth], ""))


def _nearness(path: str, test_file: str) -> int:
    """How many folders the file and its test share."""
    ours, theirs = path.split("/")[1:], test_file.split("/")[1:]
    theirs[-1] = theirs[-1].removeprefix("test_")
    return next((i for i, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), len(ours))


def recorded(root: Path, record: Path, paths: Collection[str]) -> CoverageMap:
    """The map for the files ``paths``; of their test files those changed since the last time are recorded anew."""
    known = json.loads(record.read_text()) if record.exists() else {}
    hashes = {_relative(root, f): _hash(f) for folder in FOLDERS for f in (root / TESTS / folder).rglob("test_*.py")}
    known = {file: entry for file, entry in known.items() if file in hashes}
    asked = {test for path in paths for test in _asked(path, hashes)}
    for folder in FOLDERS:
        prefix = f"{TESTS}/{folder}/"
        stale = [f for f in sorted(asked) if f.startswith(prefix) and known.get(f, {}).get("sha") != hashes[f]]
        if stale:
            print(f"recording what {len(stale)} test files of {folder} run ...", flush=True)
            known |= {f: {"sha": hashes[f], "tests": tests} for f, tests in _record(root, stale).items()}
            record.parent.mkdir(parents=True, exist_ok=True)
            record.write_text(json.dumps(known))
    return CoverageMap(
        [Test(t["name"], t["seconds"], frozenset(t["functions"])) for entry in known.values() for t in entry["tests"]]
    )


def _asked(path: str, tests: Collection[str]) -> list[str]:
    """The test files of the folder that mirrors the file's, or of the next above that has some, and its fronts'.

    Of that folder itself where it has any (a statement is used anywhere below), so that a module of a whole package
    does not have all of the package's tests recorded.
    """
    own: list[str] = []
    for folder in _folders(path):
        below = [t for t in tests if t.startswith(folder) and folder != f"{TESTS}/"]
        if below:
            own = below if path.endswith(".sql") else [t for t in below if "/" not in t.removeprefix(folder)] or below
            break
    return [*own, *(t for t in tests if _is_of_front(path, t))]


def _is_of_front(path: str, test_file: str) -> bool:
    """Whether a front's tests are those of what it uses: ``api/webhooks/`` or ``tools/test_memory.py`` by its name."""
    (_, package, *ours), (_, front, *theirs) = Path(path).with_suffix("").parts, Path(test_file).with_suffix("").parts
    names = {front, *(name.removeprefix("test_") for name in theirs)}
    return package in ("services", "warehouse") and front in _FRONTS and not names.isdisjoint(ours)


def _record(root: Path, files: Sequence[str]) -> dict[str, list[dict[str, object]]]:
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "recorded.json"
        command = [sys.executable, "-m", "pytest", *PYTEST, *_RECORDER, f"--record-to={written}"]
        done = subprocess.run(
            [*command, f"--basetemp={folder}/tmp", *files], cwd=root, check=False, capture_output=True, text=True
        )
        if done.returncode != 0:
            print(f"some tests fail without a mutation and are left out:\n{done.stdout[-3000:]}{done.stderr[-2000:]}")
        if not written.exists():
            sys.exit("the tests could not be run")
        runs: Mapping[str, Mapping[str, object]] = json.loads(written.read_text())
    functions = {path: function_lines(root / path) for path in {p for r in runs.values() for p in _lines(r)}}
    tests: dict[str, list[dict[str, object]]] = {file: [] for file in files}
    for name, run in runs.items():
        entered = {f"{path}::{functions[path].get(n, '')}" for path, numbers in _lines(run).items() for n in numbers}
        tests[name.split("::")[0]].append({"name": name, "seconds": run["seconds"], "functions": sorted(entered)})
    return tests


def _lines(run: Mapping[str, object]) -> Mapping[str, Iterable[int]]:
    lines = run["lines"]
    assert isinstance(lines, dict)
    return lines


def function_lines(path: Path) -> dict[int, str]:
    """The qualified name of the innermost function around each line of a function's body."""
    names: dict[int, str] = {}
    if path.suffix == ".py":
        _name_lines(ast.parse(path.read_text(encoding="utf-8")), "", names)
    return names


def _name_lines(node: ast.AST, scope: str, names: dict[int, str]) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{scope}.{child.name}" if scope else child.name
            if not isinstance(child, ast.ClassDef):
                names |= dict.fromkeys(range(child.body[0].lineno, (child.end_lineno or 0) + 1), name)
            _name_lines(child, name, names)
        else:
            _name_lines(child, scope, names)


def _relative(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
