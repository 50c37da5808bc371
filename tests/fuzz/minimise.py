"""An input made small while it still breaks the same promise: lines, then pieces, then characters away."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from corpus import furnish
from survive import SERVICE, Broken, signature, survive

import archc

TRIALS = 600


def minimised(data: bytes, sign: str, seed: int) -> bytes:
    """A shorter input with the same failure; the input itself if none was found."""
    left = TRIALS
    with archc.limits(**SERVICE), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        furnish(folder)

        def fails(candidate: bytes) -> bool:
            nonlocal left
            left -= 1
            if left < 0:
                return False
            try:
                survive(candidate, folder, seed)
            except Broken as broken:
                return signature(broken) == sign
            return False

        if sign.startswith("hang"):
            left = 40  # each trial costs two seconds
        data = _needed(data.splitlines(keepends=True), fails)
        return _needed([data[i : i + 1] for i in range(len(data))], fails)


def _needed(parts: list[bytes], fails: Callable[[bytes], bool]) -> bytes:
    """The parts that are needed: halves are left out first, then quarters, down to single ones."""
    size = max(1, len(parts) // 2)
    while parts:
        at, before = 0, len(parts)
        while at < len(parts):
            shorter = parts[:at] + parts[at + size :]
            if fails(b"".join(shorter)):
                parts = shorter
            else:
                at += size
        if size == 1 and len(parts) == before:
            break
        size = max(1, size // 2)
    return b"".join(parts)
