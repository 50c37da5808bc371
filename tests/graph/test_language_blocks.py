"""The rules of the language on blocks, expressions, path patches and outputs, one test a rule."""

from __future__ import annotations

import pytest
from network import built, names, network, result, sources, told, variant

UNIT = """
blocks:
  unit:
    args: {width: int, kernel: 1, act: relu}
    nodes:
      conv1: {op: conv, filters: $width, kernel: $kernel, padding: $(kernel // 2), act: $act}
      conv2: {op: conv, filters: $(2 * width), kernel: 1}
"""

# Blocks


def test_a_call_gives_args_and_takes_defaults_for_the_rest() -> None:
    net = network("a: {op: unit, width: 4, kernel: 3}", UNIT)
    assert net.shape("a.conv1") == (4, 8, 8)
    assert net.node("a.conv1").op.kernel == 3  # type: ignore[attr-defined]
    assert names(net) == ["a.conv1", "a.conv1_act", "a.conv2"]
    built(net)


def test_the_act_of_a_call_is_an_ordinary_arg() -> None:
    net = network("a: {op: unit, width: 4, act: tanh}", UNIT)
    assert net.node("a.conv1_act").op.name == "tanh"
    assert told("a: {op: relu}\nb: {op: unit, width: 3, norm: batch_norm}", UNIT) == [
        "block unit has no arg 'norm'"
    ]


def test_a_default_may_be_computed_from_earlier_args() -> None:
    rest = """
        blocks:
          unit:
            args: {width: int, inner: $(width // 2)}
            nodes: {a: {op: conv, filters: $inner, kernel: 1}}
        """
    assert network("u: {op: unit, width: 6}", rest).shape("u.a") == (3, 8, 8)
    assert network("u: {op: unit, width: 6, inner: 5}", rest).shape("u.a") == (5, 8, 8)


@pytest.mark.parametrize(
    ("type", "good", "bad"),
    [("int", "3", "3.5"), ("float", "3", "a"), ("bool", "true", "1"), ("str", "a", "1"),
     ("list", "[1]", "1")],
)  # fmt: skip
def test_a_type_means_required_and_is_checked(type: str, good: str, bad: str) -> None:
    rest = f"blocks: {{unit: {{args: {{x: {type}}}, nodes: {{a: {{op: relu, when: $(x == x)}}}}}}}}"
    network(f"u: {{op: unit, x: {good}}}", rest)
    assert told(f"u: {{op: unit, x: {bad}}}", rest)[0].startswith(f"arg 'x' must be of type {type}")
    assert told("u: {op: unit}", rest) == [f"block unit needs the arg 'x' ({type})"]


def test_a_block_sees_its_files_args() -> None:
    rest = "args: {classes: 7}\nblocks: {head: {nodes: {fc: {op: fc, units: $classes}}}}"
    assert network("h: head", rest).shape("h.fc") == (7,)


def test_a_block_sees_no_nodes_of_its_caller() -> None:
    rest = "blocks: {head: {nodes: {b: {op: relu, from: a}}}}"
    assert told("a: relu\nh: head", rest) == ["there is no node 'a' above"]


def test_a_block_may_have_several_outputs_and_its_name_is_the_first() -> None:
    net = network(
        "s: split\nout: {op: concat, from: [s, s.low, s.high]}",
        """
        blocks:
          split:
            nodes:
              a: {op: slice, channels: [0, 1]}
              b: {op: slice, channels: [1, 3], from: input}
            outputs: {high: b, low: a}
        """,
    )
    assert sources(net, "out") == ["s.b", "s.a", "s.b"]
    built(net)


def test_blocks_may_use_blocks() -> None:
    rest = UNIT + "  stage:\n    args: {n: int}\n    nodes: {u: {op: unit, width: 3, repeat: $n}}\n"
    net = network("s: {op: stage, n: 2}", rest)
    assert "s.u.1.conv1_act" in names(net)
    built(net)


def test_blocks_may_not_call_themselves() -> None:
    rest = "blocks: {a: {nodes: {x: b}}, b: {nodes: {x: a}}}"
    assert told("n: a", rest) == ["block a calls itself: a → b → a"]


def test_an_output_may_be_a_blocks_input() -> None:
    rest = "blocks: {u: {nodes: {a: relu}, outputs: {main: a, same: input}}}"
    net = network("b: tanh\nn: u\nout: {op: add, from: [n, n.same]}", rest)
    assert sources(net, "out") == ["n.a", "b"]
    built(net)


