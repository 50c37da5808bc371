"""LeNet-5's convolution with a table of which input maps each output map reads."""

from __future__ import annotations

from typing import TypeAlias

from archc.ops.kinds import numbers, table

Connections: TypeAlias = tuple[tuple[int, ...], ...]  # for each output map, the input maps it reads

CONNECTIONS = table(
    "for each filter, the list of input maps it reads (counted from 0)",
    numbers("a list of input maps (counted from 0)", 0),
)

CONNECTED_CONV2D = '''
class ConnectedConv2d(nn.Module):
    """Convolution in which each output map reads only some input maps.

    ``connections[o]`` names the input maps that output map ``o`` reads. The weight has
    one kernel for each connection. Weight and bias start uniform in ±2.4 / fan-in.
    LeCun et al. 1998, Gradient-based learning applied to document recognition.
    """

    def __init__(
        self,
        in_channels: int,
        connections: tuple[tuple[int, ...], ...],
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        dilation: int | tuple[int, int] = 1,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if isinstance(kernel_size, int):
            kernel_size = (kernel_size, kernel_size)
        self.stride, self.padding, self.dilation = stride, padding, dilation
        self.full_shape = (len(connections), in_channels, *kernel_size)
        outputs = [o for o, inputs in enumerate(connections) for _ in inputs]
        inputs = [i for inputs in connections for i in inputs]
        self.register_buffer("outputs", torch.tensor(outputs), persistent=False)
        self.register_buffer("inputs", torch.tensor(inputs), persistent=False)
        self.weight = nn.Parameter(torch.empty(len(inputs), *kernel_size))
        self.bias = nn.Parameter(torch.empty(len(connections))) if bias else None
        self.reset_parameters()

    @torch.no_grad()
    def reset_parameters(self) -> None:
        kernel = self.weight[0].numel()
        bound = 2.4 / (torch.bincount(self.outputs) * kernel)  # of each output map
        self.weight.uniform_(-1, 1).mul_(bound[self.outputs, None, None])
        if self.bias is not None:
            self.bias.uniform_(-1, 1).mul_(bound)

    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight.new_zeros(self.full_shape)
        weight = weight.index_put((self.outputs, self.inputs), self.weight)
        return F.conv2d(x, weight, self.bias, self.stride, self.padding, self.dilation)
'''.lstrip()
