"""Finding specs: a file, ``file.yaml:variant``, or the name of a bundled spec.

Files that a spec names are relative to it, stay inside the entry spec's folder (or the root given), and
are plain files; symbolic links are followed before that is checked.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, NamedTuple

from archc.budgets import current, limits, remedy
from archc.errors import Mistake, Source, Span, SpecError, nearest
from archc.spec.kept import Stamp, kept, kept_for_good, stamp
from archc.spec.reader import read
from archc.spec.tree import Map

SUFFIXES = (".yaml", ".yml")
PIECE = 2**20  # bytes read at once
LONGEST = 200  # characters of a bundled spec's name; a file system takes little more
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")


class Bundled(NamedTuple):
    """A spec that comes with archc: a document or one of its variants (then ``variant`` is its name)."""

    name: str
    file: Path
    variant: str
    title: str


@dataclass(frozen=True)
class File:
    """One file of a spec. ``shown`` is its name in messages, ``root`` the folder it may not lead out of."""

    shown: str
    path: Path | None  # None: text without a file
    root: Path | None


class Target(NamedTuple):
    """A file, and the name of its variant, empty for the document itself."""

    file: File
    variant: str


_FOUND: dict[tuple[str, str], tuple[Target, Stamp, Path]] = {}  # bundled specs asked for before
_NOTICED: ContextVar[Callable[[File], None] | None] = ContextVar("_NOTICED", default=None)


@contextmanager
def noticing(notice: Callable[[File], None]) -> Iterator[None]:
    """Calls ``notice`` with each file that specs lead to, before it is read, and also if it is not there.

    A ``path`` has its symbolic links not followed where a spec or a caller named it. A file may come
    more than once.
    """
    token = _NOTICED.set(notice)
    try:
        yield
    finally:
        _NOTICED.reset(token)


def _notice(shown: str, path: Path | None) -> None:
    notice = _NOTICED.get()
    if notice is not None and path is not None:
        notice(File(shown, path, None))


@lru_cache(maxsize=1)
def bundled_folder() -> Path:
    """Where the bundled specs are: inside an installed package, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "specs"
    return inside if inside.is_dir() else package.parent / "specs"


@lru_cache(maxsize=1)
def bundled() -> tuple[Bundled, ...]:
    """Every bundled architecture, families together, in the order of their files."""
    with limits(bytes=None, values=None, nesting=None, files=None):  # archc's own are no strangers'
        files = Files()
        return tuple(one for path in _bundled_files() for one in _names_in(path, files))


def _bundled_files() -> list[Path]:
    return sorted(path for path in bundled_folder().glob("*.yaml"))


def _names_in(path: Path, files: Files) -> Iterator[Bundled]:
    document = files.read(_bundled_file(path))
    title = str(document.get("title", ""))
    yield Bundled(str(document.get("name", path.stem)), path, "", title)
    variants = document.get("variants")
    for name, variant in (variants if isinstance(variants, Map) else {}).items():
        own = variant.get("title") if isinstance(variant, Map) else None
        yield Bundled(name, path, name, str(own or title))


def _bundled_file(path: Path) -> File:
    folder = bundled_folder()
    return File(f"specs/{path.relative_to(folder).as_posix()}", path, folder)


