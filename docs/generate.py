"""Write the pages that follow from the code, the specs and what tests found, and specs/archc.schema.json.

With ``--check`` nothing is written; the exit status says whether both are current.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from archc.budgets import Declared, declared, written
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


LIMITS_HEAD = """\
# Limits

Generated from the declarations in `archc/budgets.py` by `make docs`; do not edit.

A spec is data, and may come from a stranger. So what archc spends on one is limited, and a spec cannot
change that. Who runs archc can, with `--limit NAME=VALUE` on every command that takes a spec; the
option may be given often:

```console
$ archc check --limit nodes=100K --limit time=2s alexnet
ok alexnet: alexnet with …
```

In Python the limits hold inside `with`:

```python
import archc

with archc.limits(nodes=100_000, time="2s"):
    net = archc.load("alexnet")
```

The environment variable `ARCHC_LIMITS="nodes=100K,time=2s"` replaces the defaults, for a web service or a
course that takes specs from many people; it is read once.

A value is a number with `K`, `M`, `G` or `T`, a size with `KiB`, `MiB`, `GiB` or `TiB`, a time with
`ms`, `s`, `min` or `h`, a power such as `2^41`, or `none` for as far as archc can go. Some limits have
such an end, since archc walks along nested values and calls by recursion; `none` raises them no further.

| limit | default | at most | of what |
| --- | --- | --- | --- |
"""
LIMITS_END = """
Not limits but properties of the language: numbers in expressions have at most 30 digits, expressions and the
lists in them are nested at most 60 and 16 deep, a shape has at most four axes, and the settings of operators
have [bounds of their own](operators.md).

A node takes about 1 KB of memory. What surely is too large is refused before anything is placed; where
a number of nodes depends on shapes or on a call's args, it shows on the way. For strangers' specs, lower
`nodes` to what your networks need.

The clock is looked at between nodes, not inside libraries. Building a network, running it and drawing it
are not timed; a service that builds strangers' networks wants a process of its own for each, with the
limits that the operating system has.
"""


def limit_row(limit: Declared) -> str:
    """A row of the table of limits."""
    default = (
        "the machine's memory" if limit.default is None else written(limit.unit, limit.default)
    )
    most = "" if limit.most == sys.maxsize else written(limit.unit, limit.most)
    return f"| `{limit.name}` | {default} | {most} | {limit.meaning} |"


def limits_page() -> str:
    """docs/limits.md: what archc spends on one spec."""
    return LIMITS_HEAD + "\n".join(map(limit_row, declared().values())) + "\n" + LIMITS_END


def main(check: bool) -> int:
    sys.path.append(str(ROOT / "tests/zoo"))  # the figures that the tests there compare
    sys.path.append(str(ROOT / "benchmarks"))
    import performance
    from published import published_page
    from zoo import zoo_page

    pages = {
        ROOT / "docs/limits.md": limits_page(),
        ROOT / "docs/operators.md": operators_page(),
        ROOT / "docs/published.md": published_page(),
        ROOT / "docs/zoo.md": zoo_page(),
        ROOT / "specs/archc.schema.json": schema_text(),
        **performance.pages(),
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
