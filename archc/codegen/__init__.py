"""Graph -> Python source, and that source imported as a module."""

from archc.codegen.build import build
from archc.codegen.emit import emit

__all__ = ["build", "emit"]