class Files:
    """Reads the files of one spec, each once. ``texts`` stand in place of what files of these names hold."""

    def __init__(self, root: Path | None = None, texts: Mapping[str, str] | None = None) -> None:
        self.root = root
        self.texts = texts or {}
        self._read: dict[Path, Map] = {}

    def entry(self, spec: str | Path) -> Target:
        """What a caller means by a spec.

        Raises:
            SpecError: there is no such file or bundled spec.
        """
        text = os.fspath(spec)
        name, variant = split_variant(text)
        if isinstance(spec, str) and not is_file_name(name):
            return self.bundled(name, variant, None)
        path = Path(text)
        if variant and not os.path.exists(path):  # a Path raises where a name is too long
            path = Path(name)
        else:
            variant = ""
        _notice(path.as_posix(), path)
        resolved = _resolve(path, path.as_posix(), None)
        return Target(File(path.as_posix(), resolved, self.root or resolved.parent), variant)

    def follow(self, file: File, reference: str, at: Span) -> Target:
        """What a spec means by a reference: a bundled name, or a file near its own.

        Raises:
            SpecError: there is no such thing, or it is out of bounds.
        """
        name, variant = split_variant(reference)
        if not is_file_name(name):
            return self.bundled(name, variant, at)
        return Target(follow_file(file, name, at), variant)

    def bundled(self, name: str, variant: str, at: Span | None) -> Target:
        """A bundled spec by the name of its file, its document or one of its variants.

        Raises:
            SpecError: there is none of this name.
        """
        target = self._bundled(name, variant, at)
        _notice(target.file.shown, target.file.path)
        return target

    def _bundled(self, name: str, variant: str, at: Span | None) -> Target:
        known = _FOUND.get((name, variant))
        if known is not None and known[1] == stamp(known[2]):
            return known[0]
        target = self._searched(name, variant, at)
        if target.file.path is not None:
            path = target.file.path
            _FOUND[name, variant] = target, stamp(path), path
        return target

    def _searched(self, name: str, variant: str, at: Span | None) -> Target:
        folder = bundled_folder()
        own = folder / f"{name}.yaml"
        known = _NAME.match(name) is not None and len(name) <= LONGEST
        if known and own.is_file():
            return Target(_bundled_file(own), variant)
        for path in _bundled_files() if known else ():
            if re.search(rf"\b{name}\b", path.read_text(encoding="utf-8")):
                for one in _names_in(path, self):
                    if one.name == name and variant and one.variant:
                        message = f"'{name}' is a variant and has none of its own"
                        raise _error(
                            "A030", message, at, f"write {variant}, or {path.stem}:{variant}"
                        )
                    if one.name == name:
                        return Target(_bundled_file(path), variant or one.variant)
        names = {one.name for one in bundled()} | {path.stem for path in _bundled_files()}
        local = [suffix for suffix in SUFFIXES if known and Path(f"{name}{suffix}").is_file()]
        listed = "`archc list` shows them; a file is written with its ending, ./net.yaml"
        help = nearest(name, names, listed)
        if local:
            help = f"for the file write ./{name}{local[0]}"
        raise _error("A030", f"there is no bundled spec '{name}'", at, help)

    def read(self, file: File) -> Map:
        """The content of a file, kept for the next time.

        Raises:
            SpecError: it cannot be read, or there are too many files.
        """
        path = file.path
        if path is None:
            raise KeyError(file.shown)
        if path not in self._read:
            most = current().files
            if len(self._read) >= most:
                message = f"this spec leads to more than {most} files"
                raise _error("A030", message, None, remedy("files"))
            if file.shown in self.texts:
                self._read[path] = read(self.source(file))
            else:
                keep = kept_for_good if file.root is bundled_folder() else kept
                self._read[path] = keep(file.shown, path, lambda: read(self.source(file)))
        return self._read[path]

    def source(self, file: File) -> Source:
        """The text of a file, not kept.

        Raises:
            SpecError: it cannot be read.
        """
        if file.path is None:
            raise KeyError(file.shown)
        text = self.texts.get(file.shown)
        return Source(file.shown, _text(file.path, file.shown) if text is None else text)


def follow_file(file: File, name: str, at: Span | None) -> File:
    """The file of this name that a spec means: relative to its own, and inside its folder.

    Raises:
        SpecError: there is no such file, or it is out of bounds.
    """
    path = permitted(file, name, at)
    resolved = _resolve(path, name, at)
    if not resolved.is_relative_to((file.root or path.parent).resolve()):
        raise _outside(name, at)
    return File(_beside(file, name), resolved, file.root)


