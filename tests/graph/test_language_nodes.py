"""The rules of the language on args, defaults and nodes, one test a rule."""

from __future__ import annotations

from pathlib import Path

import pytest
from network import built, names, network, result, sources, told, variant

from archc.architecture import Architecture

# Args and defaults


def test_a_caller_overrides_args_and_those_computed_from_them() -> None:
    rest = "args: {width: 4, wide: $(2 * width)}"
    nodes = "conv1: {op: conv, filters: $wide, kernel: 1}"
    assert network(nodes, rest).shape("conv1") == (8, 8, 8)
    assert network(nodes, rest, args={"width": 5}).shape("conv1") == (10, 8, 8)
    assert network(nodes, rest, args={"wide": 3}).shape("conv1") == (3, 8, 8)


def test_defaults_hold_unless_a_node_says_otherwise() -> None:
    net = network(
        """
        conv1: {op: conv, filters: 4}
        conv2: {op: conv, filters: 4, padding: 0, act: none}
        """,
        "defaults: {conv: {kernel: 3, padding: 1, act: relu}}",
    )
    assert names(net) == ["conv1", "conv1_act", "conv2"]
    assert net.shape("conv2") == (4, 6, 6)


def test_defaults_may_read_the_documents_args() -> None:
    net = network("drop: dropout", "args: {rate: 0.3}\ndefaults: {dropout: {rate: $rate}}")
    assert net.node("drop").op.rate == 0.3  # type: ignore[attr-defined]


def test_defaults_hold_for_the_nodes_of_own_blocks() -> None:
    net = network(
        "unit1: unit",
        """
        defaults: {conv: {kernel: 3}}
        blocks: {unit: {nodes: {conv1: {op: conv, filters: 2}}}}
        """,
    )
    assert net.shape("unit1.conv1") == (2, 6, 6)


def test_defaults_hold_for_what_norm_and_act_make() -> None:
    net = network(
        "conv1: {op: conv, filters: 2, kernel: 1, norm: batch_norm, act: leaky_relu}",
        "defaults: {batch_norm: {eps: 0.5}, leaky_relu: {slope: 0.3}}",
    )
    assert net.node("conv1_norm").op.eps == 0.5  # type: ignore[attr-defined]
    assert net.node("conv1_act").op.slope == 0.3  # type: ignore[attr-defined]


def test_a_norms_own_settings_go_before_its_defaults() -> None:
    net = network(
        "conv1: {op: conv, filters: 2, kernel: 1, norm: {op: batch_norm, eps: 0.25}}",
        "defaults: {batch_norm: {eps: 0.5, momentum: 0.2}}",
    )
    op = net.node("conv1_norm").op
    assert (op.eps, op.momentum) == (0.25, 0.2)  # type: ignore[attr-defined]


def test_defaults_of_conv_do_not_cover_depthwise_conv() -> None:
    net = network("conv1: {op: depthwise_conv, kernel: 1}", "defaults: {conv: {act: relu}}")
    assert names(net) == ["conv1"]


@pytest.fixture
def including(tmp_path: Path) -> Path:
    """A file of a document whose blocks come from another file."""
    (tmp_path / "blocks.yaml").write_text(
        """
        archc: 1
        args: {width: 5}
        defaults: {conv: {kernel: 3}}
        blocks:
          unit: {nodes: {conv1: {op: conv, filters: $width}}}
        """
    )
    entry = tmp_path / "net.yaml"
    entry.write_text(
        """
        archc: 1
        name: net
        include: [./blocks.yaml]
        args: {width: 2}
        defaults: {conv: {kernel: 1, act: relu}}
        input: [3, 8, 8]
        nodes:
          conv0: {op: conv, filters: $width}
          unit1: unit
        """
    )
    return entry


def test_defaults_do_not_hold_for_blocks_of_another_file(including: Path) -> None:
    net = Architecture.load(including)
    assert names(net) == ["conv0", "conv0_act", "unit1.conv1"]
    assert net.node("unit1.conv1").op.kernel == 3  # type: ignore[attr-defined]


def test_included_blocks_see_only_their_own_files_args(including: Path) -> None:
    assert Architecture.load(including).shape("unit1.conv1") == (5, 6, 6)


# What a node reads


def test_a_node_reads_the_one_above_and_the_first_the_input() -> None:
    net = network("a: relu\nb: tanh")
    assert (sources(net, "a"), sources(net, "b")) == (["input"], ["a"])


def test_a_block_reads_its_first_input() -> None:
    net = network(
        "a: {op: pair, from: [left, right]}",
        "blocks: {pair: {inputs: [x, y], nodes: {a: relu, b: {op: add, from: [a, y]}}}}",
        input="input: {left: [3, 8, 8], right: [3, 8, 8]}",
    )
    assert sources(net, "a.a") == ["left"]
    assert sources(net, "a.b") == ["a.a", "right"]


