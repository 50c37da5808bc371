"""The generated source, imported: what is tested is what is shipped.

The source is kept as a file in the user's cache, in a folder that the package :mod:`archc.built` looks
into. So a built class has a module that any process can import: models pickle, and survive
``torch.multiprocessing`` spawn; tracebacks and ``inspect`` show the source. Where the cache is full or
may not be written, a folder for temporary files takes its place.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
import warnings
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from archc.built import FOLDER, another_folder
from archc.codegen.emit import emit, network_name
from archc.codegen.room import check_room
from archc.graph.graph import Graph
from archc.output import write

if TYPE_CHECKING:
    from torch import nn


def build(graph: Graph) -> nn.Module:
    """The graph as a module with fresh weights, in training mode, on torch's default device.

    Raises:
        SpecError: its weights need more memory than the machine has.
    """
    check_room(graph)
    module: nn.Module = network_class(graph)()
    return module


_GRAPHS: WeakKeyDictionary[type, Graph] = WeakKeyDictionary()  # of the classes made in this process


def graph_of(module: nn.Module) -> Graph | None:
    """The graph that a module was built from, if that was in this process."""
    return _GRAPHS.get(type(module))


def network_class(graph: Graph) -> Any:
    """The class of the network, from its generated source.

    Raises:
        OSError: there is no room for the source, neither in the cache nor elsewhere.
    """
    source = emit(graph)
    digest = hashlib.sha256(source.encode()).hexdigest()[:12]
    name = f"{graph.name}_{digest}"
    path = None
    if f"archc.built.{name}" not in sys.modules:
        path = _kept(f"{name}.py", source)
        importlib.invalidate_caches()
    with warnings.catch_warnings():
        # what `import torch` says where numpy is not installed; nothing here needs it
        warnings.filterwarnings("ignore", "Failed to initialize NumPy", UserWarning)
        made = getattr(_imported(f"archc.built.{name}", path), network_name(graph))
    _GRAPHS.setdefault(made, graph)
    return made


def _imported(name: str, path: Path | None) -> ModuleType:
    """The module, compiled anew where what Python keeps of ``path`` is damaged."""
    try:
        return importlib.import_module(name)
    except (ImportError, EOFError, ValueError, TypeError):  # of bytes that are no code
        if path is None:
            raise
        Path(importlib.util.cache_from_source(str(path))).unlink(missing_ok=True)
        return importlib.import_module(name)


def _kept(name: str, source: str) -> Path:
    """The file with the source: in the cache, or where that cannot be written in a temporary folder."""
    path = FOLDER / name
    if not _holds(path, source):
        try:
            _write(path, source)
        except OSError:
            path = another_folder() / name
            _write(path, source)
    return path


def _holds(path: Path, source: str) -> bool:
    try:
        return path.read_text(encoding="utf-8") == source
    except (OSError, UnicodeDecodeError):
        return False


def _write(path: Path, source: str) -> None:
    """Write it whole, over a damaged one too. It can be written again, so nothing waits for the disk."""
    write({path: source.encode()}, force=True, durable=False)
