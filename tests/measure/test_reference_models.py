"""Models of others by name: those that exist, and one clear error for each that does not."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest
from torch import nn

from archc import SpecError
from archc.measure.reference import is_reference, reference

FILE = """\
import beside
from torch import nn

made = nn.Linear(2, 2)


class Net(nn.Linear):
    def __init__(self):
        super().__init__(3, beside.UNITS)


class Needs(nn.Module):
    def __init__(self, units):
        super().__init__()


def number():
    return 3
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("nets.py").write_text(FILE)
    Path("beside.py").write_text("UNITS = 5\n")
    monkeypatch.delitem(sys.modules, "beside", raising=False)


@pytest.mark.parametrize("text", ["torchvision:resnet50", "timm:resnet50", "a b/nets.py:Net"])
def test_the_three_forms(text: str) -> None:
    assert is_reference(text)


@pytest.mark.parametrize(
    "text", ["resnet50", "keras:resnet50", "nets.py", "nets.py:", "nets.py:a b"]
)
def test_anything_else_is_none(text: str) -> None:
    assert not is_reference(text)
    with pytest.raises(ValueError, match="is not torchvision:NAME"):
        reference(text)


def test_a_class_in_a_file_that_imports_what_lies_beside_it() -> None:
    path = list(sys.path)
    module = reference("nets.py:Net")
    assert isinstance(module, nn.Linear) and module.out_features == 5
    assert isinstance(reference("nets.py:made"), nn.Linear)
    assert sys.path == path


@pytest.mark.parametrize("name", ["resnet18", "googlenet"])
def test_a_model_of_torchvision(torchvision: ModuleType, name: str) -> None:
    module = reference(f"torchvision:{name}")
    assert type(module).__module__.startswith("torchvision.models")


def test_a_model_of_timm(torchvision: ModuleType) -> None:
    pytest.importorskip("timm")
    assert type(reference("timm:resnet18")).__module__ == "timm.models.resnet"


WRONG = {
    "none.py:Net": "there is no file 'none.py'",
    "nets.py:Nett": "'nets.py' has nothing called 'Nett'\nhelp: did you mean 'Net'?",
    "nets.py:Needs": "'nets.py:Needs' cannot be made: Needs.__init__() missing 1 required positional "
    "argument: 'units'\nhelp: it is called without arguments",
    "nets.py:number": "'nets.py:number' gives int, which is no nn.Module",
    "broken.py:Net": "'broken.py' cannot be imported: invalid syntax (broken.py, line 1)",
    "leaving.py:Net": "'leaving.py' cannot be imported: 3",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_does_not_work_says_so(text: str) -> None:
    Path("broken.py").write_text("class\n")
    Path("leaving.py").write_text("raise SystemExit(3)\n")
    with pytest.raises(SpecError) as caught:
        reference(text)
    assert str(caught.value) == f"error[A106]: {WRONG[text]}"


def test_unknown_models(torchvision: ModuleType) -> None:
    with pytest.raises(SpecError, match=r"(?s)no model called 'resnet5'.*did you mean 'resnet50'"):
        reference("torchvision:resnet5")


@pytest.mark.parametrize("library", ["torchvision", "timm"])
def test_a_library_that_is_not_installed(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (library, f"{library}.models"):
        monkeypatch.setitem(sys.modules, name, None)
    if library == "timm":  # without torchvision too
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SpecError, match=f"(?s){library} cannot be imported.*pip install {library}"):
        reference(f"{library}:resnet18")
