"""Files of weights that are damaged or meant to harm: one clear error, and no code of theirs is run."""

from __future__ import annotations

import json
import os
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

import archc
from archc import SpecError

SPEC = "{archc: 1, name: net, input: [3], nodes: {fc: {op: fc, units: 2}}}"


class Harm:
    """Unpickled without care, it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, (f"touch {self.path}",)


def good() -> dict[str, torch.Tensor]:
    return {"fc.weight": torch.ones(2, 3), "fc.bias": torch.ones(2)}


def harmful(file: Path) -> None:
    torch.save({**good(), "fc.harm": Harm(file.with_name("harmed"))}, file)


def harmful_plain_pickle(file: Path) -> None:
    file.write_bytes(pickle.dumps(Harm(file.with_name("harmed")), protocol=2))


def whole_module(file: Path) -> None:
    torch.save(nn.Linear(3, 2), file)


def truncated(file: Path) -> None:
    torch.save({"fc.weight": torch.ones(2000, 3)}, file)
    file.write_bytes(file.read_bytes()[:-4000])


def truncated_tensors(file: Path) -> None:
    save_file({"fc.weight": torch.ones(2000, 3)}, file)
    file.write_bytes(file.read_bytes()[:-4000])


def compressed(file: Path) -> None:
    """A few kilobytes that unpack to a lot."""
    torch.save({"fc.weight": torch.zeros(2000, 3)}, file)
    with zipfile.ZipFile(file) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def lying_header(file: Path) -> None:
    entry = {"fc.weight": {"dtype": "F32", "shape": [10**9, 10**9], "data_offsets": [0, 16]}}
    header = json.dumps(entry).encode()
    file.write_bytes(struct.pack("<Q", len(header)) + header + bytes(16))


def endless_header(file: Path) -> None:
    file.write_bytes(struct.pack("<Q", 2**62) + b"{}")


def empty(file: Path) -> None:
    file.write_bytes(b"")


def noise(file: Path) -> None:
    file.write_bytes(bytes(range(256)) * 20)


def no_tensors(file: Path) -> None:
    torch.save({"epoch": 3}, file)


def a_list(file: Path) -> None:
    torch.save([torch.ones(3)], file)


def text(file: Path) -> None:
    file.write_text(SPEC)


CASES: list[tuple[str, Callable[[Path], None], str]] = [
    ("harm.pth", harmful, "'{}' holds more than tensors; archc runs no code from a file"),
    (
        "plain.pth",
        harmful_plain_pickle,
        "'{}' holds more than tensors; archc runs no code from a file",
    ),
    ("module.pt", whole_module, "'{}' holds more than tensors; archc runs no code from a file"),
    ("cut.pth", truncated, "'{}' is damaged, or not written by torch.save"),
    ("empty.pth", empty, "'{}' is damaged, or not written by torch.save"),
    ("noise.pth", noise, "'{}' is damaged, or not written by torch.save"),
    ("packed.pth", compressed, "'{}' is compressed, which torch.save never does"),
    ("none.pth", no_tensors, "'{}' holds no tensors by name"),
    ("list.pth", a_list, "'{}' holds no tensors by name"),
    ("cut.safetensors", truncated_tensors, "'{}' is damaged, or no safetensors file"),
    ("lies.safetensors", lying_header, "'{}' is damaged, or no safetensors file"),
    ("endless.safetensors", endless_header, "'{}' is damaged, or no safetensors file"),
    ("empty.safetensors", empty, "'{}' is damaged, or no safetensors file"),
    ("noise.safetensors", noise, "'{}' is damaged, or no safetensors file"),
    ("harm.safetensors", harmful, "'{}' is damaged, or no safetensors file"),
    ("weights.bin", text, "'{}' is no file of weights that archc reads"),
]


@pytest.mark.parametrize(("name", "make", "words"), CASES, ids=[case[0] for case in CASES])
def test_a_bad_file_is_one_clear_error(
    tmp_path: Path, name: str, make: Callable[[Path], None], words: str
) -> None:
    file = tmp_path / name
    make(file)
    net = archc.loads(SPEC)
    with pytest.raises(SpecError) as caught:
        net.build(weights=file)
    (mistake,) = caught.value.mistakes
    assert mistake.code == "A092"
    assert mistake.message.startswith(words.format(file))
    assert mistake.help
    assert not (tmp_path / "harmed").exists()


@pytest.mark.parametrize("name", ["there_is_none.pth", "folder.safetensors"])
def test_a_file_that_cannot_be_opened(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.safetensors").mkdir()
    with pytest.raises(SpecError, match=r"A092.*cannot be read: (no such file|is a) "):
        archc.loads(SPEC).build(weights=tmp_path / name)


def test_the_nearest_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "digits.pth").touch()
    (tmp_path / "digit.yaml").touch()
    with pytest.raises(SpecError, match=r"help: did you mean 'digits.pth'\?"):
        archc.loads(SPEC).build(weights=tmp_path / "digit.pth")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pth")
    with pytest.raises(SpecError, match=r"A092.*is not a plain file"):
        archc.loads(SPEC).build(weights=tmp_path / "pipe.pth")


def test_entries_that_are_no_tensors_are_told(tmp_path: Path) -> None:
    torch.save({**good(), "version": "2.1"}, tmp_path / "net.pth")
    net = archc.loads(SPEC)
    with pytest.raises(SpecError, match="unexpected   version"):
        net.build(weights=tmp_path / "net.pth")
    report = net.load_weights(net.build(), tmp_path / "net.pth", except_=["version"])
    assert report.unexpected == ["version"]
