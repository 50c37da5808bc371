"""``archc check``: its formats, folders of specs, and watching.

``UPDATE_GOLDEN=1`` writes what each format gives for the same mistakes (``check/found.*``) anew; read
it before you keep it. ``check/sarif-2.1.0.schema.json`` is the official schema as the npm package
@microsoft/jest-sarif 1.0.0-beta.0 (MIT licence) has it.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft4Validator
from typer.testing import CliRunner, Result

from archc import __version__
from archc.cli import app, progress
from archc.cli.checked import Checked
from archc.cli.folders import asked_for
from archc.cli.reports import as_github, as_json, as_sarif
from archc.cli.reports.text import close, show
from archc.cli.watching import changed, stamp, wait
from archc.errors import Edit, Fix, Label, Mistake, Source, Span, SpecError
from archc.spec.files import noticing
from archc.spec.load import load

GOLDEN = Path(__file__).parent / "check"
SCHEMA = json.loads((GOLDEN / "sarif-2.1.0.schema.json").read_text(encoding="utf-8"))

GOOD = """\
archc: 1
name: net
input: [3, 8, 8]
nodes:
  a: {op: conv, filters: 4, kernel: 3}
  b: {op: fc, units: 10}
variants:
  wide: {nodes: {a: {filters: 8}}}
"""
BAD = GOOD.replace("kernel", "kernal")
BLOCKS = "archc: 1\nblocks:\n  twice: {nodes: {x: {op: conv, filters: 3, kernel: 1}}}\n"
WITH_BLOCKS = """\
archc: 1
name: net
include: [blocks.yaml]
input: [3, 8, 8]
nodes: {a: {op: twice}}
"""


def archc(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(app, ("check", *arguments), input=stdin, prog_name="archc")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(**files: str) -> None:
    """``a__b="…"`` is the file a/b.yaml."""
    for name, text in files.items():
        path = Path(f"{name.replace('__', '/')}.yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


# The formats


def found(folder: Path) -> list[Checked]:
    """A spec with all that a mistake can have, one that is fine, and one that is not there."""
    net = Source("100%, ok.yaml", "a: {kernal: 3}\nb: {from: [a, a]}\n")
    base = Source("specs/base.yaml", "a: conv\n")
    at = Span(net, 1, 5, 11)
    mistakes = (
        Mistake(
            "A060",
            "conv has no setting 'kernal': 100 % wrong\x1b[31m\u202e",
            at,
            labels=(
                Label(at),
                Label(Span(base, 1, 4, 8), "4 × 4"),
                Label(Span(base, 1, 4, 8), "4 × 4"),
            ),
            where="a, in block one, called as two at x.yaml:3:1",
            why=("● a came to 4 × 4", "    x  (4 − 1)/1 + 1 = 4  "),
            help="did you mean 'kernel'?",
            notes=("in variant wide",),
            fix=Fix("write kernel", (Edit(at, "kernel"), Edit(Span(net, 2, 17, 17), ", c: {}"))),
        ),
        Mistake("W010", "b became the output", Span(net, 2, 1, 2), warning=True),
    )
    places = {net.name: folder / net.name, base.name: Path("/far/away/specs/base.yaml")}
    return [
        Checked(net.name, net.name, mistakes, "", "", ("wide",), 2, places),
        Checked("fine.yaml:wide", "fine.yaml", (), "wide", "wide with 1 node", (), 20),
        Checked("gone.yaml", "gone.yaml", (Mistake("A030", "there is no file 'gone.yaml'"),)),
    ]  # fmt: skip


def as_words(specs: list[Checked], capsys: pytest.CaptureFixture[str]) -> str:
    told: set[tuple[str, str, str]] = set()
    for spec in specs:
        show(spec, told, single=False)
    close(specs, 1, 0.0912)
    out, err = capsys.readouterr()
    return f"{out}=====\n{err}".removesuffix("\n")


@pytest.mark.parametrize("format", ["txt", "json", "github", "sarif"])
def test_each_format(folder: Path, format: str, capsys: pytest.CaptureFixture[str]) -> None:
    if format == "txt":
        text = as_words(found(folder), capsys)
    else:
        text = {"json": as_json, "github": as_github, "sarif": as_sarif}[format](found(folder))
    text = text.replace(f'"{__version__}"', '"VERSION"') + "\n"
    assert not {char for char in text if not char.isprintable()} - {"\n"}
    golden = GOLDEN / f"found.{format}"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_json_keeps_every_character(folder: Path) -> None:
    first = json.loads(as_json(found(folder)))["specs"][0]["mistakes"][0]
    assert first["message"] == found(folder)[0].mistakes[0].message


def test_sarif_is_valid(folder: Path) -> None:
    for specs in (found(folder), found(folder)[1:2], []):
        assert list(Draft4Validator(SCHEMA).iter_errors(json.loads(as_sarif(specs)))) == []


def test_github_commands_can_be_read_back(folder: Path) -> None:
    """By the rules of GitHub's runner: % last, and : and , in properties only."""
    line = as_github(found(folder)).splitlines()[0]
    match = re.fullmatch(r"::error (.*?)::(.*)", line)
    assert match is not None
    properties = dict(one.split("=", 1) for one in match[1].split(","))
    name = properties["file"]
    for escape, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        name = name.replace(escape, char)
    assert name == "100%, ok.yaml"
    assert (
        match[2]
        .replace("%0A", "\n")
        .replace("%25", "%")
        .split("\n")[0]
        .startswith("conv has no setting 'kernal': 100 % wrong")
    )


