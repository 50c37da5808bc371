"""The interactive drawing: one HTML file that folds, searches and shows the spec's text."""

from __future__ import annotations

from archc.drawing.html.page import as_html

__all__ = ["as_html"]
