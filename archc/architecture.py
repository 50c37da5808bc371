"""The public face of the compiler: one architecture, and what can be asked of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

from archc.analysis import Format, Summary, summarise, write
from archc.analysis.path_lengths import PathLengths, path_lengths
from archc.analysis.words import counted, short
from archc.errors import Mistake, SpecError, nearest
from archc.graph.compiled import Reader, compiled
from archc.graph.graph import Graph, GraphOutput, Node
from archc.graph.naming import naming
from archc.ops.base import Shape
from archc.runnable import Runnable, patterns
from archc.spec.load import load, loads

if TYPE_CHECKING:
    from archc.analysis.lecture import LectureFormat
    from archc.drawing import Format as Picture
    from archc.drawing import Repeats, Style, ThemeName
    from archc.drawing.picture.scene import Scene
    from archc.spec.document import Document

InputShape: TypeAlias = Sequence[int] | Mapping[str, Sequence[int]] | None


class ReceptiveField(NamedTuple):
    """What a node sees of an input, along each spatial axis of that input.

    ``size`` input positions, moving by ``stride`` from one output position to the next (None where
    unevenly), the first output's field beginning at ``offset``. Padding counts as input.
    """

    size: tuple[int, ...]
    stride: tuple[Fraction | None, ...]
    offset: tuple[int, ...]


class Text(str):
    """Text that shows itself as it is, at a prompt and in a notebook."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


