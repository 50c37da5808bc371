"""The rules of the language on files: names, bases, includes, and what a spec may not reach."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from archc.budgets import Limits, limits
from archc.errors import SpecError
from archc.spec import files
from archc.spec.files import bundled, bundled_folder
from archc.spec.load import load, loads

NETWORK = (
    "archc: 1\nname: {name}\ninput: [3, 8, 8]\nnodes: {{a: relu, b: {{op: conv, filters: 4}}}}\n"
)
BLOCKS = """
archc: 1
defaults: {conv: {kernel: 1}}
args: {n: 4}
blocks: {NAME: {nodes: {c: {op: conv, filters: $n}}}}
"""


def write(folder: Path, **texts: str) -> Path:
    """Write files (``__`` in a name stands for a folder) and return the first."""
    paths = []
    for name, text in texts.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        paths.append(path)
    return paths[0]


def told(spec: str | Path, root: Path | None = None) -> str:
    """The message of a spec's one mistake."""
    with pytest.raises(SpecError) as caught:
        load(spec, root=root)
    (mistake,) = caught.value.mistakes
    return mistake.message


# Names


@pytest.mark.parametrize("one", bundled(), ids=lambda one: one.name)
def test_every_bundled_spec_loads_by_name_without_a_warning(one) -> None:  # type: ignore[no-untyped-def]
    document = load(one.name)
    assert document.name == one.name
    assert document.warnings == []


def test_a_bundled_name_is_a_file_a_document_or_a_variant() -> None:
    assert load("resnet").name == "resnet34"
    assert load("resnet34").name == "resnet34"
    assert load("resnet50").name == "resnet50"
    assert load("resnet:resnet50").name == "resnet50"
    assert load(bundled_folder() / "resnet.yaml").name == "resnet34"
    assert load(f"{bundled_folder() / 'resnet.yaml'}:resnet50").name == "resnet50"


def test_a_bundled_file_is_read_once_for_as_long_as_it_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, family=NETWORK.format(name="member"))
    monkeypatch.setattr(files, "bundled_folder", lambda: tmp_path)
    monkeypatch.setattr(files, "_FOUND", {})
    assert load("member").marks is load("member").marks
    path.write_text(NETWORK.format(name="member") + "title: Another\n")
    assert load("member").title == "Another"
    path.write_text(NETWORK.format(name="nobody"))
    assert "no bundled spec 'member'" in told("member")


def test_a_bundled_file_that_was_read_is_held_against_other_limits() -> None:
    load("lenet5")
    with limits(bytes=100):
        assert "larger than 100 bytes" in told("lenet5")


def test_bundled_names_are_unique_and_have_titles() -> None:
    names = [one.name for one in bundled()]
    assert len(set(names)) == len(names)
    assert all(one.title for one in bundled())


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    with pytest.raises(SpecError) as caught:
        load("resnet5O")
    assert caught.value.mistakes[0].help.startswith("did you mean 'resnet5")


def test_a_file_without_its_ending_is_recognised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, mine=NETWORK.format(name="mine"))
    monkeypatch.chdir(tmp_path)
    assert load("mine.yaml").name == "mine"
    with pytest.raises(SpecError) as caught:
        load("mine")
    assert caught.value.mistakes[0].help == "for the file write ./mine.yaml"


def test_a_missing_file_or_variant_is_told_with_the_nearest(tmp_path: Path) -> None:
    path = write(tmp_path, mine=NETWORK.format(name="mine") + "variants: {big: {}}")
    with pytest.raises(SpecError) as caught:
        load(tmp_path / "mein.yaml")
    assert caught.value.mistakes[0].help == "did you mean 'mine.yaml'?"
    with pytest.raises(SpecError) as caught:
        load(f"{path}:bg")
    assert caught.value.mistakes[0].help == "did you mean 'big'?"


def test_a_folder_a_huge_file_and_what_is_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    assert told(tmp_path / "folder.yaml").endswith("is a folder")
    (tmp_path / "binary.yaml").write_bytes(b"archc: 1\nname: \xff\n")
    assert "is not UTF-8 text: see byte 15, in line 2" in told(tmp_path / "binary.yaml")
    with (tmp_path / "huge.yaml").open("wb") as stream:
        stream.truncate(2**30)
    assert told(tmp_path / "huge.yaml").endswith("is larger than 16,777,216 bytes")


# Bases


def test_a_base_is_a_bundled_spec_a_file_or_a_variant_of_one(tmp_path: Path) -> None:
    base = NETWORK.format(name="base") + "variants: {wide: {nodes: {b: {filters: 8}}}}"
    write(tmp_path, base=base)
    for reference, filters in [("./base.yaml", 4), ("base.yaml:wide", 8)]:
        text = f"archc: 1\nname: net\nextends: {reference}\nnodes: {{b: {{kernel: 3}}}}"
        document = load(write(tmp_path, net=text))
        assert document.nodes["b"].settings == {"filters": filters, "kernel": 3}
    assert (
        load(write(tmp_path, net="archc: 1\nname: net\nextends: resnet50\n")).lexical.args["unit"]
        == "bottleneck"
    )