def permitted(file: File, name: str, at: Span | None) -> Path:
    """Where a spec may mean the file of this name to be, symbolic links not followed.

    Raises:
        SpecError: it is no relative path, or leads out of the spec's folder.
    """
    if file.path is None and file.root is None:
        message = f"'{name}' is a file, and this text has no folder to find it in"
        raise _error("A030", message, at, "load a file, or give a root folder")
    if "://" in name or Path(name).is_absolute():
        message = f"'{name}' is not a relative path"
        raise _error("A030", message, at, "files are named relative to this one")
    folder = file.path.parent if file.path else (file.root or Path())
    path = folder / name
    root = os.path.abspath(file.root or folder)
    if os.path.commonpath([root, os.path.abspath(path)]) != root:
        raise _outside(name, at)
    _notice(_beside(file, name), path)
    return path


def _beside(file: File, name: str) -> str:
    """What messages call the file of this name that another file means."""
    shown = os.path.normpath(os.path.join(os.path.dirname(file.shown), name))
    return Path(shown).as_posix()


def _outside(name: str, at: Span | None) -> SpecError:
    message = f"'{name}' lies outside of the folder that this spec may read"
    return _error("A030", message, at, "move the file, or widen the folder with --root")


def split_variant(text: str) -> tuple[str, str]:
    """``resnet.yaml:resnet50`` -> ``resnet.yaml`` and ``resnet50``.

    >>> split_variant("C:/net.yaml")
    ('C:/net.yaml', '')
    """
    name, colon, variant = text.rpartition(":")
    return (name, variant) if colon and _NAME.match(variant) else (text, "")


def is_file_name(name: str) -> bool:
    """Whether a reference names a file, and not a bundled spec."""
    return "/" in name or os.sep in name or name.lower().endswith(SUFFIXES)


def _resolve(path: Path, name: str, at: Span | None) -> Path:
    """The path without symbolic links, if a plain file stands there."""
    try:
        mode = path.stat().st_mode
        # a pipe that /dev/stdin or <(…) leads to has no path of its own
        streamed = at is None and not stat.S_ISREG(mode)
        resolved = path.absolute() if streamed else path.resolve()
    except FileNotFoundError:
        raise _error("A030", f"there is no file '{name}'", at, _near(path)) from None
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "not a path"
        raise _error("A030", f"'{name[:80]}' cannot be read: {reason.lower()}", at) from None
    if stat.S_ISDIR(mode):
        raise _error("A030", f"'{name}' is a folder", at, "name a file in it")
    if not stat.S_ISREG(mode) and at is not None:
        raise _error("A030", f"'{name}' is not a plain file", at)
    return resolved


def _near(path: Path) -> str:
    """The nearest name in the folder of a file that is not there."""
    try:
        specs = [other for other in path.parent.iterdir() if other.suffix in SUFFIXES]
    except OSError:
        return f"there is no folder '{path.parent.as_posix()}'"
    # what all names end in says nothing of how near they are
    close = nearest(path.stem, [other.stem for other in specs])
    return next(
        (close.replace(f"'{s.stem}'", f"'{s.name}'") for s in specs if f"'{s.stem}'" in close), ""
    )


def _at_most(stream: BinaryIO, most: int) -> bytes:
    """So many bytes of a stream, if it has them. One large read would take all that memory at once."""
    data = bytearray()
    while piece := stream.read(min(most - len(data), PIECE)):
        data += piece
    return bytes(data)


def _text(path: Path, shown: str) -> str:
    most = current().bytes
    try:
        with path.open("rb") as stream:
            data = _at_most(stream, most + 1)
            size = os.fstat(stream.fileno()).st_size
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise _error("A030", f"'{shown}' cannot be read: {reason}", None) from None
    if len(data) > most:
        message = f"'{shown}' is larger than {most:,} bytes"
        raise _error("A030", message, None, remedy("bytes", need=size))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"'{shown}' is not UTF-8 text: see byte {error.start:,}, in line {line:,}"
        raise _error("A030", message, None, "save it as UTF-8") from None


def _error(code: str, message: str, at: Span | None, help: str = "") -> SpecError:
    return SpecError([Mistake(code, message, at, help=help)])
