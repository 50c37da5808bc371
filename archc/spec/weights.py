"""``weights``: the file of trained weights that a spec names. Reading it is left to who builds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from archc.errors import Mistake, SpecError, nearest
from archc.spec.collect import Mistakes
from archc.spec.document import WeightsSpec
from archc.spec.files import follow_file
from archc.spec.inherit import Merged
from archc.spec.keys import WEIGHTS_KEYS, known_entries
from archc.spec.layouts import OWN
from archc.spec.nulls import report_nulls
from archc.spec.tree import Map

ENDINGS = (".safetensors", ".pth", ".pt")


def weights(
    merged: Merged, written: Map | None, layouts: Iterable[str], mistakes: Mistakes
) -> WeightsSpec | None:
    """What a document with these layouts says of its weights; the file is relative to who names it."""
    if written is None:
        return None
    if None in written.values():
        report_nulls(written, mistakes)
    known = known_entries(written, WEIGHTS_KEYS, "weights", mistakes)
    if "file" not in known:
        if "file" not in written:
            help = "write {file: ./weights.safetensors}"
            mistakes.add("A021", "weights names no file", written.span(), help)
        return None
    layout = known.get("layout")
    declared = [OWN, *layouts]
    if layout is not None and layout not in declared:
        help = nearest(layout, declared, f"there is {', '.join(declared)}")
        at = written.span("layout")
        mistakes.add("A091", f"the document has no layout '{layout}'", at, help)
    base = next(layer.file for layer in reversed(merged.layers) if _names_file(layer.map))
    exceptions = tuple(known.get("except", ()))
    made = WeightsSpec(known["file"], base, written.span("file"), layout, exceptions)
    _check_file(made, mistakes)
    return made


def _names_file(document: Map) -> bool:
    written = document.get("weights")
    return isinstance(written, Map) and "file" in written


def _check_file(made: WeightsSpec, mistakes: Mistakes) -> None:
    """A file that is there must be one that may be read; that there is none yet is no mistake."""
    if PurePosixPath(made.file).suffix not in ENDINGS:
        help = f"weights are in {', '.join(ENDINGS)} files; torchvision's are fetched by --weights"
        mistakes.add("A092", f"'{made.file}' is no file of weights that archc reads", made.at, help)
        return
    try:
        if _is_there(made.path):
            follow_file(made.base, made.file, made.at)
    except SpecError as error:
        mistakes.extend(error.mistakes)


def _is_there(path: Path) -> bool:
    """Whether there is such a file, or a name that no file can have: following that says why."""
    try:
        return path.exists()
    except OSError:
        return True


def missing(made: WeightsSpec | None) -> list[Mistake]:
    """A warning where the file is not there yet."""
    if made is None or PurePosixPath(made.file).suffix not in ENDINGS:
        return []
    try:
        if _is_there(made.path):
            return []
    except SpecError:
        return []  # told already
    help = "building needs it, or other --weights, or --fresh"
    message = f"the file of weights '{made.file}' is not there yet"
    return [Mistake("W012", message, made.at, help=help, warning=True)]