def test_a_base_may_extend_itself_another(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        c="archc: 1\nname: c\nextends: b.yaml\nnodes: {b: {kernel: 3}}",
        b="archc: 1\nname: b\nextends: a.yaml\nnodes: {b: {filters: 8}}\nvariants: {x: {nodes: {a: null}}}",
        a=NETWORK.format(name="a"),
    )
    assert load(path).nodes["b"].settings == {"filters": 8, "kernel": 3}
    nodes = load(f"{tmp_path / 'b.yaml'}:x").nodes
    assert [name for name, node in nodes.items() if node.when is None] == ["b"]


def test_a_variant_is_not_inherited(tmp_path: Path) -> None:
    write(tmp_path, a=NETWORK.format(name="a") + "variants: {x: {}}")
    path = write(tmp_path, b="archc: 1\nname: b\nextends: a.yaml")
    assert told(f"{path}:x").endswith("b.yaml has no variant 'x'")


def test_a_circle_of_bases_is_told_as_a_chain(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        a="archc: 1\nname: a\nextends: b.yaml",
        b="archc: 1\nname: b\nextends: a.yaml",
    )
    shown = path.as_posix()
    other = shown.replace("a.yaml", "b.yaml")
    assert told(path) == f"extends goes in a circle: {shown} → {other} → {shown}"


def test_the_depth_of_bases_is_bounded(tmp_path: Path) -> None:
    for index in range(Limits().bases + 1):
        write(tmp_path, **{f"n{index}": f"archc: 1\nname: n{index}\nextends: n{index + 1}.yaml"})
    assert told(tmp_path / "n0.yaml") == f"more than {Limits().bases} documents extend one another"


def test_the_number_of_files_is_bounded(tmp_path: Path) -> None:
    for index in range(Limits().files):
        write(tmp_path, **{f"n{index}": f"archc: 1\nblocks: {{b{index}: {{nodes: {{a: relu}}}}}}"})
    include = ", ".join(f"n{index}.yaml" for index in range(Limits().files))
    path = write(tmp_path, net=NETWORK.format(name="net") + f"include: [{include}]")
    assert told(path) == f"this spec leads to more than {Limits().files} files"


# Includes


def test_included_blocks_keep_their_own_args_and_defaults(tmp_path: Path) -> None:
    text = NETWORK.format(name="net") + "include: [parts/one.yaml]\ndefaults: {conv: {kernel: 5}}"
    path = write(tmp_path, net=text, parts__one=BLOCKS.replace("NAME", "one"))
    document = load(path, args={})
    assert document.blocks["one"].lexical.defaults == {"conv": {"kernel": 1}}
    assert document.blocks["one"].lexical.args == {"n": 4}
    assert document.lexical.args == {}


def test_included_files_include_relative_to_themselves_and_each_once(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        net=NETWORK.format(name="net") + "include: [parts/one.yaml, parts/two.yaml]",
        parts__one=BLOCKS.replace("NAME", "one") + "include: [two.yaml]",
        parts__two=BLOCKS.replace("NAME", "two") + "include: [one.yaml]",
    )
    assert list(load(path).blocks) == ["one", "two"]


def test_a_patch_adds_to_the_includes_of_its_base(tmp_path: Path) -> None:
    write(
        tmp_path,
        parts__base=NETWORK.format(name="base") + "include: [one.yaml]",
        parts__one=BLOCKS.replace("NAME", "one"),
        two=BLOCKS.replace("NAME", "two"),
    )
    path = write(tmp_path, net="archc: 1\nname: net\nextends: parts/base.yaml\ninclude: [two.yaml]")
    assert set(load(path).blocks) == {"one", "two"}


def test_block_names_are_unique_across_includes(tmp_path: Path) -> None:
    text = NETWORK.format(name="net") + "include: [one.yaml]\nblocks: {one: {nodes: {a: relu}}}"
    path = write(tmp_path, net=text, one=BLOCKS.replace("NAME", "one"))
    with pytest.raises(SpecError) as caught:
        load(path)
    (mistake,) = caught.value.mistakes
    assert mistake.message == "there are two blocks 'one'"
    assert mistake.labels[0].span.source.name.endswith("one.yaml")


def test_mistakes_of_included_files_are_told_with_those_of_the_document(tmp_path: Path) -> None:
    text = NETWORK.format(name="net") + "include: [one.yaml, no.yaml]\ntitel: x"
    path = write(tmp_path, net=text, one="archc: 1\nblocks: {b: {nods: {}, nodes: {a: relu}}}")
    with pytest.raises(SpecError) as caught:
        load(path)
    assert len(caught.value.mistakes) == 3


