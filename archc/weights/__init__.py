"""Trained weights: read from files without trust, matched by name and shape, renamed for other libraries."""

from __future__ import annotations

from archc.weights.files import to_bytes
from archc.weights.load import Request, convert, load
from archc.weights.report import Report

__all__ = ["Report", "Request", "convert", "load", "to_bytes"]
