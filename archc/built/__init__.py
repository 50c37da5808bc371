"""Where generated modules live: each is a file of the user's cache, importable from any process."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def _folder() -> Path:
    """``$ARCHC_CACHE``, the user's cache folder, or one of this user's own where that is not writable."""
    chosen = os.environ.get("ARCHC_CACHE")
    if chosen:
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "archc"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        folder = Path(tempfile.mkdtemp(prefix="archc-"))
        os.environ["ARCHC_CACHE"] = str(folder)  # so that spawned processes look here too
        return folder


FOLDER = _folder()
__path__.append(str(FOLDER))
