"""One HTML file: the drawing's data, and the program that shows it, with nothing to be fetched."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html import escape
from importlib.resources import files

from archc.drawing.html.data import Json, described
from archc.drawing.palette import Theme, contrast
from archc.drawing.picture.facts import facts
from archc.drawing.picture.lettering import FONTS
from archc.drawing.view import Folding
from archc.drawing.words import title_of
from archc.graph.graph import Graph
from archc.output import marked

SCRIPTS = (
    "model.js", "squeeze.js", "paint.js", "lines.js", "legend.js", "moving.js", "card.js",
    "search.js", "spec.js", "viewer.js",
)  # fmt: skip
_HOLE = re.compile(r"\{\{(\w+)\}\}")
_HIDDEN = str.maketrans({c: f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"})


def as_html(graph: Graph, theme: Theme, *, folding: Folding | None = None) -> str:
    """The page. A ``folding`` says what is open at first; None: as much as a slide would show.

    The file needs no network and no other file, and its Content-Security-Policy allows none: it
    runs the one script whose hash it names. Text of the spec stands in it as data only.

    Raises:
        SpecError: even all folded, the drawing would be too large.
    """
    data = described(graph, theme, folding) | {"name": graph.name, "facts": list(facts(graph))}
    title = title_of(graph)
    style = _variables(theme) + _asset("viewer.css")
    script = '"use strict";\n(() => {\n' + "\n".join(map(_asset, SCRIPTS)) + "})();\n"
    holes = {
        "title": escape(title),
        "policy": _policy(style, script),
        "style": style,
        "data": _as_text(data | {"title": title}),
        "script": script,
    }
    text = _HOLE.sub(lambda hole: holes[hole[1]], _asset("page.html"))
    return marked(text.encode(), "html").decode()


def _asset(name: str) -> str:
    return files("archc.drawing.html").joinpath(name).read_text(encoding="utf-8")


def _variables(theme: Theme) -> str:
    """The theme's colours for the style sheet, which names none itself."""
    names = {
        "paper": theme.paper, "ink": theme.ink, "quiet": theme.quiet, "edge": theme.edge,
        "accent": theme.shortcut, "found": theme.changed, "tint": theme.tints[0],
        "tint-2": theme.tints[1], "card": theme.card, "frame": theme.frame,
        "chosen": theme.removed, "fonts": FONTS,
    }  # fmt: skip
    scheme = (
        "light" if contrast(theme.paper, "#000000") > contrast(theme.paper, "#FFFFFF") else "dark"
    )
    colours = "".join(f" --{name}: {value};" for name, value in names.items())
    return f":root {{ color-scheme: {scheme};{colours} }}\n"


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)};"
        " base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _as_text(data: Json) -> str:
    """JSON that no HTML parser takes for markup: signs that could end it are written as numbers."""
    return json.dumps(data, ensure_ascii=True, separators=(",", ":")).translate(_HIDDEN)
