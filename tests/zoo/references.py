"""Which architectures of which libraries the bundled specs are compared with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import keras_names

VGGS = tuple(f"vgg{depth}{norm}" for norm in ("", "_bn") for depth in (11, 13, 16, 19))
RESNETS = (
    *(f"resnet{depth}" for depth in (18, 34, 50, 101, 152)),
    "resnext50_32x4d",
    "wide_resnet50_2",
)
DENSENETS = tuple(f"densenet{depth}" for depth in (121, 161, 169, 201))
EFFICIENTNETS = tuple(f"efficientnet_b{number}" for number in range(8))
SMALL = 96  # enough for five halvings


class Reference(NamedTuple):
    """A bundled spec and the library's model that it equals, with the same weights.

    ``image`` is the spatial size that both are run on where the spec's own would take long;
    ``tolerance`` the largest difference, absolute or relative, between two outputs in float32.
    """

    spec: str
    library: str  # torchvision, timm or keras
    model: str  # the library's builder
    args: Mapping[str, Any] = {}  # of the spec
    settings: Mapping[str, Any] = {}  # of the builder
    image: int | None = None
    tolerance: float = 1e-5
    names: Callable[[str], str] | None = (
        None  # keras: a variable's path, by the tensor's name in archc
    )

    @property
    def label(self) -> str:
        """``resnet50/torchvision``, a key of ``closeness.json``."""
        args = "".join(f",{key}={value}" for key, value in self.args.items())
        return f"{self.spec}{args}/{self.library}"


TORCHVISION = (
    Reference("alexnet_torchvision", "torchvision", "alexnet"),
    *(Reference(name, "torchvision", name) for name in VGGS),
    Reference(
        "googlenet_bn", "torchvision", "googlenet",
        settings={"aux_logits": True, "init_weights": False},
    ),
    *(Reference(name, "torchvision", name) for name in RESNETS),
    Reference("inception_v3", "torchvision", "inception_v3", settings={"init_weights": False}),
    *(Reference(name, "torchvision", name) for name in DENSENETS),
    *(Reference(name, "torchvision", name) for name in EFFICIENTNETS[:4]),
    *(Reference(name, "torchvision", name, image=SMALL) for name in EFFICIENTNETS[4:]),
)  # fmt: skip
TIMM: tuple[Reference, ...] = (
    Reference("inception_v3", "timm", "inception_v3", args={"aux": False}),
    Reference("inception_v4", "timm", "inception_v4"),
    Reference("xception_timm", "timm", "legacy_xception"),
    Reference("efficientnet_b0", "timm", "efficientnet_b0"),
    Reference("efficientnet_b0_keras", "timm", "tf_efficientnet_b0"),
    Reference("densenet121", "timm", "densenet121"),
    Reference("resnet50", "timm", "resnet50"),
)
KERAS: tuple[Reference, ...] = (
    Reference("xception", "keras", "Xception", names=keras_names.xception),
    Reference("resnet50_keras", "keras", "ResNet50", names=keras_names.resnet),
    *(
        Reference(
            f"resnet{depth}_keras", "keras", f"ResNet{depth}",
            image=SMALL, names=keras_names.resnet,
            tolerance=3e-5 if depth > 101 else 1e-5,
        )
        for depth in (101, 152)
    ),
    *(
        Reference(
            f"densenet{depth}", "keras", f"DenseNet{depth}",
            args={"eps": 1.001e-5}, names=keras_names.densenet,
        )
        for depth in (121, 169, 201)
    ),
    Reference(
        "efficientnet_b0_keras", "keras", "EfficientNetB0", names=keras_names.efficientnet,
    ),
    *(
        Reference(
            f"efficientnet_b{number}", "keras", f"EfficientNetB{number}",
            args={"same": True, "eps": 1e-3},
            image=SMALL if number > 2 else None,  # B2's own size halves to odd ones
            tolerance=3e-5 if number > 4 else 1e-5,  # 195 to 274 layers on a path
            names=keras_names.efficientnet,
        )
        for number in range(1, 8)
    ),
)  # fmt: skip
REFERENCES = (*TORCHVISION, *TIMM, *KERAS)
