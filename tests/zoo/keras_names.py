"""How Keras calls the tensors of its applications: a variable's path, by the tensor's name in archc.

Keras numbers the layers that an application leaves without a name (``conv2d_1``) through a session,
so such names hold for the first model after ``keras.utils.clear_session()``.
"""

from __future__ import annotations

from string import ascii_lowercase

OF_LAYER = {"weight": "kernel", "bias": "bias"}
OF_NORM = {
    "weight": "gamma",
    "bias": "beta",
    "running_mean": "moving_mean",
    "running_var": "moving_variance",
}


def numbered(word: str, count: int) -> str:
    """A layer without a name of its own: ``conv2d``, ``conv2d_1``, ``conv2d_2``."""
    return f"{word}_{count}" if count else word


XCEPTION = {  # archc's node at the top: Keras's first words
    "conv1": "block1_conv1",
    "conv2": "block1_conv2",
    "entry1": "block2",
    "entry2": "block3",
    "entry3": "block4",
    "exit": "block13",
    "conv3": "block14_sepconv1",
    "conv4": "block14_sepconv2",
    "fc": "predictions",
}
XCEPTION_SHORTCUTS = ("entry1", "entry2", "entry3", "exit")


def xception(name: str) -> str:
    """``middle.0.sep1.depthwise.weight`` as ``block5_sepconv1/depthwise_kernel``."""
    *path, tensor = name.split(".")
    norm = path[-1].endswith("_norm")
    if "shortcut" in name:
        word = "batch_normalization" if norm else "conv2d"
        layer = numbered(word, XCEPTION_SHORTCUTS.index(path[0]))
    else:
        layer = _xception_layer(path) + ("_bn" if norm else "")
    if norm:
        return f"{layer}/{OF_NORM[tensor]}"
    kernel = f"{path[-1]}_kernel" if path[-1].endswith("wise") else OF_LAYER[tensor]
    return f"{layer}/{kernel}"


def _xception_layer(path: list[str]) -> str:
    first = path[0].removesuffix("_norm")
    block = f"block{int(path[1]) + 5}" if first == "middle" else XCEPTION[first]
    separable = [part for part in path if part.startswith("sep")]
    return block + "".join(f"_sepconv{part[-1]}" for part in separable)


def variable(layer: str, tensor: str) -> str:
    """A tensor of a layer whose name tells whether it normalises."""
    return f"{layer}/{(OF_NORM if layer.endswith('bn') else OF_LAYER)[tensor]}"


def resnet(name: str) -> str:
    """``layer1.0.shortcut_norm.weight`` as ``conv2_block1_0_bn/gamma``."""
    *path, tensor = name.split(".")
    if path == ["fc"]:
        return variable("predictions", tensor)
    node = path[-1].removesuffix("_norm")
    kind = "conv" if node == path[-1] else "bn"
    if node == path[0].removesuffix("_norm"):
        return variable(f"{node}_{kind}", tensor)
    block = f"conv{int(path[0][-1]) + 1}_block{int(path[1]) + 1}"
    return variable(f"{block}_{'0' if node == 'shortcut' else node[-1]}_{kind}", tensor)


DENSENET = {
    "conv0": "conv1_conv",
    "norm0": "conv1_bn",
    "norm1": "0_bn",
    "conv1": "1_conv",
    "norm2": "1_bn",
    "conv2": "2_conv",
    "norm5": "bn",
    "norm": "bn",  # of a transition
    "conv": "conv",
    "classifier": "predictions",
}


def densenet(name: str) -> str:
    """``dense1.0.norm1.weight`` as ``conv2_block1_0_bn/gamma``."""
    *path, tensor = name.split(".")
    layer = DENSENET[path[-1]]
    if path[0].startswith("transition"):
        layer = f"pool{int(path[0][-1]) + 1}_{layer}"
    elif path[0].startswith("dense"):
        layer = f"conv{int(path[0][-1]) + 1}_block{int(path[1]) + 1}_{layer}"
    return variable(layer, tensor)


EFFICIENTNET = {
    "stem": "stem_conv",
    "stem_norm": "stem_bn",
    "expand": "expand_conv",
    "expand_norm": "expand_bn",
    "depthwise": "dwconv",
    "depthwise_norm": "bn",
    "fc1": "se_reduce",
    "fc2": "se_expand",
    "project": "project_conv",
    "project_norm": "project_bn",
    "head": "top_conv",
    "head_norm": "top_bn",
    "fc": "predictions",
}


def efficientnet(name: str) -> str:
    """``stage2.1.depthwise_norm.weight`` as ``block2b_bn/gamma``."""
    *path, tensor = name.split(".")
    layer = EFFICIENTNET[path[-1]]
    if len(path) > 1:
        layer = f"block{path[0][-1]}{ascii_lowercase[int(path[1])]}_{layer}"
    return variable(layer, tensor)
