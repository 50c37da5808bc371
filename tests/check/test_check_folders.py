"""What a command line asks for: each file once, and a folder that is watched at little cost."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from archc.cli import app, folders
from archc.cli.checked import Checked, Request
from archc.cli.checking import check_all, check_spec
from archc.cli.folders import asked_for, names
from archc.cli.watching import changed
from archc.spec import files

BLOCKS = "archc: 1\nblocks: {}\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("sub").mkdir()
    for name in ("sub/a.yaml", "sub/b.yaml"):
        Path(name).write_text(BLOCKS, encoding="utf-8")
    return tmp_path


def specs(*arguments: str) -> list[str]:
    return [one.spec for one in asked_for(arguments)]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ("sub/a.yaml ./sub/a.yaml", ["sub/a.yaml"]),
        ("sub/a.yaml {here}/sub/a.yaml sub/../sub//a.yaml", ["sub/a.yaml"]),
        ("sub/b.yaml link", ["sub/b.yaml", "link/a.yaml"]),
        ("sub/a.yaml sub/a.yaml:x ./sub/a.yaml:x", ["sub/a.yaml", "sub/a.yaml:x"]),
        ("lenet5 lenet5 ./lenet5.yaml - -", ["lenet5", "./lenet5.yaml", "-"]),
        ("sub/a.yaml same.yaml", ["sub/a.yaml", "same.yaml"]),
    ],
)
def test_each_file_is_checked_once_however_it_is_written(
    folder: Path, arguments: str, found: list[str]
) -> None:
    """A link to a file is a file of its own: 200 submissions are 200 lines."""
    Path("link").symlink_to("sub")
    Path("same.yaml").symlink_to("sub/a.yaml")
    assert specs(*arguments.format(here=folder).split()) == found


def test_a_folder_that_is_closed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree("sub", "sub/closed")
    scan = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert [one.refused for one in asked_for(["sub"])] == [
        "", "", "'sub/closed' cannot be read: permission denied",
    ]  # fmt: skip


def test_waiting_reads_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does it look for bundled specs again, which takes longer than the folder itself."""
    before = names(["sub", "x.yaml"])
    assert sorted(before) == ["sub/a.yaml", "sub/b.yaml", "x.yaml"]
    monkeypatch.setattr(folders, "_is_part", None)
    monkeypatch.setattr("archc.spec.files.Files.entry", None)
    assert names(["sub", "x.yaml"]) == before
    Path("sub/b.yaml").rename("sub/c.yaml")
    assert names(["sub", "x.yaml"]) != before


def test_what_was_refused_is_watched_too() -> None:
    """Something else may take the name; an empty folder has its names looked at."""
    os.mkfifo("sub/pipe.yaml")
    Path("empty").mkdir()
    pipe, empty = [one for one in asked_for(["sub", "empty"]) if one.refused]
    (found,) = check_all([pipe], lambda spec, step: Checked(spec, spec))
    assert not changed(found.stamps)
    Path("sub/pipe.yaml").unlink()
    assert changed(found.stamps)
    (found,) = check_all([empty], lambda spec, step: Checked(spec, spec))
    assert found.stamps == {}


def test_an_ending_may_be_written_large() -> None:
    Path("sub/My Net.YAML").write_text(BLOCKS, encoding="utf-8")
    Path("sub/c.Yml").write_text(BLOCKS, encoding="utf-8")
    assert specs("sub") == ["sub/My Net.YAML", "sub/a.yaml", "sub/b.yaml", "sub/c.Yml"]


@pytest.mark.parametrize("command", ["summary", "draw", "explain"])
def test_only_check_takes_folders(command: str) -> None:
    result = CliRunner().invoke(app, [command, "."])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("error[A030]: '.' is a folder\nhelp: name a file in it; only")


def test_the_same_place_in_two_specs_is_told_with_each_of_its_numbers() -> None:
    base = "archc: 1\ninput: [3, {size}, {size}]\nname: net\ninclude: [parts.yaml]\nnodes: {{a: part}}\n"
    part = "archc: 1\nblocks: {part: {nodes: {x: {op: max_pool, kernel: 3, stride: 2}}}}\n"
    Path("sub/parts.yaml").write_text(part, encoding="utf-8")
    for name, size in (("a", 10), ("b", 12), ("c", 10)):
        Path(f"sub/{name}.yaml").write_text(base.format(size=size), encoding="utf-8")
    told = CliRunner().invoke(app, ["check", "sub"]).stderr
    assert told.count("warning[W001]") == 2


def test_variants_share_what_is_read_of_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    variants = "".join(f"  v{i}: {{nodes: {{a: {{filters: {i + 1}}}}}}}\n" for i in range(20))
    nodes = "nodes: {a: {op: conv, filters: 4, kernel: 3}}\n"
    text = f"archc: 1\nname: net\ninput: [3, 8, 8]\n{nodes}variants:\n{variants}"
    Path("net.yaml").write_text(text, encoding="utf-8")
    reads: list[str] = []
    read = files.read
    monkeypatch.setattr(files, "read", lambda source: reads.append(source.name) or read(source))
    checked = check_spec("net.yaml", Request([], [], None))
    assert (len(checked.variants), reads) == (20, ["net.yaml"])
