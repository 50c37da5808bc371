"""Write the pages that follow from the code, the specs and what tests found, and specs/archc.schema.json.

With ``--check`` nothing is written; the exit status says whether both are current.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from archc.ops import OPERATORS, Operator
from archc.ops.base import Attribute, Example, show
from archc.spec.schema import schema_text

LONG = 40  # characters of a default
ROOT = Path(__file__).parents[1]
HEAD = """\
# Operators

Generated from the operators' declarations by `make docs`; do not edit. `archc ops NAME` shows one
of them on the command line. Shapes leave out the batch axis: `(channels, height, width)`. The keys
`from`, `norm`, `act`, `when`, `repeat`, `share`, `label` and `note` belong to every node: see
[the language](language.md).
"""


def shape(sizes: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, sizes))}{',' if len(sizes) == 1 else ''})"


def default(attribute: Attribute) -> str:
    if attribute.required:
        return "required"
    text = show(attribute.default).strip("'")
    return "" if attribute.default is None else f"`{text}`" if len(text) < LONG else "built in"


def row(attribute: Attribute) -> str:
    kind = attribute.kind.name.replace("|", "or")
    return f"| `{attribute.name}` | {kind} | {default(attribute)} | {attribute.doc} |"


def example(operator: type[Operator], use: Example) -> str:
    inputs = ", ".join(map(shape, use.inputs))
    settings = show({"op": operator.name, **use.settings}).replace("'", "")
    return f"- `{settings}`: {inputs} → {shape(use.output)}"


def examples(operator: type[Operator]) -> Iterator[str]:
    """One example for each use of the settings, on images where there is one."""
    images_first = sorted(operator.examples, key=lambda use: len(use.inputs[0]) != len("CHW"))
    uses = {show(dict(use.settings)): use for use in reversed(images_first)}
    return (example(operator, use) for use in operator.examples if use in uses.values())


def facts(operator: type[Operator]) -> str:
    """What may be said of an operator beside its settings, in one line."""
    fewest, _ = operator.arity
    words = [
        f"Takes {fewest} or more inputs." if fewest > 1 else "",
        f"May stand as `{operator.role}:` of a node." if operator.role else "",
        f"Source: {operator.source}." if operator.source else "",
    ]
    return " ".join(filter(None, words))


def section(operator: type[Operator]) -> Iterator[str]:
    yield f"### {operator.name}\n"
    first, _, rest = (operator.__doc__ or "").strip().partition("\n")
    yield first
    if rest.strip():
        yield "\n" + "\n".join(line.strip() for line in rest.strip().splitlines())
    if facts(operator):
        yield f"\n{facts(operator)}"
    if operator.attributes():
        yield "\n| setting | takes | default | meaning |\n| --- | --- | --- | --- |"
        yield from map(row, operator.attributes().values())
    if operator.examples:
        yield ""
        yield from examples(operator)
    yield ""


def operators_page() -> str:
    """docs/operators.md: a section for each operator, family by family."""
    lines = [HEAD]

    for family, members in groupby(
        sorted(OPERATORS.values(), key=lambda operator: operator.family),
        key=lambda operator: operator.family,
    ):
        lines.append(f"## {family.replace('_', ' ').capitalize()}\n")
        for operator in members:
            lines.extend(section(operator))
    return "\n".join(lines).rstrip() + "\n"


def main(check: bool) -> int:
    sys.path.append(str(ROOT / "tests/zoo"))  # the figures that the tests there compare
    from published import published_page
    from zoo import zoo_page

    pages = {
        ROOT / "docs/operators.md": operators_page(),
        ROOT / "docs/published.md": published_page(),
        ROOT / "docs/zoo.md": zoo_page(),
        ROOT / "specs/archc.schema.json": schema_text(),
    }
    stale = [
        path
        for path, text in pages.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        print(f"{path.relative_to(ROOT)}: {'out of date; run make docs' if check else 'written'}")
        if not check:
            path.write_text(pages[path], encoding="utf-8")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
