"""Where generated modules live: each is a file of the user's cache, importable from any process."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
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
        return _temporary()


def _temporary() -> Path:
    """A folder that goes when this process does."""
    folder = Path(tempfile.mkdtemp(prefix="archc-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["ARCHC_CACHE"] = str(folder)  # so that spawned processes look here too
    return folder


@functools.cache
def another_folder() -> Path:
    """Where modules go that :data:`FOLDER` has no room for; modules are looked for there first."""
    folder = _temporary()
    __path__.insert(0, str(folder))
    return folder


FOLDER = _folder()
__path__.append(str(FOLDER))
