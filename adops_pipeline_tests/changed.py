"""Tests of what differs from main, one path a line: `python -m adops_pipeline_tests.changed`.

A changed module is covered by the test module that mirrors its path and by those that import it directly. Whole runs
(`e2e`, `integration`) are left to `make test`, unless they themselves have changed.
"""

import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import grimp

PRODUCT, TESTS = "adops_pipeline", "adops_pipeline_tests"
_WHOLE_RUNS = ("e2e", "integration")


def changed_files(root: Path) -> list[Path]:
    """Files that differ from main's common ancestor with this branch, uncommitted and new ones included."""
    base = _git(root, "merge-base", "main", "HEAD").strip()
    listed = _git(root, "diff", "--name-only", base) + _git(root, "ls-files", "--others", "--exclude-standard")
    return [Path(line) for line in listed.splitlines() if line.endswith(".py") and (root / line).exists()]


def covering_tests(root: Path, changed: Iterable[Path]) -> list[Path]:
    """The test modules to run, sorted."""
    files = list(changed)
    found = {path for path in files if path.name.startswith("test_") and path.parts[0] == TESTS}
    importers = _importers(root, files)
    mirrored = {path for file in files for path in _mirrored(root, file)}
    return sorted(found | {path for path in importers | mirrored if path.parts[1] not in _WHOLE_RUNS})


def _mirrored(root: Path, file: Path) -> Iterator[Path]:
    if file.parts[0] == PRODUCT:
        folder = Path(TESTS, *file.parts[1:-1])
        for pattern in (f"test_{file.stem}.py", f"test_{file.stem}_*.py", f"{file.stem}/test_*.py"):
            yield from (path.relative_to(root) for path in (root / folder).glob(pattern))


def _importers(root: Path, files: Iterable[Path]) -> set[Path]:
    """Test modules that import one of the files, or a helper of theirs."""
    graph = grimp.build_graph(PRODUCT, TESTS, cache_dir=str(root / ".import_linter_cache"))
    found: set[str] = set()
    waiting = [module for file in files if (module := _module(file)) in graph.modules]
    while waiting:
        for importer in graph.find_modules_that_directly_import(waiting.pop()):
            if importer.startswith(TESTS) and importer not in found:
                found.add(importer)
                waiting.append(importer)
    paths = {Path(*module.split(".")).with_suffix(".py") for module in found}
    return {path for path in paths if path.name.startswith("test_")}


def _module(file: Path) -> str:
    return ".".join(file.with_suffix("").parts).removesuffix(".__init__")


def _git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    here = Path(__file__).resolve().parent.parent
    print(*covering_tests(here, changed_files(here)), sep="\n")