def test_several_inputs_are_read_by_name() -> None:
    net = network(
        "both: {op: concat, from: [right, left]}",
        input="input: {left: [3, 8, 8], right: [5, 8, 8]}",
    )
    assert sources(net, "both") == ["right", "left"]
    built(net)


def test_from_names_one_node_or_a_list() -> None:
    net = network("a: relu\nb: {op: relu, from: input}\nc: {op: add, from: [b, a, b]}")
    assert sources(net, "c") == ["b", "a", "b"]
    built(net)


def test_from_names_a_blocks_output() -> None:
    net = network(
        """
        down1: down
        sum: {op: add, from: [down1.skip, down1.skip]}
        out: {op: crop, from: sum, like: down1}
        """,
        """
        blocks:
          down:
            nodes: {skip: {op: relu}, pool: {op: max_pool, kernel: 2}}
            outputs: {main: pool, skip: skip}
        """,
    )
    assert sources(net, "sum") == ["down1.skip", "down1.skip"]
    assert sources(net, "out") == ["sum", "down1.pool"]
    built(net)


def test_from_names_an_instance() -> None:
    net = network(
        """
        conv5: {op: conv, filters: 3, kernel: 3, padding: 1, act: relu, repeat: 3}
        sum: {op: add, from: [conv5.1, conv5.2, conv5]}
        """
    )
    assert sources(net, "sum") == ["conv5_act.1", "conv5_act.2", "conv5_act.2"]
    built(net)


def test_a_name_means_the_result_after_norm_and_act() -> None:
    net = network("a: {op: conv, filters: 2, kernel: 1, norm: batch_norm, act: relu}\nb: tanh")
    assert sources(net, "a_norm") == ["a"]
    assert sources(net, "a_act") == ["a_norm"]
    assert sources(net, "b") == ["a_act"]


def test_inner_nodes_cannot_be_named_from_outside() -> None:
    rest = "blocks: {unit: {nodes: {a: relu, b: relu}}}"
    assert told("u: unit\nc: {op: relu, from: u.a}", rest) == ["'u' has no output 'a'"]


def test_norm_and_act_are_named_after_their_node() -> None:
    net = network("a: {op: conv, filters: 2, kernel: 1, norm: batch_norm, act: relu, repeat: 2}")
    assert names(net) == ["a.0", "a_norm.0", "a_act.0", "a.1", "a_norm.1", "a_act.1"]
    assert net.node("a_act.1").owner is net.node("a.1")
    state = built(net).state_dict()
    assert {"a.1.weight", "a_norm.1.running_mean"} <= set(state)


def test_an_act_renames_no_weight() -> None:
    plain = built(network("a: {op: conv, filters: 2, kernel: 1}"))
    act = built(network("a: {op: conv, filters: 2, kernel: 1, act: relu}"))
    assert list(plain.state_dict()) == list(act.state_dict()) == ["a.weight", "a.bias"]


# Repeat


def test_repeat_chains_instances() -> None:
    net = network("a: {op: relu, repeat: 3}\nb: tanh")
    assert names(net) == ["a.0", "a.1", "a.2", "b"]
    assert [sources(net, name) for name in names(net)] == [["input"], ["a.0"], ["a.1"], ["a.2"]]


def test_repeat_of_one_has_an_index() -> None:
    assert names(network("a: {op: relu, repeat: 1}")) == ["a.0"]


def test_repeat_of_none_is_absent() -> None:
    net = network("a: {op: relu, repeat: 0}\nb: relu\nc: {op: add, from: [b, a]}")
    assert names(net) == ["b", "c"]
    assert sources(net, "c") == ["b", "input"]
    built(net)


def test_i_counts_from_0_in_the_nodes_own_settings() -> None:
    net = network("a: {op: conv, filters: $(2 * i + 1), kernel: 1, repeat: 3}")
    assert [node.shape[0] for node in net.nodes] == [1, 3, 5]
    built(net)


def test_i_steers_norm_and_act_too() -> None:
    net = network(
        """
        a: {op: conv, filters: 2, kernel: 1, repeat: 2, act: $('relu' if i == 0 else 'tanh'),
            norm: {op: batch_norm, eps: $(0.1 * (i + 1))}}
        """
    )
    assert [net.node(f"a_act.{i}").op.name for i in range(2)] == ["relu", "tanh"]
    assert [net.node(f"a_norm.{i}").op.eps for i in range(2)] == [0.1, 0.2]  # type: ignore[attr-defined]
    built(net)


def test_i_is_unknown_to_other_nodes() -> None:
    nodes = "a: {op: relu, repeat: 2}\nb: {op: conv, filters: $i, kernel: 1}"
    assert told(nodes) == ["'i' is not known here"]


