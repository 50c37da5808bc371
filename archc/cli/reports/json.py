"""Checked specs as one JSON document. docs/check.md lists its keys; they do not change their meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from archc import __version__
from archc.cli.checked import Checked
from archc.cli.reports.places import as_text, path_of, region
from archc.errors import Fix, Mistake, Span

FORMAT_VERSION = 1  # goes up when a key is taken away or changes its meaning

NOWHERE = {"line": None, "column": None, "end_line": None, "end_column": None}


def as_json(specs: Sequence[Checked]) -> str:
    """An object with a list of specs, each with the list of its mistakes."""
    return as_text(
        {
            "format_version": FORMAT_VERSION,
            "archc": __version__,
            "ok": not any(spec.errors for spec in specs),
            "errors": sum(spec.errors for spec in specs),
            "warnings": sum(spec.warnings for spec in specs),
            "specs": [_spec(spec) for spec in specs],
        }
    )


def _spec(spec: Checked) -> dict[str, Any]:
    return {
        "spec": spec.spec,
        "file": path_of(spec.file, spec.places),
        "name": spec.name or None,
        "variants": list(spec.variants),
        "ok": not spec.errors,
        "mistakes": [_mistake(mistake, spec) for mistake in spec.mistakes],
    }


def _mistake(mistake: Mistake, spec: Checked) -> dict[str, Any]:
    places = spec.places
    nowhere = {"file": path_of(spec.file, places), **NOWHERE}
    return {
        "code": mistake.code,
        "severity": "warning" if mistake.warning else "error",
        "message": mistake.message,
        **(_place(mistake.at, places) if mistake.at is not None else nowhere),
        "where": mistake.where or None,
        "labels": [
            {**_place(label.span, places), "text": label.text or None} for label in mistake.labels
        ],
        "why": list(mistake.why),
        "help": mistake.help or None,
        "notes": list(mistake.notes),
        "fix": _fix(mistake.fix, places) if mistake.fix is not None else None,
        "url": f"docs/errors/{mistake.code}.md",
    }


def _place(span: Span, places: Mapping[str, Path]) -> dict[str, Any]:
    return {"file": path_of(span.source.name, places), **region(span)}


def _fix(fix: Fix, places: Mapping[str, Path]) -> dict[str, Any]:
    edits = [{**_place(edit.span, places), "text": edit.text} for edit in fix.edits]
    return {"words": fix.words, "edits": edits}