def test_what_several_specs_lead_to_is_told_once(folder: Path) -> None:
    write(base=BAD, one="archc: 1\nextends: ./base.yaml\nname: one\n")
    assert as_github([]) == ""
    assert len(archc("base.yaml", "one.yaml", "-f", "github").stdout.splitlines()) == 1
    result = archc("base.yaml", "one.yaml")
    assert result.stderr.count("error[A060]") == 1
    assert "\none.yaml: 1 error, shown above\n" in result.stderr
    assert "\n1 error in 11 lines, checked in" in result.stderr


@pytest.mark.parametrize("format", ["json", "sarif", "github"])
@pytest.mark.parametrize("spec", ["gone.yaml", "nosuch", "-", "odd\udcff.yaml", "a\0b.yaml"])
def test_machines_get_a_document_also_of_what_cannot_be_read(
    folder: Path, format: str, spec: str
) -> None:
    result = archc(spec, "--format", format, stdin="a: [\x01")
    assert (result.exit_code, result.stderr) == (1, "")
    if format == "github":
        assert result.stdout.startswith("::error file=")
        return
    document = json.loads(result.stdout)
    assert document["specs"][0]["mistakes"] if format == "json" else document["runs"][0]["results"]


def test_a_fix_in_json_mends_the_spec(folder: Path) -> None:
    write(net=BAD)
    (mistake,) = json.loads(archc("net.yaml", "-f", "json").stdout)["specs"][0]["mistakes"]
    lines = BAD.splitlines(keepends=True)
    for edit in mistake["fix"]["edits"]:
        line = lines[edit["line"] - 1]
        start, end = edit["column"] - 1, edit["end_column"] - 1
        lines[edit["line"] - 1] = line[:start] + edit["text"] + line[end:]
    assert "".join(lines) == GOOD
    write(net=GOOD)
    assert json.loads(archc("net.yaml", "-f", "json").stdout)["ok"] is True


def test_files_of_bundled_specs_are_named_where_they_are(folder: Path) -> None:
    document = json.loads(archc("lenet5", "-f", "json").stdout)
    file = Path(document["specs"][0]["file"])
    assert (file.is_absolute(), file.is_file()) == (True, True)


# Variants


