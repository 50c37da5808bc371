"""Weights into a module: what fits, what is told, and what leaves the module as it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

import archc
from archc import SpecError

NET = """
archc: 1
name: net
args: {classes: 4}
defaults: {conv: {kernel: 3, padding: 1, bias: false, norm: batch_norm, act: relu}}
input: [3, 8, 8]
nodes:
  conv1: {op: conv, filters: 4}
  conv2: {op: conv, filters: 4, repeat: 2}
  pool: {op: adaptive_avg_pool, size: 2}
  fc: {op: fc, units: $classes}
layouts:
  theirs:
    conv1: [stem.0, stem.1]
    conv2.<i>: body.<i+1>.conv
    conv2_norm.<i>: body.<i+1>.norm
"""
Change = Callable[[dict[str, Tensor]], object]


@pytest.fixture
def net() -> archc.Architecture:
    return archc.loads(NET)


def trained(net: archc.Architecture) -> dict[str, Tensor]:
    """A state dict whose every number differs from a fresh module's."""
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return {
            name: torch.tensor(7) if value.dtype == torch.int64 else torch.rand(value.shape)
            for name, value in net.build().state_dict().items()
        }


def under(net: archc.Architecture, tensors: Mapping[str, Tensor], layout: str) -> dict[str, Tensor]:
    return {net.renamed(name, layout): value for name, value in tensors.items()}


def equal(module: nn.Module, expected: Mapping[str, Tensor]) -> bool:
    found = module.state_dict()
    return found.keys() == expected.keys() and all(
        torch.equal(found[name], expected[name]) for name in found
    )


@pytest.mark.parametrize("ending", ["safetensors", "pth", "pt"])
@pytest.mark.parametrize("layout", ["archc", "theirs"])
def test_every_format_and_every_layout_is_recognised(
    net: archc.Architecture, tmp_path: Path, ending: str, layout: str
) -> None:
    weights = trained(net)
    file = tmp_path / f"net.{ending}"
    (save_file if ending == "safetensors" else torch.save)(under(net, weights, layout), file)
    module = net.build()
    report = net.load_weights(module, file)
    assert equal(module, weights)
    assert report.layout == layout
    assert report.loaded == list(weights)
    assert not (report.reshaped or report.missing or report.unexpected or report.counters)
    assert equal(net.build(weights=file), weights)


def test_rules_for_instances_and_ranges() -> None:
    """A pair reaches the norms of instances; of two ranges the first one counts."""
    layouts = (
        "{pairs: {conv2.<i>: [a.<i>, b.<i>]}, ranges: {conv1..conv2: f.<n>, conv2..fc: g.<n>}}"
    )
    net = archc.loads(NET[: NET.index("layouts")] + f"layouts: {layouts}")
    assert net.renamed("conv2.1.weight", "pairs") == "a.1.weight"
    assert net.renamed("conv2_norm.1.bias", "pairs") == "b.1.bias"
    assert net.renamed("conv2.0.weight", "ranges") == "f.3.weight"  # after conv1, its norm and ReLU
    assert net.renamed("fc.bias", "ranges") == "g.7.bias"  # counted from conv2 on
    with pytest.raises(KeyError, match=r"net has no tensor 'cov1\.weight'; did you mean 'conv1'\?"):
        net.renamed("cov1.weight", "pairs")


def test_the_names_of_a_layout_are_those_that_its_rules_give(net: archc.Architecture) -> None:
    names = {net.renamed(name, "theirs") for name in trained(net)}
    assert {"stem.0.weight", "stem.1.bias", "body.1.conv.weight", "body.2.norm.running_var"} < names
    assert {"fc.weight", "fc.bias"} < names  # no rule, so as they are


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "model.", "module._orig_mod."])
def test_prefixes_of_wrapped_modules_are_taken_off(
    net: archc.Architecture, tmp_path: Path, prefix: str
) -> None:
    weights = trained(net)
    torch.save({f"{prefix}{name}": value for name, value in weights.items()}, tmp_path / "net.pth")
    assert equal(net.build(weights=tmp_path / "net.pth"), weights)