# Expressions


def test_in_a_calls_expressions_input_is_the_callers() -> None:
    nodes = "stem: {op: conv, filters: 9, kernel: 1}\nu: {op: unit, width: $input.channels}"
    assert network(nodes, UNIT).shape("u.conv1") == (3, 8, 8)


def test_expressions_stand_for_op_norm_act_input_and_from() -> None:
    net = network(
        """
        a: {op: $kind, filters: 4, kernel: 1, norm: $norm, act: $act}
        b: {op: relu, from: $source}
        c: {op: add, from: [$source, b]}
        """,
        "args: {kind: conv, norm: batch_norm, act: none, source: a, size: 6}",
        input="input: [3, $size, $(2 * size)]",
    )
    assert names(net) == ["a", "a_norm", "b", "c"]
    assert sources(net, "c") == ["a_norm", "b"]
    assert net.shape("c") == (4, 6, 12)


def test_an_expression_may_name_a_block_as_op() -> None:
    rest = UNIT + "args: {unit: unit}\n"
    assert "u.conv2" in names(network("u: {op: $unit, width: 2}", rest))


def test_expressions_read_the_shape_of_earlier_nodes() -> None:
    net = network(
        """
        a: {op: conv, filters: 4, kernel: 3}
        b: {op: conv, filters: $(a.channels * a.height + a.width + input.width), kernel: 1}
        c: {op: crop, size: $(b.height - 1), when: $(b.channels > 3)}
        """
    )
    assert net.shape("b") == (4 * 6 + 6 + 8, 6, 6)
    assert net.shape("c") == (38, 5, 5)


def test_an_expression_reads_nothing_further_down() -> None:
    assert told("a: {op: conv, filters: $b.channels, kernel: 1}\nb: relu") == [
        "'b' is not known here"
    ]


# Path patches

LAYERS = (
    "stem: {op: conv, filters: 3, kernel: 1}\nlayer: {op: res, repeat: 3}\nfc: {op: fc, units: 2}"
)
RES = """
blocks:
  res:
    args: {kernel: 1}
    nodes:
      conv1: {op: conv, filters: 3, kernel: $kernel, padding: $(kernel // 2), norm: batch_norm}
      sum: {op: add, from: [conv1, input], act: relu}
"""


def test_a_removed_instance_becomes_an_identity_so_names_hold() -> None:
    net = variant("nodes: {layer.1: null}", LAYERS, RES)
    assert net.node("layer.1").op.name == "identity"
    assert sources(net, "layer.2.conv1") == ["layer.1"]
    assert "layer.2.conv1.weight" in built(net).state_dict()


def test_a_path_patch_sets_one_instance() -> None:
    net = variant("nodes: {layer.1: {kernel: 3}}", LAYERS, RES)
    kernels = [net.node(f"layer.{i}.conv1").op.kernel for i in range(3)]  # type: ignore[attr-defined]
    assert kernels == [1, 3, 1]
    built(net)


def test_a_path_patch_may_go_deeper() -> None:
    net = variant("nodes: {layer.2.conv1: {kernel: 5, padding: 2}}", LAYERS, RES)
    assert net.node("layer.2.conv1").op.kernel == 5  # type: ignore[attr-defined]
    assert net.node("layer.1.conv1").op.kernel == 1  # type: ignore[attr-defined]
    built(net)


def test_a_path_patch_may_remove_an_inner_node() -> None:
    net = variant("nodes: {layer.2.conv1: null}", LAYERS, RES)
    assert sources(net, "layer.2.sum") == ["layer.1.sum_act", "layer.1.sum_act"]
    built(net)


@pytest.mark.parametrize(
    ("patch", "order"),
    [("{before: layer.0}", "201"), ("{after: layer.0}", "021"), ("{before: layer.1}", "021")],
)
def test_a_path_patch_moves_an_instance(patch: str, order: str) -> None:
    net = variant(f"nodes: {{layer.2: {patch}}}", LAYERS, RES)
    ran = [name.split(".")[1] for name in names(net) if name.endswith("conv1")]
    assert "".join(ran) == order
    assert sources(net, "fc") == [f"layer.{order[-1]}.sum_act"]
    built(net)


def test_a_name_means_the_instance_that_runs_last() -> None:
    net = variant(
        "nodes: {a.1: {before: a.0}}", "a: {op: relu, repeat: 2}\nb: {op: add, from: [a, a.1]}"
    )
    assert sources(net, "b") == ["a.0", "a.1"]
    built(net)


