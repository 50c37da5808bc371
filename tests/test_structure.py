"""The shape of the code: imports run one way, files and functions stay small, torch stays out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

PACKAGE = Path(__file__).parents[1] / "archc"
FILES = sorted(PACKAGE.rglob("*.py"))
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}

# each part may import from itself and from those in the lines above it
ORDER = (
    {"errors", "printable", "report", "collector", "budgets", "output"},
    {"ops"},
    {"spec"},
    {"graph"},
    {"analysis"},
    {"lint"},
    {"built"},  # a folder: where generated modules live
    {"drawing", "codegen"},
    {"plots"},
    {"weights"},
    {"passes"},
    {"targets", "pipeline", "measure"},
    {"runnable"},
    {"architecture"},
    {"__init__"},
    {"cli"},
    {"__main__"},
)
RANK = {part: rank for rank, parts in enumerate(ORDER) for part in parts}
LONGEST_FILE, LONGEST_FUNCTION = 400, 60  # lines
MEDIAN_FILE, MEDIAN_FUNCTION = 150, 10


def short(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(tree: ast.Module) -> Iterator[str]:
    """Every module that is imported, wherever in the file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            # `from archc.graph import outputs` names a module, `from archc import load` does not
            yield from (
                f"{node.module}.{alias.name}" if node.module == "archc" else str(node.module)
                for alias in node.names
            )


def parts_imported(path: Path) -> set[str]:
    found = set()
    for module in imported(TREES[path]):
        first, _, rest = module.partition(".")
        if first == "archc":
            part = rest.partition(".")[0]
            found.add(part if part in RANK else "__init__")
    return found


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def lines(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("\n")


@pytest.mark.parametrize("path", FILES, ids=short)
def test_imports_run_one_way(path: Path) -> None:
    part = part_of(path)
    wrong = {other for other in parts_imported(path) if other != part and RANK[other] >= RANK[part]}
    assert part in RANK, f"{part} has no place in the order"
    assert wrong - (ORDER[0] if part in ORDER[0] else set()) == set()


@pytest.mark.parametrize("path", FILES, ids=short)
def test_files_and_functions_stay_small(path: Path) -> None:
    assert lines(path) < LONGEST_FILE
    long = {f.name: length(f) for f in functions(TREES[path]) if length(f) >= LONGEST_FUNCTION}
    assert long == {}


def test_most_files_and_functions_are_much_smaller() -> None:
    sizes = [length(function) for tree in TREES.values() for function in functions(tree)]
    assert median(map(lines, FILES)) < MEDIAN_FILE
    assert median(sizes) < MEDIAN_FUNCTION


def test_torch_is_imported_for_building_and_weights_alone() -> None:
    users = {
        part_of(path)
        for path, tree in TREES.items()
        if any(module.partition(".")[0] == "torch" for module in imported(tree))
        and not only_for_types(tree)
    }
    assert users <= {"codegen", "weights", "passes", "targets", "pipeline", "measure"}


def only_for_types(tree: ast.Module) -> bool:
    """Whether torch appears under ``if TYPE_CHECKING:`` only."""
    kept = [
        node
        for node in tree.body
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    ]
    rest = ast.Module(kept, [])
    return not any(module.partition(".")[0] == "torch" for module in imported(rest))


def test_no_file_is_a_drawer_of_odds_and_ends() -> None:
    names = {part for path in FILES for part in path.relative_to(PACKAGE).with_suffix("").parts}
    assert names.isdisjoint({"utils", "util", "helpers", "common", "misc", "manager"})
