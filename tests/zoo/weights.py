"""Two models with equal random weights: archc's, and the library's that it is compared with."""

from __future__ import annotations

import importlib
import os
from typing import Any

import torch
from references import Reference
from torch import Tensor, nn

import archc

Weights = dict[str, Tensor]
# A residual unit adds little to what it reads, as in a trained network: among a hundred units that each
# overwrite it, what two libraries round differently would grow a thousandfold.
LAST_OF_BRANCH = "conv3_norm.weight"


def random_values(name: str, shape: torch.Size) -> Tensor:
    """Weights and statistics that keep activations near 1 through any depth."""
    if name.endswith("num_batches_tracked"):
        return torch.tensor(0)
    if len(shape) > 1:  # He et al. 2015; uniform is several times faster to draw than normal
        bound = (6 / shape[1:].numel()) ** 0.5
        return torch.empty(shape).uniform_(-bound, bound)
    if name.endswith(LAST_OF_BRANCH):
        return torch.empty(shape).uniform_(0.1, 0.2)
    if name.endswith(("weight", "running_var")):
        return torch.empty(shape).uniform_(0.5, 1.0)
    return torch.empty(shape).uniform_(-0.1, 0.1)


def ours(one: Reference) -> tuple[archc.Architecture, nn.Module]:
    """The spec, and its module with random weights."""
    net = archc.load(one.spec, **one.args)
    channels, *size = next(iter(net.inputs.values())).shape
    if one.image is not None:
        size = [one.image] * len(size)
        net = archc.load(one.spec, input=[channels, *size], **one.args)
    with torch.device("meta"):
        module = net.build()
    drawn = {
        name: random_values(name, tensor.shape) for name, tensor in module.state_dict().items()
    }
    module.load_state_dict(drawn, assign=True)
    return net, module


def settle(module: nn.Module, images: Tensor) -> None:
    """Give every batch norm the statistics of these images, so that no sum of branches grows.

    A library that adds in another order is off by some 1e-7 of the largest activation; only where
    activations stay near 1 does a bound on that say something.
    """
    norms = [part for part in module.modules() if isinstance(part, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    module.eval()
    for norm in norms:
        norm.train()
        norm.momentum = 1.0
    with torch.no_grad():
        module(images)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum


def of_torch(one: Reference, net: archc.Architecture, weights: Weights) -> nn.Module:
    """torchvision's or timm's model, with these weights under its own names."""
    with torch.device("meta"):
        if one.library == "torchvision":
            model = importlib.import_module("torchvision.models").get_model(
                one.model, **one.settings
            )
        else:
            model = importlib.import_module("timm").create_model(one.model, **one.settings)
    layout = one.library if one.library in net.graph.document.layouts else "torchvision"
    renamed = {net.renamed(name, layout): value.clone() for name, value in weights.items()}
    model.load_state_dict(renamed, assign=True)  # strict: every name and shape must be right
    return model  # type: ignore[no-any-return]


def of_keras(one: Reference, weights: Weights) -> Any:
    """Keras's model on the torch back end, with these weights; its images have channels last."""
    os.environ["KERAS_BACKEND"] = "torch"
    import keras

    assert one.names is not None
    keras.utils.clear_session()  # it numbers layers without a name through the session
    settings = {"weights": None, "classifier_activation": None, **one.settings}
    if one.image is not None:
        settings["input_shape"] = (one.image, one.image, 3)
    model = getattr(keras.applications, one.model)(**settings)
    for layer in model.layers:
        if isinstance(layer, keras.layers.Rescaling):  # EfficientNet's, for pixels up to 255
            layer.scale = 1.0
    variables = {variable.path: variable for variable in model.weights}
    for name, value in weights.items():
        if not name.endswith("num_batches_tracked"):
            variable = variables.pop(one.names(name))
            variable.assign(transposed(value, tuple(variable.shape)))
    assert not {path for path in variables if not path.startswith("normalization")}
    return model


def transposed(value: Tensor, shape: tuple[int, ...]) -> Tensor:
    """A tensor in Keras's order of axes: kernels are height, width, inputs, outputs."""
    if value.dim() == 4:
        depthwise = value.shape[1] == 1 and shape[-1] == 1
        return value.permute(2, 3, 0, 1) if depthwise else value.permute(2, 3, 1, 0)
    return value.T if value.dim() == len("OI") else value
