"""The forms of the house that no linter holds: lengths, clocks, and what may not be in the tree."""

import ast
import graphlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[3]
PACKAGES = (
    "c360",
    "dags",
    "dashboards",
    "evaluation",
    "expectations",
    "identifiers",
    "identity_resolution",
    "identity_spark",
    "identity_store",
    "ingestion",
    "next_best_offer",
    "pipeline",
    "probabilistic_matching",
    "sample_data",
    "settings",
    "warehouse",
)
PURE_PACKAGES = ("identifiers", "identity_resolution", "next_best_offer")
CLOCK_MODULES = {"ingestion/window.py"}
"""A file still being written is told by its age."""

PURE_MODULES = ("identity_store/explanation.py", "identity_store/transitions.py")
"""Modules without I/O in packages that have it."""


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (PROJECT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def functions_of(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines_without_docstring(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = function.body[0]
    end = function.end_lineno or function.lineno
    length = end - function.lineno + 1
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        length -= (first.end_lineno or first.lineno) - first.lineno + 1
    return length


@pytest.mark.parametrize("path", python_files(*PACKAGES, "tests", "benchmarks"), ids=name_of)
def test_python_file_has_at_most_300_lines(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 300


@pytest.mark.parametrize("path", python_files(*PACKAGES), ids=name_of)
def test_function_has_at_most_40_lines_of_code(path: Path) -> None:
    too_long = {f.name: lines_without_docstring(f) for f in functions_of(path)}
    assert not {name: length for name, length in too_long.items() if length > 40}


@pytest.mark.parametrize("path", sorted((PROJECT / "dags").rglob("*.py")), ids=name_of)
def test_dag_file_is_wiring_of_at_most_80_lines(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 80


@pytest.mark.parametrize(
    "path", sorted((PROJECT / "dbt_project" / "models").rglob("*.sql")), ids=name_of
)
def test_model_is_short_ends_with_final_and_reads_no_clock(path: Path) -> None:
    text = path.read_text("utf-8")
    code = re.sub(r"--[^\n]*|\{#.*?#\}", "", text, flags=re.DOTALL)
    assert len(text.splitlines()) <= 120
    assert len(re.findall(r"\bas (?:materialized )?\(\s*$", code, flags=re.MULTILINE)) <= 8
    assert not re.search(r"\b(now\s*\(|current_date|current_timestamp|clock_timestamp)", code)
    assert re.search(r"^--.*[Gg]rain", text, flags=re.MULTILINE), (
        "the first comment states the grain"
    )


@pytest.mark.parametrize("path", python_files(*PACKAGES), ids=name_of)
def test_clock_is_read_only_by_dags_and_run_bookkeeping(path: Path) -> None:
    if path.relative_to(PROJECT).parts[0] in {"dags", "c360"} or name_of(path) in CLOCK_MODULES:
        return
    found = re.findall(r"datetime\.now\(|date\.today\(|time\.time\(", path.read_text("utf-8"))
    assert not found, "dates come as arguments"


@pytest.mark.parametrize(
    "path",
    [
        *python_files(*PURE_PACKAGES),
        *(PROJECT / name for name in PURE_MODULES),
    ],
    ids=name_of,
)
def test_pure_module_imports_no_clock_randomness_or_environment(path: Path) -> None:
    imported: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.split(".")[0])
    assert not imported & {"os", "random", "time", "socket", "subprocess", "warehouse"}


def modules_imported_by(path: Path, package: str) -> set[str]:
    found = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    names = {n.module for n in found if isinstance(n, ast.ImportFrom) and n.module}
    return {name.removeprefix(f"{package}.") for name in names if name.startswith(f"{package}.")}


def test_the_core_of_identity_is_small_and_its_modules_form_no_cycle() -> None:
    paths = {path.stem: path for path in python_files("identity_resolution")}
    assert sum(len(path.read_text("utf-8").splitlines()) for path in paths.values()) <= 2_000
    lengths = sorted(lines_without_docstring(f) for p in paths.values() for f in functions_of(p))
    assert lengths[len(lengths) * 9 // 10] <= 30
    graph = {name: modules_imported_by(p, "identity_resolution") for name, p in paths.items()}
    assert len(list(graphlib.TopologicalSorter(graph).static_order())) >= len(paths)


def tracked_text_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - git is a requirement of the project
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [PROJECT / name for name in listed.split("\0") if name]


@pytest.mark.parametrize("path", sorted(PROJECT.glob("requirements*.lock")), ids=name_of)
def test_lock_names_no_host(path: Path) -> None:
    assert "://" not in path.read_text("utf-8")


def test_no_file_names_a_package_registry() -> None:
    registry = re.compile("py" + r"pi\.org|python" + r"hosted|npm" + r"js\.org|deb\.debian")
    found = [
        name_of(path)
        for path in tracked_text_files()
        if path.is_file() and registry.search(path.read_text("utf-8", errors="replace"))
    ]
    assert not found
