"""What other libraries call operators and settings, so that a message can name archc's own.

Keys are in lower case and without underscores: PyTorch's ``Conv2d`` and Keras's ``Conv2D`` are ``conv2d``. A
word that means several things gives all, the likeliest first.
"""

from __future__ import annotations

from collections.abc import Mapping

OPERATOR_NAMES: Mapping[str, str] = {
    "linear": "fc", "dense": "fc", "fullyconnected": "fc", "innerproduct": "fc", "gemm": "fc",
    "conv1d": "conv", "conv2d": "conv", "conv3d": "conv", "convolution": "conv",
    "convolution2d": "conv", "separableconv2d": "depthwise_conv", "dwconv": "depthwise_conv",
    "depthwiseconv2d": "depthwise_conv", "deconv": "conv_transpose",
    "deconvolution": "conv_transpose", "upconv": "conv_transpose",
    "convtranspose2d": "conv_transpose", "conv2dtranspose": "conv_transpose",
    "maxpool": "max_pool", "maxpool2d": "max_pool", "maxpooling2d": "max_pool", "pool": "max_pool",
    "pooling": "max_pool", "avgpool": "avg_pool", "avgpool2d": "avg_pool",
    "averagepool": "avg_pool", "averagepooling2d": "avg_pool",
    "adaptiveavgpool2d": "adaptive_avg_pool", "adaptivemaxpool2d": "adaptive_max_pool",
    "gap": "global_avg_pool", "globalaveragepool": "global_avg_pool",
    "globalaveragepooling2d": "global_avg_pool", "globalmaxpooling2d": "global_max_pool",
    "bn": "batch_norm", "batchnorm2d": "batch_norm", "batchnormalization": "batch_norm",
    "layernormalization": "layer_norm", "ln": "layer_norm", "groupnormalization": "group_norm",
    "localresponsenorm": "lrn", "localresponsenormalization": "lrn",
    "swish": "silu", "hswish": "hard_swish", "hsigmoid": "hard_sigmoid", "lrelu": "leaky_relu",
    "linearactivation": "identity", "cat": "concat", "concatenate": "concat", "merge": "concat",
    "sum": "add", "plus": "add", "eltwise": "add", "residual": "add", "multiply": "mul",
    "dropout2d": "dropout", "spatialdropout2d": "dropout", "stochasticdepth": "drop_path",
    "droppath": "drop_path", "flat": "flatten", "zeropadding2d": "pad", "zeropad2d": "pad",
    "upsampling2d": "upsample", "interpolate": "upsample", "resize": "upsample",
    "transpose": "permute", "view": "reshape", "cropping2d": "crop", "centercrop": "crop",
}  # fmt: skip

SETTING_NAMES: Mapping[str, str] = {
    "outchannels": "filters", "channels": "filters", "outputchannels": "filters", "nf": "filters",
    "features": "filters units", "numoutput": "filters", "width": "filters units", "outfeatures": "units",
    "neurons": "units", "hidden": "units", "size": "kernel", "kernelsize": "kernel",
    "kernelshape": "kernel", "poolsize": "kernel", "window": "kernel", "k": "kernel", "s": "stride",
    "strides": "stride", "p": "padding rate", "pad": "padding", "pads": "padding",
    "dilationrate": "dilation", "dilations": "dilation", "atrous": "dilation",
    "usebias": "bias", "biasterm": "bias", "group": "groups", "ceilmode": "ceil",
    "activation": "act", "activationfn": "act", "nonlinearity": "act", "normalization": "norm",
    "bn": "norm", "normlayer": "norm", "initializer": "init", "kernelinitializer": "init",
    "negativeslope": "slope", "epsilon": "eps", "numgroups": "groups", "prob": "rate",
    "pdrop": "rate",
    "inputs": "from", "input": "from", "bottom": "from", "type": "op", "layer": "op", "kind": "op",
    "operator": "op", "operation": "op", "optype": "op", "classname": "op",
    "scalefactor": "factor", "scale": "factor",
    "outputsize": "size", "targetshape": "shape", "depthmultiplier": "multiplier", "dims": "order",
}  # fmt: skip

DOCUMENT_NAMES: Mapping[str, str] = {  # keys of documents and blocks
    "layers": "nodes", "network": "nodes", "model": "nodes", "modules": "nodes",
    "architecture": "nodes", "backbone": "nodes", "graph": "nodes", "body": "nodes",
    "inputs": "input", "inputshape": "input", "inputsize": "input", "shape": "input",
    "output": "outputs", "returns": "outputs", "parameters": "args", "params": "args",
    "hyperparameters": "args", "variables": "args", "vars": "args", "constants": "args",
    "version": "archc", "base": "extends", "parent": "extends", "inherits": "extends",
    "import": "include", "imports": "include", "includes": "include", "functions": "blocks",
    "definitions": "blocks", "defs": "blocks", "templates": "blocks", "description": "note",
    "comment": "note", "doc": "note", "notes": "note", "frozen": "freeze", "checkpoint": "weights",
    "pretrained": "weights",
}  # fmt: skip

INFERRED: Mapping[str, str] = {
    "inchannels": "the channels follow from what the node reads",
    "infeatures": "the length follows from what the node reads",
    "numfeatures": "the channels follow from what the node reads",
    "inputchannels": "the channels follow from what the node reads",
    "inputshape": "the shape follows from what the node reads",
    "inplace": "archc decides what is computed in place",
}


def inferred(name: str) -> str:
    """What to do about a setting that follows by itself in a spec; empty for any other.

    >>> inferred("in_channels")
    'leave it out: the channels follow from what the node reads'
    """
    why = INFERRED.get(name.lower().replace("_", ""), "")
    return f"leave it out: {why}" if why else ""