class Architecture(Runnable):
    """A checked architecture: every value has a shape. Get one with :func:`archc.load`.

    Shapes leave out the batch axis: ``(C, H, W)``. One multiply-accumulate is one MAC. Memory is in
    bytes of float32, for one sample.
    """

    def __init__(self, graph: Graph, read: Reader) -> None:
        self.graph = graph
        self.read = read  # the spec once more, with changes of its text

    @classmethod
    def load(
        cls,
        spec: str | Path,
        *,
        args: Mapping[str, Any] | None = None,
        input: InputShape = None,
        root: Path | None = None,
    ) -> Architecture:
        """From a file, ``file.yaml:variant``, or the name of a bundled spec.

        Raises:
            SpecError: with every mistake found.
        """

        def read(texts: Mapping[str, str]) -> Document:
            return load(spec, args=args, input=input, root=root, texts=texts)

        return cls(compiled(read), read)

    @classmethod
    def loads(
        cls,
        text: str,
        *,
        name: str = "<text>",
        variant: str = "",
        args: Mapping[str, Any] | None = None,
        input: InputShape = None,
        root: Path | None = None,
    ) -> Architecture:
        """From a spec's text, which messages call ``name``, or from a ``variant`` in it.

        Files that the text names are found in ``root``.

        Raises:
            SpecError: with every mistake found.
        """

        def read(texts: Mapping[str, str]) -> Document:
            return loads(
                text, name, variant=variant, args=args, input=input, root=root, texts=texts
            )

        return cls(compiled(read), read)

    @property
    def name(self) -> str:
        return self.graph.name

    @property
    def title(self) -> str:
        """The name that people use; the plain name where the spec has none."""
        return self.graph.document.title or self.graph.name

    @property
    def nodes(self) -> list[Node]:
        """Every operation in order, without the inputs."""
        return list(self.graph.nodes.values())

    @property
    def inputs(self) -> dict[str, Node]:
        return self.graph.inputs

    @property
    def outputs(self) -> list[GraphOutput]:
        return self.graph.outputs

    @cached_property
    def warnings(self) -> list[Mistake]:
        """What is allowed in the spec, but probably not meant, as far as its `lint` wants to hear it."""
        from archc.lint import lint  # building and counting need no rules

        return lint(self.graph)

    @cached_property
    def _summary(self) -> Summary:
        return summarise(self.graph)

    @property
    def params(self) -> int:
        """Trained numbers, training-only heads included; shared weights count once."""
        return self._summary.totals.whole.params

    @property
    def frozen(self) -> int:
        """Numbers that the spec's `freeze` keeps as they are; not among the ``params``."""
        return self._summary.totals.whole.frozen

    @property
    def buffers(self) -> int:
        """Numbers kept but not trained: running statistics, fixed codes."""
        return self._summary.totals.whole.buffers

    @property
    def macs(self) -> int:
        """Multiply-accumulates for one sample, training-only heads included."""
        return self._summary.totals.whole.macs

    @property
    def depth(self) -> int:
        """The most layers with weights on a path from an input to a main output."""
        return self._summary.depth

    @property
    def activation_bytes(self) -> int:
        """Bytes of all values that a forward pass computes, without those of training-only heads."""
        return self._summary.activation_bytes

    @property
    def peak_activation_bytes(self) -> int:
        """Bytes of the values that are live at once, at most, in an inference pass."""
        return self._summary.peak.bytes

    def node(self, name: str) -> Node:
        """The node or input of this name.

        Raises:
            KeyError: there is none; the message has the nearest name.
        """
        found = self.graph.nodes.get(name) or self.graph.inputs.get(name)
        if found is None:
            hint = nearest(name, [*self.graph.inputs, *self.graph.nodes])
            raise KeyError(f"{self.name} has no node '{name}'" + (f"; {hint}" if hint else ""))
        return found

    def shape(self, name: str) -> Shape:
        """The shape of a node's result, ``(C, H, W)``.

        Raises:
            KeyError: there is no such node.
        """
        return self.node(name).shape

    def renamed(self, tensor: str, layout: str) -> str:
        """What a library calls a tensor of this network, by the spec's ``layouts``.

        ``layer1.0.conv1_norm.weight`` of ResNet is torchvision's ``layer1.0.bn1.weight``.

        Raises:
            SpecError: the spec declares no such layout.
            KeyError: the network has no such tensor.
        """
        return naming(self.graph, layout).tensor(tensor)

    def receptive_field(self, node: str, input: str | None = None) -> ReceptiveField:
        """What a node sees of ``input``; of the only or first one that it depends on if left out.

        Raises:
            KeyError: there is no such node, or it does not depend on that input.
        """
        fields = self._summary.fields[self.node(node).name]
        reaches = fields[input] if input is not None else next(iter(fields.values()))
        return ReceptiveField(
            tuple(reach.size for reach in reaches),
            tuple(reach.stride for reach in reaches),
            tuple(reach.offset for reach in reaches),
        )

    def summary(self, format: Format = "table", every: bool = False) -> Text:
        """The counts as a ``table``, ``markdown``, ``csv`` or ``json``.

        A table has a row for each layer, together with its norm and activation, or with ``every``
        one for each node.
        """
        return Text(write(self._summary, format, every))

    def explain(
        self, node: str | Sequence[str] | None = None, format: LectureFormat = "text"
    ) -> Text:
        """The arithmetic of a node with its numbers put in, or the whole network as a lecture's table.

        ``node`` is the name of a node, a block call, a repeated node or an input, or several. The
        ``format`` is ``text``, ``markdown`` or ``latex`` (which needs amsmath and booktabs).

        Raises:
            SpecError: there is no such node.
        """
        from archc.analysis.lecture import explain

        names = () if node is None else patterns(node)
        return Text(explain(self._summary, names, format))

    def paths(self) -> PathLengths:
        """How many paths run from the inputs to the main outputs, by their length.

        A path's length is the number of layers with weights on it. Of several inputs and outputs,
        the paths of all pairs count together; training-only outputs do not count.

        Raises:
            SpecError: there are more paths than can be counted.
        """
        return path_lengths(self.graph)

    def draw(  # noqa: PLR0913  # one parameter for each choice
        self,
        file: str | PathLike[str] | None = None,
        *,
        style: Style = "graph",
        depth: int | None = None,
        collapse: str | Sequence[str] = (),
        expand: str | Sequence[str] = (),
        repeats: Repeats = "auto",
        node: str = "",
        aspect: str = "16:9",
        theme: ThemeName = "light",
        title: bool = True,
        force: bool = False,
    ) -> Scene:
        """The drawing, also written to ``file`` (svg, pdf, png, html or dot) if one is given.

        ``style`` is ``graph``, ``stack`` or ``volume``. ``depth``, ``collapse``, ``expand`` and
        ``repeats`` say how far block calls are opened, ``node`` whose inside is drawn, ``aspect``
        the page's width over its height, or ``free``. Lengths in the result are points.

        Raises:
            SpecError: the drawing is not possible.
            FileExistsError: archc did not write the file that is there, and ``force`` is not set.
            OSError: the file cannot be written; what was there stays.
        """
        from archc.drawing import Options
        from archc.drawing.draw import draw
        from archc.drawing.files import written
        from archc.output import write as write_files

        options = Options(
            style, depth, patterns(collapse), patterns(expand), repeats,
            (node,) if node else (), aspect, theme, title,
        )  # fmt: skip
        if file is not None:
            path = Path(file)
            kind = cast("Picture", path.suffix.lstrip("."))
            write_files({path: written([self.graph], options, kind)}, force=force)
        return draw([self.graph], options)

    def _repr_svg_(self) -> str | None:
        """A notebook shows the drawing, or where that is not possible the line of ``repr``."""
        try:
            return self.draw()._repr_svg_()
        except (SpecError, OSError, ImportError):
            return None

    def __repr__(self) -> str:
        layers = counted(len(self.graph.nodes), "node")
        cost = f"{short(self.params)} parameters, {short(self.macs)} MACs"
        return f"<Architecture {self.name}: {layers}, depth {self.depth}, {cost}>"