def test_mistakes_of_all_variants_come_in_one_run(folder: Path) -> None:
    variants = """\
  narrow: {nodes: {a: {kernel: 9}}}
  narrower: {extends: narrow, nodes: {b: {units: 5}}}
  none: {nodes: {zz: {units: 5}}}
  not-a-name: {nodes: {b: {units: 5}}}
"""
    write(net=BAD + variants)
    found = json.loads(archc("net.yaml", "-f", "json").stdout)["specs"][0]["mistakes"]
    assert [(one["code"], one["line"], one["notes"]) for one in found] == [
        ("A028", 12, []),
        ("A023", 11, ["in variant none"]),
    ]
    write(net=GOOD + "".join(variants.splitlines(keepends=True)[:3]))
    found = json.loads(archc("net.yaml", "-f", "json").stdout)["specs"][0]["mistakes"]
    assert [(one["code"], one["notes"][-1]) for one in found] == [
        ("A061", "in variants narrow and narrower"),
        ("A023", "in variant none"),
    ]


# Folders


def test_args_are_for_the_document_itself() -> None:
    """lenet5_1998 has ten codes, one for each class; it is checked as it is written."""
    assert archc("lenet5", "-a", "classes=5").exit_code == 0
    wrong = archc("lenet5:lenet5_1998", "-a", "classes=5")
    assert "5 units do not go with 10 codes" in wrong.output


def test_a_folder_stands_for_the_specs_below_it(folder: Path) -> None:
    write(subs__b=BAD, subs__a=GOOD, subs__deep__er__c=GOOD, subs__empty="", elsewhere=BAD)
    write(subs__net=WITH_BLOCKS, subs__blocks=BLOCKS, subs__alone__lost=BLOCKS)
    Path("subs/.hidden.yaml").write_text(BAD)
    Path("subs/notes.txt").write_text(BAD)
    result = archc("subs")
    assert result.exit_code == 1
    assert [line.split(":")[0] for line in result.stdout.splitlines()] == [
        "ok subs/a.yaml", "ok subs/deep/er/c.yaml", "ok subs/net.yaml",
    ]  # fmt: skip
    closing = "\n".join(result.stderr.splitlines()[-5:])
    assert re.fullmatch(
        r"""6 specs: 3 ok, 3 with mistakes; 1 file of blocks, checked where included
  subs/b\.yaml: 1 error
  subs/empty\.yaml: 1 error
  subs/alone/lost\.yaml: \d errors
\d errors in 32 lines, checked in \d+\.\d\d s""",
        closing,
    ), closing
    assert archc("subs").stdout == result.stdout


def test_links_and_pipes_in_a_folder_lead_nowhere(folder: Path) -> None:
    write(secret=GOOD, subs__a=GOOD)
    Path("subs/link.yaml").symlink_to("../secret.yaml")
    Path("subs/same.yaml").symlink_to("a.yaml")
    Path("subs/around").symlink_to("..")
    os.mkfifo("subs/pipe.yaml")
    result = archc("subs/")
    assert result.stdout.count("ok ") == 2
    assert "'subs/link.yaml' is a link that leads out of 'subs'" in result.stderr
    assert "'subs/pipe.yaml' is not a plain file" in result.stderr


def test_a_folder_without_specs_is_a_mistake(folder: Path) -> None:
    Path("none").mkdir()
    result = archc("none")
    assert result.exit_code == 1
    assert "there is no .yaml or .yml file below 'none'" in result.stderr


def test_bundled_specs_go_before_folders(folder: Path) -> None:
    write(lenet5__net=GOOD)
    assert [one.spec for one in asked_for(["lenet5"])] == ["lenet5"]
    assert [one.spec for one in asked_for(["lenet5/", "lenet5/net.yaml"])] == ["lenet5/net.yaml"]
    assert [one.spec for one in asked_for(["."])] == ["lenet5/net.yaml"]


