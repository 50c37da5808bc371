"""The specs that mutations start from: this project's own, right and wrong."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

HERE = Path(__file__).parent
TESTS = HERE.parent
SPECS = TESTS.parent / "specs"
FOUND = HERE / "found"
FENCE = re.compile(r"```yaml[^\n]*\n(.*?)```", re.DOTALL)

BASE = """archc: 1
name: base
args: {width: 8}
input: [3, 8, 8]
nodes:
  n1: {op: conv, filters: $width, kernel: 3, padding: 1, act: relu}
  n2: {op: conv, filters: 8, kernel: 3, padding: 1, repeat: 2}
  n3: {op: add, from: [n2, n1]}
  n4: {op: fc, units: 10}
variants:
  v: {args: {width: 4}, nodes: {n1: {filters: 8}, n2.0: null}}
"""
PART = """archc: 1
blocks:
  cell:
    args: {n: int, m: 3}
    nodes:
      n1: {op: conv, filters: $n, kernel: $m, padding: same}
      n2: {op: batch_norm}
  unit:
    inputs: [a, b]
    nodes:
      n1: {op: concat, from: [a, b]}
    outputs: {out: n1, skip: a}
"""


@lru_cache(maxsize=1)
def small() -> tuple[str, ...]:
    """Specs of at most some thirty lines: wrong ones, tests' own, and those in the docs."""
    found = [BASE, PART]
    for folder in ("wrong", "codegen/cases", "codegen/specs"):
        found += [
            path.read_text("utf-8", "replace") for path in sorted((TESTS / folder).glob("*.yaml"))
        ]
    for page in sorted((TESTS.parent / "docs").glob("*.md")):
        found += FENCE.findall(page.read_text("utf-8"))
    return tuple(text for text in found if len(text) < 1500)


@lru_cache(maxsize=1)
def large() -> tuple[str, ...]:
    """The bundled specs."""
    return tuple(path.read_text("utf-8") for path in sorted(SPECS.glob("*.yaml")))


def furnish(folder: Path) -> None:
    """Put beside a case the files that it may name: bases, blocks, parts of wrong specs, a loop."""
    (folder / "base.yaml").write_text(BASE, "utf-8")
    (folder / "part.yaml").write_text(PART, "utf-8")
    for name, source in (("blocks", SPECS / "blocks"), ("parts", TESTS / "wrong" / "parts")):
        (folder / name).mkdir(exist_ok=True)
        for path in sorted(source.glob("*.yaml")):
            (folder / name / path.name).write_bytes(path.read_bytes())
    if not (folder / "loop.yaml").is_symlink():
        (folder / "loop.yaml").symlink_to("loop.yaml")
