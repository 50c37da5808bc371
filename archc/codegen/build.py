"""The generated source, imported: what is tested is what is shipped.

The source is kept as a file in the user's cache, in a folder that the package :mod:`archc.built` looks
into. So a built class has a module that any process can import: models pickle, and survive
``torch.multiprocessing`` spawn; tracebacks and ``inspect`` show the source.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import sys
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archc.built import FOLDER
from archc.codegen.emit import emit, network_name
from archc.graph.graph import Graph

if TYPE_CHECKING:
    from torch import nn


def build(graph: Graph) -> nn.Module:
    """The graph as a module with fresh weights, in training mode, on torch's default device."""
    module: nn.Module = network_class(graph)()
    return module


def network_class(graph: Graph) -> Any:
    """The class of the network, from its generated source."""
    source = emit(graph)
    digest = hashlib.sha256(source.encode()).hexdigest()[:12]
    module = f"{graph.name}_{digest}"
    if f"archc.built.{module}" not in sys.modules:
        _keep(FOLDER / f"{module}.py", source)
        importlib.invalidate_caches()
    with warnings.catch_warnings():
        # what `import torch` says where numpy is not installed; nothing here needs it
        warnings.filterwarnings("ignore", "Failed to initialize NumPy", UserWarning)
        return getattr(importlib.import_module(f"archc.built.{module}"), network_name(graph))


def _keep(path: Path, source: str) -> None:
    """Write the file whole or not at all, unless it is there already."""
    try:
        if path.read_text(encoding="utf-8") == source:
            return
    except (OSError, UnicodeDecodeError):
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(source)
    os.replace(name, path)