# What a spec may not reach


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("../secret.yaml", "'../secret.yaml' lies outside of the folder that this spec may read"),
        ("link.yaml", "'link.yaml' lies outside of the folder that this spec may read"),
        ("/etc/passwd", "'/etc/passwd' is not a relative path"),
        ("https://a.b/c.yaml", "'https://a.b/c.yaml' is not a relative path"),
        ("pipe.yaml", "'pipe.yaml' is not a plain file"),
        ("zero.yaml", "'zero.yaml' is not a plain file"),
        ("deep/link.yaml", "'deep/link.yaml' lies outside of the folder"),
        ("outer/secret.yaml", "'outer/secret.yaml' lies outside of the folder"),
        ("sub.yaml/../../secret.yaml", "lies outside of the folder"),
        ("outer/inside/../secret.yaml", "lies outside of the folder"),
        ("circle.yaml", "cannot be read"),
        ("./sub.yaml", "'./sub.yaml' is a folder"),
        ('"a\\0.yaml"', "cannot be read: not a path"),
        ("none.yaml", "there is no file 'none.yaml'"),
        (f"{'a' * 300}.yaml", "cannot be read: file name too long"),
    ],
)
@pytest.mark.parametrize("key", ["extends: {}", "include: [{}]"])
def test_files_of_a_spec_stay_in_its_folder_and_are_plain(
    tmp_path: Path, reference: str, message: str, key: str
) -> None:
    write(tmp_path, secret=NETWORK.format(name="secret"))
    inside = tmp_path / "inside"
    (inside / "sub.yaml").mkdir(parents=True)
    os.mkfifo(inside / "pipe.yaml")
    (inside / "link.yaml").symlink_to("../secret.yaml")
    (inside / "zero.yaml").symlink_to("/dev/zero")
    (inside / "deep").mkdir()
    (inside / "deep/link.yaml").symlink_to("../link.yaml")
    (inside / "outer").symlink_to("..")
    (inside / "circle.yaml").symlink_to("circle.yaml")
    path = write(inside, net=NETWORK.format(name="net") + key.format(reference))
    assert message in told(path)


def test_a_root_widens_the_folder(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    write(tmp_path, base=NETWORK.format(name="base"))
    path = write(tmp_path / "inside", net="archc: 1\nname: net\nextends: ../base.yaml")
    assert load(path, root=tmp_path).name == "net"


def test_text_without_a_file_names_files_below_its_root(tmp_path: Path) -> None:
    write(tmp_path, base=NETWORK.format(name="base"))
    text = "archc: 1\nname: net\nextends: base.yaml"
    assert loads(text, root=tmp_path).name == "net"
    with pytest.raises(SpecError):
        loads(text)
    assert loads(text.replace("base.yaml", "alexnet")).name == "net"


def test_a_bundled_base_uses_its_own_includes_from_anywhere(tmp_path: Path) -> None:
    families = [
        path.stem for path in bundled_folder().glob("*.yaml") if "\ninclude:" in path.read_text()
    ]
    for family in families:
        path = write(tmp_path, net=f"archc: 1\nname: net\nextends: {family}")
        assert load(path).blocks


def test_loading_one_bundled_spec_imports_nothing_slow() -> None:
    code = (
        "import sys; from archc.spec.load import load; load('alexnet'); "
        "print([name for name in ('torch', 'networkx', 'jsonschema', 'difflib') if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("pipe.pth", "'pipe.pth' is not a plain file"),
        ("link.pth", "'link.pth' lies outside of the folder that this spec may read"),
        ("../secret.pth", "'../secret.pth' lies outside of the folder that this spec may read"),
        ("/etc/secret.pth", "'/etc/secret.pth' is not a relative path"),
        (f"{'a' * 300}.pth", f"'{'a' * 80}' cannot be read: file name too long"),
    ],
)
def test_a_file_of_weights_stays_in_its_folder(tmp_path: Path, file: str, message: str) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret.pth").touch()
    os.mkfifo(inside / "pipe.pth")
    (inside / "link.pth").symlink_to("../secret.pth")
    path = write(inside, net=NETWORK.format(name="net") + f"weights: {{file: {file}}}\n")
    assert told(path) == message


def test_a_pipe_is_read_as_an_entry(tmp_path: Path) -> None:
    pipe = tmp_path / "net.yaml"
    os.mkfifo(pipe)
    with subprocess.Popen(
        ["tee", pipe], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as writer:
        assert writer.stdin is not None
        writer.stdin.write(NETWORK.format(name="net").encode())
        writer.stdin.close()
        assert load(pipe).name == "net"


@pytest.mark.parametrize("name", ["torch", "numpy", "con", "NUL", "com1"])
def test_a_network_is_not_named_as_what_its_file_would_hide(tmp_path: Path, name: str) -> None:
    assert told(write(tmp_path, net=NETWORK.format(name=name))).startswith(f"'{name}.py' ")
    assert load(write(tmp_path, net=NETWORK.format(name=f"{name}_net"))).name == f"{name}_net"
