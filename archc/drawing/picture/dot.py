"""A scene as DOT: nodes and edges with their places, and what else is painted behind them.

The text asks for Graphviz's ``nop2``, which keeps every place, so ``dot -Tpdf`` shows the scene
itself. One unit is one point.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from archc.drawing.picture.curves import drawn
from archc.drawing.picture.layers import Area, Shape, around, behind, joins
from archc.drawing.picture.scene import Disc, Polygon, Rect, Route, Scene, Words
from archc.drawing.picture.svg import LEADING, identifier
from archc.drawing.picture.xdot import CLEAR, FONT_NAMES, Paint, beziers, clean, number

if TYPE_CHECKING:
    from graphviz import Digraph

FINE = 8  # units of a point where Graphviz lays out text, which it does in whole pixels of 96 dpi
INCH = 72
ARROW = 10  # points that Graphviz's arrowhead is long
PIECE = 4_000  # characters of at most four bytes: Graphviz reads no string longer than 16 KiB
LONGEST = 500  # characters of one text within such a string
TABLE = '<table border="0" cellborder="0" cellspacing="0" cellpadding="0">'


def digraph(scene: Scene) -> Digraph:
    """The scene as a ``graphviz.Digraph``: what is about a node or edge is one, with its tooltip.

    Nodes lie above all else in Graphviz, edges next. So what something else covers, such as the
    frame around a group, is painted in the background, and its node shows only its words.
    """
    out, paint = _graph(scene, 1), Paint(scene.height)
    ends = {item.about.name for item in scene.items if isinstance(item, Shape) and item.about}
    hidden = behind(scene.items, ends)
    out.body.append(_background(paint.items([_ground(scene), *hidden.values()])))
    out.attr("node", shape="box", fixedsize="shape", margin="0", fontname=FONT_NAMES, label="")
    for index, item in enumerate(scene.items):
        if isinstance(item, Shape) and item.about:
            out.node(identifier(item.about.name), **_node(scene, item, index not in hidden))
    for index, item in enumerate(scene.items):
        if isinstance(item, Route) and item.about and joins(item, ends):
            source, target = map(identifier, item.about.name.split(" -> "))
            out.edge(source, target, **_edge(paint, item, index not in hidden))
    return out


def canvas(scene: Scene) -> Digraph:
    """The same page with all of it in the background, every place and width as in the SVG."""
    out = _graph(scene, FINE)
    items = [_ground(scene), *scene.items]
    out.body.append(_background(Paint(scene.height, FINE).items(items)))
    return out


def _graph(scene: Scene, unit: int) -> Digraph:
    import graphviz  # only a drawing needs it

    width, height = scene.width, scene.height
    middle = f"{number(width * unit / 2)},{number(height * unit / 2)}"
    out = graphviz.Digraph(identifier(scene.name))
    out.attr(
        "graph", layout="nop2", charset="UTF-8", bgcolor=scene.paper, pad="0", margin="0",
        outputorder="edgesfirst", tooltip=graphviz.escape(clean(scene.title[:LONGEST])),
        bb=f"0,0,{number(width * unit)},{number(height * unit)}",
        viewport=f"{number(width)},{number(height)},{number(1 / unit)},{middle}",
    )  # fmt: skip
    return out


def _ground(scene: Scene) -> Polygon:
    """The paper. A graph with a background is one that Graphviz leaves where it is."""
    right, low = scene.width, scene.height
    return Polygon(((0, 0), (right, 0), (right, low), (0, low)), scene.paper, "none")


def _background(operations: Iterable[str]) -> str:
    """The attribute, an item a line, in strings as long as Graphviz reads."""
    text = "".join(f"{operation}\n" for operation in operations)
    pieces = (text[start : start + PIECE] for start in range(0, len(text), PIECE))
    quoted = ('"' + piece.replace('"', '\\"') + '"' for piece in pieces)
    return f"\tgraph [_background={' + '.join(quoted)}]\n"


def _node(scene: Scene, item: Shape, shown: bool) -> dict[str, str]:
    left, top, right, low = _bounds(item)
    middle = (left + right) / 2, scene.height - (top + low) / 2
    settings = {
        "pos": f"{number(middle[0])},{number(middle[1])}",
        "width": number((right - left) / INCH),
        "height": number((low - top) / INCH),
        **_tooltip(item),
    }
    if label := _label(item):
        settings["label"] = f"<{label}>"
    return settings | (_look(item) if shown else {"color": CLEAR})


def _bounds(item: Shape) -> Area:
    match item:
        case Rect(x=x, y=y):
            return Area(x, y, x + item.width, y + item.height)
        case Disc(x=x, y=y, radius=r):
            return Area(x - r, y - r, x + r, y + r)
        case Polygon(points=points):
            return around(points)


def _look(item: Shape) -> dict[str, str]:
    fill, stroke = (CLEAR if c == "none" else c for c in (item.fill, item.stroke))
    if isinstance(item, Disc):
        return {"shape": "circle", "style": "filled", "fillcolor": fill, "color": stroke}
    look = {"color": stroke, "penwidth": number(item.line_width)}
    dashed = ",dashed" * item.dashed
    if isinstance(item, Polygon):
        return look | {"style": f"filled{dashed}", "fillcolor": fill}
    if item.header:
        share = number(item.header_height / item.height)
        fill, look["gradientangle"] = f"{item.header};{share}:{item.fill}", "270"
    return look | {"style": f"rounded,filled{dashed}", "fillcolor": fill}


def _label(item: Shape) -> str:
    """The words of a node as an HTML-like label; a header has a row of its own."""
    if isinstance(item, Disc):
        return _span(item.sign) if item.sign.text else ""
    if not isinstance(item, Rect):
        return ""
    lines = [_span(words) for words in item.lines]
    if item.header and lines:
        below = item.height - item.header_height
        cells = [_cell(lines[0], item.header_height), _cell("<br/>".join(lines[1:]), below)]
    else:
        sizes = [words.size * LEADING for words in item.lines]
        cells = list(map(_cell, lines, sizes))
    return f"{TABLE}{''.join(f'<tr>{cell}</tr>' for cell in cells)}</table>" if cells else ""


def _cell(content: str, height: float) -> str:
    return f'<td height="{round(height)}">{content}</td>'


def _span(words: Words) -> str:
    inner = escape(clean(words.text[:LONGEST])) or "&#160;"  # Graphviz takes no empty element
    inner = f"<b>{inner}</b>" if words.bold else inner
    inner = f"<i>{inner}</i>" if words.italic else inner
    color = f' color="{words.color}"' if words.color else ""
    return f'<font point-size="{round(words.size)}"{color}>{inner}</font>'


def _edge(paint: Paint, route: Route, shown: bool) -> dict[str, str]:
    path = drawn(route)
    settings = _tooltip(route)
    tip = ""
    if path.head:
        point, *sides = path.head
        back = (sides[0][0] + sides[1][0]) / 2, (sides[0][1] + sides[1][1]) / 2
        path = path._replace(last=back)
        length = abs(point[0] - back[0]) + abs(point[1] - back[1])
        settings["arrowsize"] = number(length / ARROW)
        tip = f"e,{paint.pair(point).replace(' ', ',')} "
    else:
        settings["dir"] = "none"
    points = (paint.pair(point).replace(" ", ",") for point in beziers(path))
    settings["pos"] = tip + " ".join(points)
    if not shown:
        return settings | {"color": CLEAR}
    dashed = {"style": "dashed"} if route.dashed else {}
    return settings | {"color": route.color, "penwidth": number(route.line_width), **dashed}


def _tooltip(item: Shape | Route) -> dict[str, str]:
    import graphviz

    tip = item.about.tip if item.about else ()
    text = "\\n".join(graphviz.escape(clean(line[:LONGEST])) for line in tip)
    return {"tooltip": graphviz.nohtml(text)} if tip else {}