def test_progress_shows_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    progress.Progress().show("x")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(progress, "colored", lambda stream: True)
    line = progress.Progress()
    line.show("checking \x1b]0;owned")
    line.clear()
    assert capsys.readouterr().err == "\r\x1b[2mchecking ␛]0;owned\x1b[0m\x1b[K\r\x1b[K"


# Watching


def test_the_files_that_a_spec_leads_to_are_noticed(folder: Path) -> None:
    """Also those that are not there, and each as messages call it."""
    write(net=WITH_BLOCKS.replace("]\n", ", gone.yaml]\n", 1), blocks=BLOCKS)
    write(patch="archc: 1\nextends: ./net.yaml\nname: patch\n")
    seen: dict[str, Path | None] = {}
    with noticing(lambda file: seen.update({file.shown: file.path})), pytest.raises(SpecError):
        load("patch.yaml")
    with pytest.raises(SpecError):
        load("elsewhere.yaml")
    assert {shown: path and path.name for shown, path in seen.items()} == {
        name: name for name in ("patch.yaml", "net.yaml", "blocks.yaml", "gone.yaml")
    }


def test_a_spec_may_name_what_cannot_be_a_file(folder: Path) -> None:
    write(net=WITH_BLOCKS.replace("blocks.yaml", r'"a\0b.yaml"'))
    (mistake,) = json.loads(archc(".", "-f", "json").stdout)["specs"][0]["mistakes"]
    assert (mistake["code"], mistake["line"]) == ("A030", 3)


def test_a_file_written_anew_has_changed(folder: Path) -> None:
    write(a=GOOD)
    path = Path("a.yaml")
    before = {path: stamp(path), Path("b.yaml"): None}
    assert not changed(before)
    write(new=GOOD)
    times = path.stat()
    os.utime("new.yaml", ns=(times.st_atime_ns, times.st_mtime_ns))
    os.replace("new.yaml", path)  # same time, same size
    assert changed(before)
    assert changed({Path("a.yaml"): None})
    wait(before, [], list)
    wait({}, ["a"], list)  # another spec has come into the folder


@pytest.mark.parametrize("options", [("-",), ("a.yaml", "-"), ("a.yaml", "--format", "json")])
def test_what_cannot_be_watched_is_wrong_usage(folder: Path, options: tuple[str, ...]) -> None:
    result = archc(*options, "--watch")
    assert (result.exit_code, result.stdout) == (2, "")


@pytest.fixture
def watching(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """``archc check net.yaml --watch``, which includes a file that is not there."""
    write(net=WITH_BLOCKS)
    # a shell that runs tests in the background has its children ignore interrupts
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with open("seen", "wb") as seen:
        command = [sys.executable, "-m", "archc", "check", "net.yaml", "--watch"]
        running = subprocess.Popen(command, stdout=seen, stderr=seen)
    signal.signal(signal.SIGINT, before)
    yield running
    running.kill()
    running.wait()


def appears(words: str, times: int = 1) -> None:
    """Wait for words in what the watching process has printed."""
    end = time.monotonic() + 30
    while (seen := Path("seen").read_text(encoding="utf-8")).count(words) < times:
        assert time.monotonic() < end, seen
        time.sleep(0.02)


def test_every_save_is_checked(watching: subprocess.Popen[bytes]) -> None:
    appears("there is no file 'blocks.yaml'")
    appears("watching 2 files, Ctrl-C ends\n")
    write(blocks=BLOCKS)
    appears("ok net.yaml: net with 1 node")
    appears("watching 2 files", times=2)
    Path("net.yaml").unlink()
    appears("there is no file 'net.yaml'")
    appears("watching 1 file,")
    write(part=WITH_BLOCKS.replace("op: twice", "op: thrice"))
    os.replace("part.yaml", "net.yaml")
    appears("there is no operator or block 'thrice'")
    appears("watching 2 files", times=3)
    watching.send_signal(signal.SIGINT)
    assert watching.wait(timeout=30) == 130
    assert "Traceback" not in Path("seen").read_text(encoding="utf-8")
