"""The cache of generated modules: damaged, closed or full, a network is built all the same."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path

import pytest

import archc
import archc.built

build = importlib.import_module("archc.codegen.build")  # a function has the same name
SPEC = """\
archc: 1
name: cached
input: [3, 8, 8]
nodes:
  a: {op: conv, filters: 2, kernel: 3}
  b: {op: fc, units: 3}
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of this test's own."""
    folder = tmp_path / "cache"
    monkeypatch.setattr(build, "FOLDER", folder)
    monkeypatch.setattr(archc.built, "__path__", [str(folder)])
    return folder


def built() -> str:
    """Where a new process would find the network's module."""
    for name in [name for name in sys.modules if name.startswith("archc.built.cached_")]:
        del sys.modules[name]
    module = archc.loads(SPEC).build()
    return str(sys.modules[type(module).__module__].__file__)


def test_a_damaged_source_is_written_anew(cache: Path) -> None:
    file = Path(built())
    assert file.parent == cache
    source = file.read_text()
    for damaged in (source[:99], "\0", ""):
        file.write_text(damaged)
        built()
        assert file.read_text() == source
    file.write_bytes(b"\xff\xfe")
    built()
    assert file.read_text() == source


def test_damaged_bytes_of_the_compiler_are_made_anew(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    compiled = Path(importlib.util.cache_from_source(built()))
    content = compiled.read_bytes()
    for damaged in (content[:30], content[:16] + b"\xff" * 99, content[:16] + b"N", b""):
        compiled.write_bytes(damaged)
        built()
    assert compiled.read_bytes() == content


def test_a_cache_that_cannot_be_written_is_done_without(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.write_text("a file stands where the folder would be")
    monkeypatch.setenv("ARCHC_CACHE", str(cache))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    archc.built.another_folder.cache_clear()
    elsewhere = Path(built()).parent
    assert elsewhere.parent == tmp_path
    assert elsewhere.name.startswith("archc-")
    assert cache.read_text().startswith("a file")
    archc.built.another_folder.cache_clear()


def test_a_cache_that_is_only_read_serves_what_it_has(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = built()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(build, "write", full)
    assert built() == file
