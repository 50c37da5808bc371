"""``torchvision:DEFAULT``: from torch's cache if it lies there, with clear words if it cannot be had."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType
from urllib.error import URLError

import pytest
import torch

import archc
from archc import SpecError


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where torch keeps what it fetched; no network."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))

    def unreachable(*_: object, **__: object) -> None:
        raise URLError("no network")

    monkeypatch.setattr("torch.hub.urlopen", unreachable)
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    return folder


def file_of(torchvision: ModuleType, model: str, weights: str) -> str:
    entry = torchvision.models.get_model_weights(model)[weights]
    return str(entry.url.rpartition("/")[2])


@pytest.mark.parametrize("weights", ["DEFAULT", "IMAGENET1K_V1"])
def test_torchvisions_weights_fit(torchvision: ModuleType, cache: Path, weights: str) -> None:
    model = torchvision.models.resnet18(weights=None)
    torch.save(model.state_dict(), cache / file_of(torchvision, "resnet18", weights))
    net = archc.load("resnet18")
    module = net.build(weights=f"torchvision:{weights}").eval()
    image = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        torch.testing.assert_close(module(image), model.eval()(image))


def test_a_patch_finds_the_weights_of_its_base(
    torchvision: ModuleType, cache: Path, tmp_path: Path
) -> None:
    model = torchvision.models.resnet18(weights=None)
    torch.save(model.state_dict(), cache / file_of(torchvision, "resnet18", "DEFAULT"))
    (tmp_path / "net.yaml").write_text(
        "{archc: 1, extends: resnet18, name: mine, args: {classes: 5}}"
    )
    net = archc.load(tmp_path / "net.yaml")
    report = net.load_weights(net.build(), "torchvision:DEFAULT", except_=["fc"])
    assert report.missing == ["fc.weight", "fc.bias"]
    assert report.file.startswith("torchvision's resnet18 (IMAGENET1K_")
    assert len(report.loaded) == len(model.state_dict()) - 2


def test_published_densenets_have_older_names(torchvision: ModuleType) -> None:
    """torchvision renames them when it loads them; the layout `torchvision_files` has those of the files."""
    net = archc.load("densenet121")
    state = net.build().state_dict()
    tensors = {
        name: value for name, value in state.items() if "num_batches" not in name
    }  # older still
    published = {net.renamed(name, "torchvision_files"): value for name, value in tensors.items()}
    assert "features.denseblock1.denselayer1.norm.1.weight" in published

    class File:
        def get_state_dict(self, **_: object) -> dict[str, torch.Tensor]:
            return published

    model = torchvision.models.densenet121(weights=None)
    torchvision.models.densenet._load_state_dict(model, File(), progress=False)
    for name, value in tensors.items():
        assert torch.equal(model.state_dict()[net.renamed(name, "torchvision")], value)


def test_fetched_files_are_not_trusted_either(
    torchvision: ModuleType, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No code is run from a pickle, and downloads are checked against the hash in their name."""

    class Harm:
        def __reduce__(self) -> tuple[object, ...]:
            return os.system, (f"touch {cache}/harmed",)

    torch.save({"conv1.weight": Harm()}, cache / file_of(torchvision, "resnet18", "DEFAULT"))
    with pytest.raises(SpecError, match="A095"):
        archc.load("resnet18").build(weights="torchvision:DEFAULT")
    assert not (cache / "harmed").exists()
    given: dict[str, object] = {}
    monkeypatch.setattr(
        "torch.hub.load_state_dict_from_url", lambda _, **rest: given.update(rest) or {}
    )
    with pytest.raises(SpecError):
        archc.load("resnet18").build(weights="torchvision:DEFAULT")
    assert (given["weights_only"], given["check_hash"]) == (True, True)


@pytest.mark.usefixtures("torchvision", "cache")
@pytest.mark.parametrize(
    ("spec", "source", "words"),
    [
        ("resnet18", "torchvision:DEFAULT", "cannot be fetched: no network\nhelp: fetch https://"),
        ("resnet18", "torchvision:V1", "torchvision's resnet18 has no weights 'V1'\nhelp: "),
        ("lenet5", "torchvision:DEFAULT", "torchvision has no model called lenet5"),
    ],
)
def test_what_cannot_be_had_is_said(spec: str, source: str, words: str) -> None:
    with pytest.raises(SpecError) as caught:
        archc.load(spec).build(weights=source)
    assert caught.value.mistakes[0].code == "A095"
    assert words in str(caught.value)


def test_a_damaged_download_is_said(torchvision: ModuleType, cache: Path) -> None:
    (cache / file_of(torchvision, "resnet18", "DEFAULT")).write_bytes(b"<html>not found</html>")
    with pytest.raises(
        SpecError, match=r"A095.*cannot be read.*\nhelp: remove it from torch's cache"
    ):
        archc.load("resnet18").build(weights="torchvision:DEFAULT")