@pytest.mark.parametrize("key", ["state_dict", "model_state_dict", "model"])
def test_what_training_scripts_wrap_around_weights_is_taken_off(
    net: archc.Architecture, tmp_path: Path, key: str
) -> None:
    weights = trained(net)
    parallel = {f"module.{name}": value for name, value in weights.items()}
    torch.save({key: parallel, "epoch": 90, "optimizer": {"lr": 0.1}}, tmp_path / "net.pth")
    assert equal(net.build(weights=tmp_path / "net.pth"), weights)


def test_a_fully_connected_layer_is_a_convolution_over_all_it_reads(tmp_path: Path) -> None:
    """Long et al. 2015, section 3.1: the same numbers, and so the same outputs."""
    classifier = archc.loads(
        "{archc: 1, name: a, input: [3, 4, 4], nodes: {fc: {op: fc, units: 5}, out: {op: fc, units: 2}}}"
    )
    dense = archc.loads(
        "{archc: 1, name: b, input: [3, 4, 4], nodes: {fc: {op: conv, filters: 5, kernel: 4}, "
        "out: {op: conv, filters: 2, kernel: 1}}}"
    )
    one = classifier.build().eval()
    save_file(one.state_dict(), tmp_path / "a.safetensors")
    other = dense.build().eval()
    report = dense.load_weights(other, tmp_path / "a.safetensors")
    assert [change.name for change in report.reshaped] == ["fc.weight", "out.weight"]
    assert "  reshaped    fc.weight: 5 × 48 → 5 × 3 × 4 × 4" in str(report)
    image = torch.randn(1, 3, 4, 4)
    torch.testing.assert_close(other(image).flatten(1), one(image))


def test_counters_that_other_libraries_do_not_keep_are_told(
    net: archc.Architecture, tmp_path: Path
) -> None:
    kept = {name: value for name, value in trained(net).items() if "num_batches" not in name}
    save_file(kept, tmp_path / "net.safetensors")
    report = net.load_weights(net.build(), tmp_path / "net.safetensors")
    assert len(report.counters) == 3
    assert "  counters    3 step counters of batch norm: not in the file" in str(report)


def refused(net: archc.Architecture, file: Path, **settings: object) -> str:
    """The words of the one error that loading gives; the module must be as it was."""
    module = net.build()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    with pytest.raises(SpecError) as caught:
        net.load_weights(module, file, **settings)  # type: ignore[arg-type]
    assert equal(module, before)
    assert len(caught.value.mistakes) == 1
    return str(caught.value)