def test_a_path_patch_gives_settings_to_the_norm_that_was_a_word() -> None:
    nodes = "a: {op: conv, filters: 2, kernel: 1, norm: batch_norm, repeat: 2}"
    net = variant("nodes: {a.1: {norm: {eps: 0.5}}}", nodes)
    assert net.node("a_norm.1").op.eps == 0.5  # type: ignore[attr-defined]
    assert net.node("a_norm.0").op.eps != 0.5  # type: ignore[attr-defined]
    built(net)


def test_a_path_patch_with_another_op_drops_the_settings() -> None:
    nodes = "a: {op: conv, filters: 3, kernel: 1, act: relu, repeat: 2}"
    net = variant("nodes: {a.0: {op: tanh}}", nodes)
    assert names(net) == ["a.0", "a.1", "a_act.1"]
    built(net)


@pytest.mark.parametrize(
    "patch",
    ["a.0: null", "a.2: null", "a.1: {op: tanh}", "a.2: {op: max_pool, kernel: 2}",
     "a.1: {act: none}", "a.0: {norm: none, act: none}", "a.1: {before: a.0, act: none}"],
)  # fmt: skip
def test_an_unlike_instance_renames_no_weight_of_the_others(patch: str) -> None:
    nodes = "a: {op: conv, filters: 3, kernel: 1, norm: batch_norm, act: relu, repeat: 3}"
    built(variant(f"nodes: {{{patch}}}", nodes))


def test_a_path_patch_may_use_expressions_and_i() -> None:
    nodes = "a: {op: conv, filters: 3, kernel: 1, repeat: 3}"
    net = variant("nodes: {a.2: {filters: $(i + 5)}}", nodes)
    assert net.shape("a.2") == (7, 8, 8)


def test_a_path_patch_that_touches_nothing_is_a_mistake() -> None:
    nodes = "a: {op: conv, filters: 3, kernel: 1, repeat: 3}"
    rest = "variants: {v: {nodes: {a.3: null}}}"
    assert told(nodes, rest, variant="v") == ["the patch of 'a.3' touches nothing"]


# Outputs


def test_the_last_node_written_is_the_output() -> None:
    assert result(network("a: relu\nb: {op: tanh, act: relu}")) == "b_act"


@pytest.mark.parametrize(
    ("outputs", "wanted"),
    [
        ("b", [("b", "b")]),
        ("[c, b]", [("c", "c"), ("b", "b")]),
        ("{head: c, feature: b}", [("head", "c"), ("feature", "b")]),
        ("[r.1, c, b]", [("r_1", "r.1"), ("c", "c"), ("b", "b")]),
    ],
)
def test_outputs_are_a_node_a_list_or_a_mapping(
    outputs: str, wanted: list[tuple[str, str]]
) -> None:
    nodes = "r: {op: relu, repeat: 2}\nb: tanh\n"
    nodes += "c: {op: sigmoid, from: r}" if outputs != "b" else ""
    net = network(nodes, f"outputs: {outputs}")
    assert [(output.name, output.node.name) for output in net.outputs] == wanted
    built(net)


def test_training_only_heads_are_left_out_in_evaluation() -> None:
    import torch

    net = network(
        "a: {op: conv, filters: 4, kernel: 1}\naux: {op: fc, units: 2}\nb: {op: fc, units: 3, from: a}",
        "outputs: {main: b, aux: {from: aux, training_only: true}}",
    )
    assert [node.name for node in net.nodes if node.training_only] == ["aux"]
    module = built(net)
    assert module(torch.zeros(2, 3, 8, 8)).shape == (2, 3)
    found = module.train()(torch.zeros(2, 3, 8, 8))
    assert (found.main.shape, found.aux.shape) == ((2, 3), (2, 2))


# Shapes


@pytest.mark.parametrize("shape", ["[7]", "[3, 9]", "[3, 9, 8]", "[3, 9, 8, 7]"])
def test_inputs_of_any_rank(shape: str) -> None:
    net = network("a: relu\nb: {op: fc, units: 2}", input=f"input: {shape}")
    assert net.shape("b") == (2,)
    built(net)


def test_fc_flattens_what_it_gets() -> None:
    net = network("fc: {op: fc, units: 2}")
    assert net.params == 3 * 8 * 8 * 2 + 2
    built(net)
