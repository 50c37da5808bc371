"""``extends``, ``variants`` and ``include``: which texts make up a document, and in which order."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import PurePath
from typing import NamedTuple

from archc.budgets import current, remedy
from archc.errors import Mistake, Span, SpecError, nearest
from archc.spec.collect import Mistakes
from archc.spec.files import File, Files, Target, bundled_folder, is_file_name, split_variant
from archc.spec.keys import (
    DOCUMENT_KEYS,
    VARIANT_KEYS,
    VERSION,
    brief,
    check_key,
    known_entries,
    misspelt,
)
from archc.spec.meant import Meant, replaced
from archc.spec.nulls import report_nulls
from archc.spec.outputs import references
from archc.spec.patch import Patcher
from archc.spec.tree import Map, Seq


class Layer(NamedTuple):
    """One text of a chain: a whole document, or a patch of the layers before it."""

    map: Map
    file: File
    name: str
    is_variant: bool


class Merged(NamedTuple):
    """A document with its bases merged in."""

    map: Map
    layers: list[Layer]  # the base of all first
    added: dict[str, set[str]]  # nodes that patches put at the end of a scope
    former: list[str]  # outputs, as references, that patches have replaced


class Inheritance:
    """Finds the layers of documents and merges them. Texts given without a file stand in ``texts``."""

    def __init__(
        self, files: Files, mistakes: Mistakes, texts: dict[str, Map] | None = None
    ) -> None:
        self.files = files
        self.mistakes = mistakes
        self.texts = texts or {}
        self._checked: set[int] = set()

    def merge(self, target: Target) -> Merged:
        """The target with its bases merged in.

        Raises:
            SpecError: a base cannot be found or read, or bases go in a circle.
        """
        layers = self._layers(target, [], None)
        patcher = Patcher(self.mistakes)
        merged = layers[0].map
        former: list[str] = []
        for below, layer in pairwise(layers):
            if "outputs" in layer.map:
                former += references(merged)
            merged = patcher.document(merged, layer.map, below.name)
        return Merged(merged, layers, patcher.added, former)

    def included(self, layers: list[Layer]) -> list[Target]:
        """The files that the layers include, in order."""
        found = []
        for layer in layers:
            include = layer.map.get("include")
            if not isinstance(include, Seq):
                continue
            for index, reference in enumerate(include):
                try:
                    if not isinstance(reference, str) or not is_file_name(reference):
                        message = f"include takes files, and {brief(reference)} is none"
                        help = "a file is written with its ending: blocks/squeeze_excite.yaml"
                        raise _error("A030", message, include.span(index), help)
                    found.append(self.files.follow(layer.file, reference, include.span(index)))
                except SpecError as error:
                    self.mistakes.extend(error.mistakes)
        return found

    def _document(self, file: File) -> Map:
        document = self.texts[file.shown] if file.path is None else self.files.read(file)
        if id(document) not in self._checked:
            self._checked.add(id(document))
            self._check_version(document)
            self._check_variants(document)
        return document

    def _layers(self, target: Target, trail: list[str], at: Span | None) -> list[Layer]:
        """The chain that ends in the target, its first base first. ``trail`` holds who asked for it."""
        file, variant = target
        here = f"{file.shown}:{variant}" if variant else file.shown
        if here in trail:
            chain = " → ".join([*trail[trail.index(here) :], here])
            raise _error(
                "A026", f"extends goes in a circle: {chain}", at, "a base cannot build on its patch"
            )
        most = current().bases
        if len(trail) >= most:
            message = f"more than {most} documents extend one another"
            raise _error("A026", message, at, remedy("bases"))
        trail = [*trail, here]
        document = self._document(file)
        patch = self._variant(document, file, variant, at) if variant else document
        base = self._base(document, patch, file, variant)
        name = variant or str(document.get("name", file.shown))
        below = self._layers(base[0], trail, base[1]) if base else []
        return [*below, Layer(patch, file, name, bool(variant))]

    def _base(
        self, document: Map, patch: Map, file: File, variant: str
    ) -> tuple[Target, Span | None] | None:
        """What a document or variant builds on."""
        reference = patch.get("extends")
        if reference is None or not isinstance(reference, str):
            return (Target(file, ""), None) if variant else None
        at = patch.span("extends")
        variants = document.get("variants")
        if variant and isinstance(variants, Map) and reference in variants:
            return Target(file, reference), at
        if variant and reference == document.get("name"):
            return Target(file, ""), at
        try:
            return self.files.follow(file, reference, at), at
        except SpecError as error:
            close = nearest(reference, variants) if variant and isinstance(variants, Map) else ""
            if close and not is_file_name(split_variant(reference)[0]):
                first = error.mistakes[0]
                raise _error(first.code, first.message, first.at, close) from None
            raise _with_bundled(error, reference, patch) from None

    def _variant(self, document: Map, file: File, name: str, at: Span | None) -> Map:
        variants = document.get("variants")
        known = variants if isinstance(variants, Map) else {}
        found = known.get(name)
        if isinstance(found, Map):
            return found
        if name in known:
            self.mistakes.stop()  # says that a variant is a mapping
        message = f"{file.shown} has no variant '{name}'"
        has = f"its variants are {', '.join(known)}" if known else "it has no variants"
        help = nearest(name, known, has)
        raise _error("A030", message, at, help)

    def _check_version(self, document: Map) -> None:
        version = document.get("archc")
        if "archc" not in document:
            if misspelt(document, DOCUMENT_KEYS, "archc"):
                return
            message = "the language version is missing"
            self.mistakes.add(
                "A027", message, document.span(), f"begin the file with `archc: {VERSION}`"
            )
        elif version is not None and (type(version) is not int or version != VERSION):
            message = f"archc is the language version, {VERSION}, not {brief(version)}"
            meant = Meant(str(VERSION), VERSION)
            fixes = replaced(document, "archc", [meant])
            at = document.span("archc")
            self.mistakes.add("A027", message, at, meant.words("archc"), fixes=fixes)

    def _check_variants(self, document: Map) -> None:
        variants = document.get("variants")
        if not isinstance(variants, Map):
            return
        report_nulls(variants, self.mistakes)
        for name, variant in variants.items():
            check_key(variants, name, self.mistakes)
            if isinstance(variant, Map):
                self._check_variant(name, variant)
            elif variant is not None:
                message = f"variant '{name}' must be a mapping, not {brief(variant)}"
                help = f"write what differs: `{name}: {{args: {{width: 128}}}}`"
                self.mistakes.add("A021", message, variants.span(name), help)

    def _check_variant(self, name: str, variant: Map) -> None:
        if "name" in variant:
            help = "leave `name` out; the key of a variant is its name"
            self.mistakes.add(
                "A020", f"variant '{name}' has its name already", variant.key_span("name"), help
            )
        elif "variants" in variant:
            help = "write it beside this one, with `extends: " + name + "`"
            message = f"variant '{name}' cannot have variants of its own"
            self.mistakes.add("A020", message, variant.key_span("variants"), help)
        else:
            known_entries(variant, VARIANT_KEYS, "a document", self.mistakes)
            if "archc" in variant:
                self._check_version(variant)


def _error(code: str, message: str, at: Span | None, help: str = "") -> SpecError:
    return SpecError([Mistake(code, message, at, help=help)])


def _with_bundled(error: SpecError, reference: str, patch: Map) -> SpecError:
    """The error, which says so where ``alexnet.yaml`` is meant as the bundled spec of this name."""
    stem = PurePath(reference).name.partition(".")[0]
    first = error.mistakes[0]
    known = {path.stem for path in bundled_folder().glob("*.yaml")}
    if first.help or not is_file_name(reference) or stem not in known:
        return error
    help = f"a bundled spec is named without an ending: `extends: {stem}`"
    fixes = replaced(patch, "extends", [Meant(stem, stem)])
    return SpecError(
        [replace(first, help=help, fixes=tuple(fix._replace(words=help) for fix in fixes))]
    )