WRONG: dict[str, tuple[Change, str, str]] = {
    "missing": (
        lambda w: w.pop("fc.bias"),
        "A093",
        "missing      fc.bias",
    ),
    "unexpected": (
        lambda w: w.update({"fc2.weight": torch.zeros(3)}),
        "A093",
        "unexpected   fc2.weight",
    ),
    "shape": (
        lambda w: w.update({"fc.weight": torch.zeros(4, 15)}),
        "A093",
        "other shape  fc.weight is 4 × 15 in the file, 4 × 16 here",
    ),
    "swapped axes": (
        lambda w: w.update({"fc.weight": torch.zeros(16, 4)}),
        "A093",
        "other shape  fc.weight is 16 × 4 in the file, 4 × 16 here",
    ),
    "an endless tensor": (
        lambda w: w.update({"fc.bias": torch.zeros(1).expand(10**15)}),
        "A093",
        "other shape  fc.bias is 1000000000000000 in the file, 4 here",
    ),
    "whole numbers": (
        lambda w: w.update({"fc.bias": torch.zeros(4, dtype=torch.int64)}),
        "A094",
        "fc.bias is int64, not float32",
    ),
    "half precision": (
        lambda w: w.update({"fc.bias": torch.zeros(4, dtype=torch.float16)}),
        "A094",
        "fc.bias is float16, not float32",
    ),
    "not a number": (
        lambda w: w["conv1.weight"].view(-1)[5].fill_(float("nan")),
        "A094",
        "conv1.weight has values that are not finite (NaN or infinite)",
    ),
    "infinite": (
        lambda w: w["fc.bias"].fill_(float("inf")),
        "A094",
        "fc.bias has values that are not finite (NaN or infinite)",
    ),
    "sparse": (
        lambda w: w.update({"fc.weight": torch.zeros(4, 16).to_sparse()}),
        "A092",
        "holds fc.weight as a sparse coo tensor",
    ),
    "compressed rows": (
        lambda w: w.update({"fc.weight": torch.ones(4, 16).to_sparse_csr()}),
        "A092",
        "holds fc.weight as a sparse csr tensor",
    ),
    "without memory": (
        lambda w: w.update({"fc.weight": torch.empty(4, 16, device="meta")}),
        "A092",
        "holds fc.weight as a meta tensor",
    ),
    "one number": (
        lambda w: w.update({"fc.bias": torch.tensor(1.0)}),
        "A093",
        "other shape  fc.bias is one number in the file, 4 here",
    ),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Sparse")
@pytest.mark.parametrize(("change", "code", "words"), WRONG.values(), ids=WRONG)
def test_what_does_not_fit_is_one_error_and_nothing_is_loaded(
    net: archc.Architecture, tmp_path: Path, change: Change, code: str, words: str
) -> None:
    weights = trained(net)
    change(weights)
    torch.save(weights, tmp_path / "net.pth")
    text = refused(net, tmp_path / "net.pth")
    assert text.startswith(f"error[{code}]")
    assert words in text


@pytest.mark.parametrize("what", ["missing", "unexpected", "shape"])
def test_what_is_allowed_by_name_is_told_and_starts_afresh(
    net: archc.Architecture, tmp_path: Path, what: str
) -> None:
    weights = trained(net)
    WRONG[what][0](weights)
    torch.save(weights, tmp_path / "net.pth")
    help = refused(net, tmp_path / "net.pth")
    layer = "fc2" if what == "unexpected" else "fc"
    assert f"help: if they are meant to differ, allow them by name: --except {layer}" in help
    module = net.build()
    report = net.load_weights(module, tmp_path / "net.pth", except_=[layer])
    if layer == "fc":
        assert report.missing == ["fc.weight", "fc.bias"]
        assert not torch.equal(module.state_dict()["fc.weight"], weights["fc.weight"])
    else:
        assert report.unexpected == ["fc2.weight"]


def test_the_file_of_another_architecture_is_told_in_few_lines(tmp_path: Path) -> None:
    torch.save(archc.build("lenet5").state_dict(), tmp_path / "lenet5.pth")
    text = refused(archc.load("resnet18"), tmp_path / "lenet5.pth")
    assert text.count("\n") < 12
    assert "do not fit resnet18" in text
    assert "unexpected   C1 (2 tensors)" in text


def test_other_precisions_can_be_asked_for(net: archc.Architecture, tmp_path: Path) -> None:
    weights = trained(net)
    halved = {k: v.to(torch.bfloat16) if v.is_floating_point() else v for k, v in weights.items()}
    save_file(halved, tmp_path / "half.safetensors")
    assert "help: --cast converts between floating-point types" in refused(
        net, tmp_path / "half.safetensors"
    )
    module = net.build(weights=tmp_path / "half.safetensors", cast=True)
    assert equal(module, {name: value.to(weights[name].dtype) for name, value in halved.items()})


def test_weights_move_between_variants_by_node_name(tmp_path: Path) -> None:
    """AlexNet's into a ZFNet: what kept its shape is taken, the rest must be named."""
    small = {"classes": 10}
    alexnet, zfnet = archc.load("alexnet", **small), archc.load("zfnet", **small)
    file = tmp_path / "alexnet.safetensors"
    weights = alexnet.build().state_dict()
    save_file(weights, file)
    text = refused(zfnet, file)
    assert "conv1.weight is 96 × 3 × 11 × 11 in the file, 96 × 3 × 7 × 7 here" in text
    changed = ["conv1", "conv2", "conv4", "conv5"]  # the first layer, and where there were groups
    module = zfnet.build()
    report = zfnet.load_weights(module, file, except_=changed)
    assert report.loaded == [
        f"{n}.{t}" for n in ("conv3", "fc6", "fc7", "fc8") for t in ("weight", "bias")
    ]
    assert torch.equal(module.state_dict()["fc6.weight"], weights["fc6.weight"])


def test_a_whole_networks_file_fits_its_features(tmp_path: Path) -> None:
    """What the outputs do not need stays in the file; what they need must be there."""
    base = archc.load("resnet18")
    weights = base.build().state_dict()
    save_file(weights, tmp_path / "resnet18.safetensors")
    (tmp_path / "net.yaml").write_text("{archc: 1, extends: resnet18, name: net, outputs: layer3}")
    net = archc.load(tmp_path / "net.yaml")
    module = net.build()
    report = net.load_weights(module, tmp_path / "resnet18.safetensors")
    assert {name.partition(".")[0] for name in report.unexpected} == {"layer4", "fc"}
    assert all(torch.equal(value, weights[name]) for name, value in module.state_dict().items())
    save_file(
        {k: v for k, v in weights.items() if "layer2" not in k}, tmp_path / "less.safetensors"
    )
    assert "missing      layer2 (25 tensors)" in refused(net, tmp_path / "less.safetensors")


def test_a_lesioned_network_says_what_to_leave_out(tmp_path: Path) -> None:
    weights = archc.build("resnet18").state_dict()
    save_file(weights, tmp_path / "resnet18.safetensors")
    (tmp_path / "net.yaml").write_text(
        "{archc: 1, extends: resnet18, name: net, nodes: {layer3.1: null}}"
    )
    net = archc.load(tmp_path / "net.yaml")
    assert "by name: --except layer3.1\n" in refused(net, tmp_path / "resnet18.safetensors")
    assert net.build(weights=tmp_path / "resnet18.safetensors", except_="layer3.1")


def test_the_help_covers_nothing_that_fits(net: archc.Architecture, tmp_path: Path) -> None:
    weights = trained(net)
    weights.pop("conv1_norm.bias")
    weights["conv2.1.weight"] = torch.zeros(1)
    save_file(weights, tmp_path / "net.safetensors")
    text = refused(net, tmp_path / "net.safetensors")
    assert "by name: --except conv1_norm.bias --except conv2.1.weight\n" in text


def test_exceptions_must_name_something(net: archc.Architecture, tmp_path: Path) -> None:
    save_file(trained(net), tmp_path / "net.safetensors")
    for pattern, help in (
        ("fcc", "did you mean 'fc'"),
        ("fc.wieght", "did you mean"),
        ("", "exceptions are names of"),
    ):
        text = refused(net, tmp_path / "net.safetensors", except_=[pattern])
        assert text.startswith("error[A096]: nothing in net or ")
        assert f"help: {help}" in text


def test_another_layout_is_proposed_where_more_would_fit(
    net: archc.Architecture, tmp_path: Path
) -> None:
    save_file(under(net, trained(net), "theirs"), tmp_path / "net.safetensors")
    text = refused(net, tmp_path / "net.safetensors", layout="archc")
    assert "help: more would fit by theirs's names: --layout theirs" in text


def test_wrapped_and_empty_modules_are_filled(net: archc.Architecture, tmp_path: Path) -> None:
    weights = trained(net)
    save_file(weights, tmp_path / "net.safetensors")
    module = net.build()
    net.load_weights(nn.DataParallel(module), tmp_path / "net.safetensors")
    assert equal(module, weights)
    with torch.device("meta"):
        empty = net.build()
    net.load_weights(empty, tmp_path / "net.safetensors")
    assert equal(empty, weights)
    assert all(parameter.requires_grad for parameter in empty.parameters())


def test_a_damaged_number_does_not_pass(net: archc.Architecture, tmp_path: Path) -> None:
    """torch.load reads it without a word; the archive's sums tell."""
    torch.save(trained(net), tmp_path / "net.pth")
    content = bytearray((tmp_path / "net.pth").read_bytes())
    place = content.index(trained(net)["fc.weight"].numpy().tobytes())
    content[place + 5] ^= 1
    (tmp_path / "net.pth").write_bytes(content)
    assert "is damaged, at " in refused(net, tmp_path / "net.pth")


def test_exceptions_cover_a_node_its_norm_and_all_inside(
    net: archc.Architecture, tmp_path: Path
) -> None:
    save_file(trained(net), tmp_path / "net.safetensors")

    def left(*patterns: str) -> set[str]:
        report = net.load_weights(net.build(), tmp_path / "net.safetensors", except_=patterns)
        return {name.rpartition(".")[0] for name in report.missing}

    assert left() == set()
    assert left("conv1") == {"conv1", "conv1_norm"}
    assert left("conv2") == {"conv2.0", "conv2.1", "conv2_norm.0", "conv2_norm.1"}
    assert left("conv2.1") == left("*.1") == {"conv2.1", "conv2_norm.1"}
    assert left("conv*_norm") == {"conv1_norm", "conv2_norm.0", "conv2_norm.1"}
    assert left("fc.bias") == {"fc"}


def test_exceptions_go_by_archcs_names_where_the_library_calls_another_node_so(
    tmp_path: Path,
) -> None:
    net = archc.loads(
        "{archc: 1, name: n, input: [3], nodes: {a: {op: fc, units: 3}, b: {op: fc, units: 3}}, "
        "layouts: {theirs: {a: b, b: a}}}"
    )
    weights = {"a.weight": torch.ones(3, 3), "a.bias": torch.ones(3)}
    weights |= {"b.weight": torch.full((3, 3), 2.0), "b.bias": torch.full((3,), 2.0)}
    save_file(weights, tmp_path / "n.safetensors")
    module = net.build()
    report = net.load_weights(module, tmp_path / "n.safetensors", layout="theirs", except_="a")
    assert report.missing == ["a.weight", "a.bias"]
    assert report.loaded == ["b.weight", "b.bias"]
    assert torch.equal(module.state_dict()["b.weight"], weights["a.weight"])


def test_a_node_may_be_called_module(tmp_path: Path) -> None:
    net = archc.loads("{archc: 1, name: n, input: [3], nodes: {module: {op: fc, units: 2}}}")
    module = net.build()
    save_file(module.state_dict(), tmp_path / "n.safetensors")
    assert equal(net.build(weights=tmp_path / "n.safetensors"), module.state_dict())


def test_what_a_spec_excepts_is_for_the_file_that_it_names(
    net: archc.Architecture, tmp_path: Path
) -> None:
    weights = trained(net)
    save_file(weights, tmp_path / "tuned.safetensors")
    (tmp_path / "net.yaml").write_text(
        f"{NET}weights: {{file: ./base.pth, layout: theirs, except: [fc]}}\n"
    )
    tuned = archc.load(tmp_path / "net.yaml").build(weights=tmp_path / "tuned.safetensors")
    assert equal(tuned, weights)


def test_an_empty_module_is_filled_whole_or_refused(
    net: archc.Architecture, tmp_path: Path
) -> None:
    weights = {k: v.double() if v.is_floating_point() else v for k, v in trained(net).items()}
    weights.pop("conv1_norm.num_batches_tracked")
    save_file(weights, tmp_path / "net.safetensors")
    with torch.device("meta"):
        empty = net.build()
    with pytest.raises(SpecError, match=r"fc\.weight, fc\.bias would be left without memory"):
        net.load_weights(empty, tmp_path / "net.safetensors", except_="fc", cast=True)
    net.load_weights(empty, tmp_path / "net.safetensors", cast=True)
    assert {value.dtype for value in empty.state_dict().values()} == {torch.float32, torch.int64}
    assert empty.state_dict()["conv1_norm.num_batches_tracked"] == 0


def test_casting_makes_no_infinity(net: archc.Architecture, tmp_path: Path) -> None:
    weights = trained(net)
    weights["fc.bias"] = torch.full((4,), 1e300, dtype=torch.float64)
    save_file(weights, tmp_path / "net.safetensors")
    assert "fc.bias has values that are not finite" in refused(
        net, tmp_path / "net.safetensors", cast=True
    )


def test_numbers_are_seen_differently_only_where_the_operator_allows(tmp_path: Path) -> None:
    spec = "{{archc: 1, name: n, input: [4, 2, 2], nodes: {{a: {{op: {op}, bias: false}}}}}}"
    for op, shape in (
        ("fc, units: 1", (16, 1)),
        ("conv, filters: 4, kernel: 2, groups: 4", (4, 4)),
        ("conv_transpose, filters: 4, kernel: 2", (4, 16)),
        ("depthwise_conv, kernel: 2", (1, 4, 2, 2)),
    ):
        net = archc.loads(spec.format(op=op))
        save_file({"a.weight": torch.ones(shape)}, tmp_path / "n.safetensors")
        assert "other shape" in refused(net, tmp_path / "n.safetensors")


def test_features_take_no_strangers(tmp_path: Path) -> None:
    weights = archc.build("resnet18").state_dict()
    save_file({**weights, "layer4.lora": torch.ones(1)}, tmp_path / "net.safetensors")
    (tmp_path / "net.yaml").write_text("{archc: 1, extends: resnet18, name: net, outputs: layer3}")
    text = refused(archc.load(tmp_path / "net.yaml"), tmp_path / "net.safetensors")
    assert "unexpected   layer4.lora\n" in text


def test_names_from_a_file_are_shown_harmlessly(net: archc.Architecture, tmp_path: Path) -> None:
    torch.save({**trained(net), "\x1b[31mred\n": torch.ones(1)}, tmp_path / "net.pth")
    text = refused(net, tmp_path / "net.pth")
    assert "\x1b" not in text
    assert r"unexpected   \x1b[31mred\n" in text


def test_tied_and_sliced_tensors_are_written_alone(net: archc.Architecture) -> None:
    from archc.weights import to_bytes

    large = torch.rand(1_000_000)
    tied = {"a": large[:4], "b": large[:4]}
    for suffix in (".safetensors", ".pth"):
        assert len(to_bytes(tied, suffix)) < 10_000


def test_the_weights_of_a_spec_are_loaded_when_it_is_built(
    net: archc.Architecture, tmp_path: Path
) -> None:
    weights = trained(net)
    torch.save(under(net, weights, "theirs"), tmp_path / "net.pth")
    (tmp_path / "base.yaml").write_text(NET)
    (tmp_path / "tuned.yaml").write_text(
        "{archc: 1, extends: ./base.yaml, name: tuned, args: {classes: 9}, "
        "weights: {file: ./net.pth, layout: theirs, except: [fc]}}"
    )
    found = archc.build(tmp_path / "tuned.yaml").state_dict()
    assert torch.equal(found["conv2_norm.1.weight"], weights["conv2_norm.1.weight"])
    assert found["fc.weight"].shape == (9, 16)
    fresh = archc.load(tmp_path / "tuned.yaml").build(weights=False).state_dict()
    assert not torch.equal(fresh["conv1.weight"], weights["conv1.weight"])
    # what extends it starts from the same file, wherever it lies itself
    (tmp_path / "more").mkdir()
    (tmp_path / "more/again.yaml").write_text("{archc: 1, extends: ../tuned.yaml, name: again}")
    again = archc.Architecture.load(tmp_path / "more/again.yaml", root=tmp_path).build()
    assert torch.equal(again.state_dict()["conv1.weight"], weights["conv1.weight"])


def test_the_weights_of_a_spec_stay_in_its_folder(net: archc.Architecture, tmp_path: Path) -> None:
    torch.save(trained(net), tmp_path / "net.pth")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link.pth").symlink_to(tmp_path / "net.pth")
    for name in ("../net.pth", "../none.pth", "link.pth", f"{tmp_path}/net.pth", "file:///net.pth"):
        (inside / "net.yaml").write_text(f'{NET}weights: {{file: "{name}"}}\n')
        with pytest.raises(SpecError, match=rf"A030.*\n.*{inside}/net.yaml:"):
            archc.load(inside / "net.yaml")


def test_weights_that_are_not_there_yet_are_a_warning(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(f"{NET}weights: {{file: none.pth}}\n")
    spec = archc.load(tmp_path / "net.yaml")
    assert [warning.code for warning in spec.warnings] == ["W012"]
    assert spec.build(weights=False)
    with pytest.raises(SpecError, match=r"A030.*there is no file 'none.pth'"):
        spec.build()


@pytest.mark.parametrize("to", ["safetensors", "pth"])
def test_round_trips_are_exact(net: archc.Architecture, tmp_path: Path, to: str) -> None:
    weights = trained(net)
    weights.pop("conv1_norm.num_batches_tracked")  # what the file has not is not made up
    save_file(weights, tmp_path / "net.safetensors")
    renamed, report = net.convert(tmp_path / "net.safetensors", "theirs")
    assert renamed.keys() == {net.renamed(name, "theirs") for name in weights}
    assert report.layout == "archc"
    file = tmp_path / f"theirs.{to}"
    (save_file if to == "safetensors" else torch.save)(renamed, file)
    back, report = net.convert(file, "archc")
    assert report.layout == "theirs"
    assert back.keys() == weights.keys()
    assert all(torch.equal(back[name], weights[name]) for name in weights)


def test_a_layout_must_be_declared_and_give_each_tensor_its_name(
    net: archc.Architecture, tmp_path: Path
) -> None:
    save_file(trained(net), tmp_path / "net.safetensors")
    with pytest.raises(
        SpecError, match=r"A091.*net has no layout 'their'\nhelp: did you mean 'theirs'"
    ):
        net.convert(tmp_path / "net.safetensors", "their")
    clash = archc.loads(NET.replace("conv1: [stem.0, stem.1]", "conv1: fc"))
    with pytest.raises(SpecError, match=r"'theirs' calls both conv1\.weight and fc\.weight 'fc"):
        clash.convert(tmp_path / "net.safetensors", "theirs")


def test_what_is_written_is_the_same_every_time(net: archc.Architecture) -> None:
    from archc.weights import to_bytes

    weights = trained(net)
    for suffix in (".safetensors", ".pth"):
        assert len({to_bytes(weights, suffix) for _ in range(8)}) == 1


def test_converted_files_are_read_by_the_libraries_themselves(
    net: archc.Architecture, tmp_path: Path
) -> None:
    from archc.weights import to_bytes

    weights = trained(net)
    for suffix, load in ((".safetensors", load_file), (".pth", torch.load)):
        file = tmp_path / f"net{suffix}"
        file.write_bytes(to_bytes(weights, suffix))
        found = load(file)  # type: ignore[operator]
        assert all(torch.equal(found[name], value) for name, value in weights.items())
