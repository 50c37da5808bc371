"""From a spec as a caller names it to a :class:`Document`: read, inherit, merge, build."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archc.budgets import timed
from archc.collector import paused_collector
from archc.errors import Source, SpecError, nearest
from archc.spec.build import Builder
from archc.spec.collect import Mistakes, in_order
from archc.spec.document import Document
from archc.spec.files import File, Files, Target
from archc.spec.inherit import Inheritance, Merged
from archc.spec.keys import brief
from archc.spec.overrides import given_value, overridden_input
from archc.spec.reader import read
from archc.spec.tree import Map


def load(
    spec: str | Path,
    *,
    args: Mapping[str, Any] | None = None,
    input: Any = None,
    root: Path | None = None,
    texts: Mapping[str, str] | None = None,
) -> Document:
    """The document of a file, of ``file.yaml:variant``, or of a bundled spec's name.

    ``args`` replaces values of the document's args, ``input`` its shape (without the batch axis, channels
    first; where there are several inputs, a mapping of names to shapes). The spec may name files below
    ``root``, by default its own folder. ``texts`` stand in place of what files hold, by the names that
    messages show for them.

    Raises:
        SpecError: with every independent mistake.
    """
    files = Files(root, texts)
    return _load(files.entry(spec), files, {}, args or {}, input)


def loads(
    text: str,
    name: str = "<text>",
    *,
    variant: str = "",
    args: Mapping[str, Any] | None = None,
    input: Any = None,
    root: Path | None = None,
    texts: Mapping[str, str] | None = None,
) -> Document:
    """Like :func:`load`, for a spec's text, or one of its variants.

    Files that it names are relative to ``root``.
    """
    target = Target(File(name, None, root), variant)
    own = {name: read(Source(name, (texts or {}).get(name, text)))}
    return _load(target, Files(root, texts), own, args or {}, input)


@timed()
@paused_collector()
def _load(
    target: Target, files: Files, texts: dict[str, Map], args: Mapping[str, Any], input: Any
) -> Document:
    mistakes = Mistakes()
    try:
        return _build(target, Inheritance(files, mistakes, texts), mistakes, args, input)
    except SpecError as error:
        others = [one for one in error.mistakes if one not in mistakes]
        raise SpecError(in_order([*mistakes, *others])) from None


def _build(
    target: Target,
    inheritance: Inheritance,
    mistakes: Mistakes,
    args: Mapping[str, Any],
    input: Any,
) -> Document:
    merged = inheritance.merge(target)
    builder = Builder(mistakes)
    _include(merged, inheritance, builder, mistakes)
    written = merged.map
    if input is not None:
        merged = merged._replace(map=overridden_input(written, input, mistakes))
    document = builder.document(merged, _given(written, args, builder, mistakes))
    mistakes.stop()
    return document


def _include(
    merged: Merged, inheritance: Inheritance, builder: Builder, mistakes: Mistakes
) -> None:
    """Take up the blocks of every file included, and of those that these include."""
    own = {layer.file.path for layer in merged.layers}
    waiting = inheritance.included(merged.layers)[::-1]
    while waiting:
        target = waiting.pop()
        if target.file.path in own:
            continue
        own.add(target.file.path)
        try:
            found = inheritance.merge(target)
        except SpecError as error:
            mistakes.extend(one for one in error.mistakes if one not in mistakes)
            continue
        builder.include(found)
        waiting.extend(inheritance.included(found.layers)[::-1])


def _given(
    written: Map, args: Mapping[str, Any], builder: Builder, mistakes: Mistakes
) -> dict[str, Any]:
    """A caller's args, checked against those that the document has."""
    declared = written.get("args")
    known = declared if isinstance(declared, Map) else Map(written.mark)
    given = {}
    for name, value in args.items():
        if name not in known:
            has = f"it has {', '.join(known)}" if known else "it has no args"
            help = nearest(name, known) or has
            mistakes.add("A039", f"the document has no arg '{name}'", None, help)
            continue
        made = given_value(value, known.marks[name][1])
        if made is None:
            message = (
                f"arg '{name}' must be a number, a word, a list or a mapping, not {brief(value)}"
            )
            mistakes.add("A039", message, known.span(name))
            continue
        holder = Map(known.mark)
        holder[name] = made
        given[name] = builder.values.of(holder, name)
    return given
