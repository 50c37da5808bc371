"""Checking specs, each with all its variants, one after the other."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from archc.analysis.cost import total
from archc.analysis.words import counted, parameters
from archc.budgets import check_time, current, timed
from archc.cli.checked import Checked, Request
from archc.cli.folders import Asked
from archc.cli.options import STDIN, STDIN_NAME, open_spec, open_text, streamed
from archc.cli.progress import Progress
from archc.cli.repeats import once
from archc.cli.watching import Stamp, stamp
from archc.errors import Mistake, Source, SpecError

if TYPE_CHECKING:
    from archc.architecture import Architecture
    from archc.spec.files import File
    from archc.spec.tree import Map

Step: TypeAlias = Callable[[str], None]  # hears what is begun


def check_all(asked: Sequence[Asked], check: Callable[[str, Step], Checked]) -> Iterator[Checked]:
    """Check one after the other by ``check``; progress shows on a terminal.

    Files of blocks come last, and not by themselves where a spec before them has included them.
    """
    progress = Progress()
    read: set[str] = set()
    ordered = sorted(asked, key=lambda one: one.part)
    for number, one in enumerate(ordered, start=1):
        if one.part and os.path.realpath(one.spec) in read:
            continue
        if one.refused:
            yield _refused(one)
            continue
        count = f"{number}/{len(asked)} " if len(asked) > 1 else ""
        found = check(one.spec, partial(_say, progress, count))
        progress.clear()
        read.update(os.path.realpath(path) for path, state in found.stamps.items() if state)
        yield found


def _refused(one: Asked) -> Checked:
    path = Path(one.spec)  # watched, since something else may take its name
    stamps = {} if os.path.isdir(path) else {path: stamp(path)}
    return Checked(one.spec, one.spec, (Mistake("A030", one.refused),), stamps=stamps)


def _say(progress: Progress, count: str, words: str) -> None:
    progress.show(f"checking {count}{words}")


def check_spec(spec: str, request: Request, step: Step = lambda words: None) -> Checked:
    """Check a spec with all its variants; ``step`` hears of each before it is begun.

    Raises:
        typer.BadParameter: an option is malformed.
    """
    from archc.spec.files import noticing
    from archc.spec.kept import keeping

    files: dict[str, Path] = {}
    stamps: dict[Path, Stamp | None] = {}

    def notice(file: File) -> None:
        if file.path is not None and file.path not in stamps:
            stamps[file.path] = stamp(file.path)
            files.setdefault(file.shown, file.path)

    with keeping(), noticing(notice):
        found = _check(spec, request, step)
    told = found.mistakes
    if request.strict:
        told = tuple(dataclasses.replace(mistake, warning=False) for mistake in told)
    return dataclasses.replace(found, mistakes=told, places=files, stamps=stamps)


@timed()
def _check(spec: str, request: Request, step: Step) -> Checked:
    from archc.lint import lint
    from archc.lint.trial import tried

    try:
        written = _written(spec, request.root)
    except SpecError as error:
        file = STDIN_NAME if spec == STDIN else spec
        return Checked(spec, file, tuple(error.mistakes))
    variants = written.variants
    base: Architecture | None = None
    found: dict[str, list[Mistake]] = {}
    for variant in ("", *variants):
        step(f"{spec}:{variant}" if variant else spec)
        try:
            check_time("checking its variants")
            net = _open(spec, written.text, variant, request)
        except SpecError as error:
            found[variant] = error.mistakes
            if _enough(found):
                break
            continue
        found[variant] = tried(lint(net.graph, request.lint), net.read, request.lint)
        base = net if not variant else base
    mistakes = once(found)
    if written.document is not None and all(mistake.warning for mistake in mistakes):
        from archc.spec.validation import against_schema

        mistakes += against_schema(written.document)
    return Checked(
        spec,
        written.source.name,
        tuple(mistakes),
        base.name if base else "",
        _about(base, variants) if base else "",
        tuple(name for name in found if name),
        len(written.source.text.splitlines()),
    )


class _Written(NamedTuple):
    """A spec's own text. What is a variant itself has no variants of interest."""

    source: Source
    text: str | None  # what came through standard input
    document: Map | None  # None: it cannot be read; opening it says the same, and more
    variants: list[str]


def _written(spec: str, root: Path | None) -> _Written:
    """
    Raises:
        SpecError: there is no such spec.
    """
    from archc.spec.files import Files, split_variant
    from archc.spec.reader import read

    text = streamed(spec)
    variant = ""
    if text is not None:
        source = Source(STDIN_NAME, text)
    else:
        files = Files(root)
        file, variant = files.entry(spec)
        source = files.source(file)
    try:
        document = read(source)
    except SpecError:
        return _Written(source, text, None, [])
    variants = document.get("variants")
    known = variants if isinstance(variants, dict) and not variant else {}
    # what cannot follow a colon is told once, as a name that cannot be used
    named = [name for name in known if split_variant(f"{spec}:{name}")[1]]
    return _Written(source, text, document, named)


def _open(spec: str, text: str | None, variant: str, request: Request) -> Architecture:
    if variant:  # the args are for the document: a variant may lack them, or fit one value only
        request = request._replace(arg=[])
    if text is not None:
        return open_text(text, variant, *request[:3])
    return open_spec(f"{spec}:{variant}" if variant else spec, *request[:3])


def _about(net: Architecture, variants: Sequence[str]) -> str:
    cost = total(net.graph.nodes.values())
    nodes = counted(len(net.graph.nodes), "node")
    numbers = parameters(cost.params, cost.frozen)
    also = f", {counted(len(variants), 'variant')}" if variants else ""
    return f"{net.name} with {nodes}, {numbers}{also}"


def _enough(found: Mapping[str, Sequence[Mistake]]) -> bool:
    """Whether to leave the other variants alone: time is over, or nobody reads more mistakes."""
    mistakes = once(found)
    timeless = any(mistake.code == "A058" for mistake in mistakes)
    return timeless or len(mistakes) >= current().mistakes