def test_only_the_first_input_is_chained() -> None:
    net = network("stem: relu\na: {op: add, from: [stem, input], repeat: 2}")
    assert sources(net, "a.0") == ["stem", "input"]
    assert sources(net, "a.1") == ["a.0", "input"]
    built(net)


def test_when_is_evaluated_once_before_repeat() -> None:
    # the input's channels change from instance to instance, but `when` has been decided
    net = network("a: {op: conv, filters: 5, kernel: 1, when: $(input.channels == 3), repeat: 2}")
    assert names(net) == ["a.0", "a.1"]
    nodes = "a: {op: relu, when: $(i == 0), repeat: 2}"
    assert told(nodes) == ["'i' is not known here"]


# Share


def test_shared_operators_have_the_same_settings_and_weights() -> None:
    net = network(
        """
        left: {op: conv, filters: 4, kernel: 3, norm: batch_norm, act: relu}
        right: {share: left, from: input}
        out: {op: add, from: [left, right]}
        """
    )
    assert net.node("right").shared is net.node("left")
    assert net.node("right_norm").shared is net.node("left_norm")
    assert names(net)[3:6] == ["right", "right_norm", "right_act"]
    assert net.params == 4 * 3 * 9 + 4 + 8
    built(net)


def test_shared_blocks_share_all_weights_inside() -> None:
    net = network(
        """
        left: {op: unit, width: 4}
        right: {share: left, from: input}
        third: {share: right, from: input}
        out: {op: add, from: [left, right, third]}
        """,
        """
        blocks:
          unit:
            args: {width: int}
            nodes:
              conv1: {op: conv, filters: $width, kernel: 1, act: relu}
              conv2: {op: conv, filters: $width, kernel: 1, repeat: 2}
        """,
    )
    assert net.node("third.conv2.1").shared is net.node("left.conv2.1")
    assert net.params == 16 + 2 * 20
    built(net)


def test_shared_repeated_nodes_share_instance_by_instance() -> None:
    net = network(
        """
        left: {op: conv, filters: 3, kernel: 3, padding: 1, act: relu, repeat: 2}
        right: {share: left, from: input}
        out: {op: add, from: [left, right]}
        """
    )
    assert net.node("right.1").shared is net.node("left.1")
    assert net.params == 2 * 84
    built(net)


def test_a_shared_layer_may_read_another_size() -> None:
    net = network(
        """
        left: {op: conv, filters: 3, kernel: 3}
        right: {share: left, from: left}
        """
    )
    assert net.shape("right") == (3, 4, 4)
    built(net)


# Absent nodes


def test_an_absent_node_means_its_first_input() -> None:
    net = network("a: relu\nb: {op: tanh, when: false}\nc: relu\nd: {op: add, from: [c, b]}")
    assert names(net) == ["a", "c", "d"]
    assert sources(net, "c") == ["a"]
    assert sources(net, "d") == ["c", "a"]


@pytest.mark.parametrize(("order", "kept"), [("[a, b]", "a"), ("[b, a]", "b")])
def test_the_order_in_from_decides_what_an_absent_add_means(order: str, kept: str) -> None:
    net = network(
        f"""
        a: relu
        b: {{op: tanh, from: input}}
        sum: {{op: add, from: {order}, when: false}}
        out: {{op: concat, from: [sum, a, b]}}
        """
    )
    assert sources(net, "out") == [kept, "a", "b"]


def test_an_absent_last_node_hands_out_its_first_input() -> None:
    net = network("a: relu\nb: {op: tanh, when: false}")
    assert result(net) == "a"
    built(net)


def test_a_node_removed_by_a_patch_is_gone_and_its_readers_read_the_node_above() -> None:
    net = variant("nodes: {b: null}", "a: relu\nb: tanh\nc: sigmoid")
    assert sources(net, "c") == ["a"]


def test_an_absent_training_only_output_disappears() -> None:
    outputs = "outputs: {main: b, aux: {from: c, training_only: true}}"
    nodes = "a: relu\nb: relu\nc: {op: tanh, from: a, when: $heads}"
    rest = f"args: {{heads: true}}\n{outputs}"
    assert [o.name for o in network(nodes, rest).outputs] == ["main", "aux"]
    net = network(nodes, rest, args={"heads": False})
    assert [o.name for o in net.outputs] == ["main"]
    built(net)


def test_a_node_that_feeds_nothing_is_a_mistake() -> None:
    assert told("a: relu\nb: tanh\nc: {op: relu, from: a}") == [
        "'b' feeds nothing and is no output"
    ]


def test_an_absent_node_may_feed_nothing() -> None:
    assert names(network("a: relu\nb: {op: tanh, when: false}\nc: {op: relu, from: a}")) == [
        "a",
        "c",
    ]
