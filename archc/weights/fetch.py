"""``torchvision:DEFAULT``: the trained weights that torchvision knows an address of."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any

from archc.errors import Mistake, SpecError, nearest
from archc.weights.files import Checkpoint, checkpoint

LIBRARY = "torchvision"
_FETCHED = re.compile(rf"{LIBRARY}:(\w+)\Z", re.ASCII)


def is_fetched(source: str) -> bool:
    """Whether a source of weights is ``torchvision:NAME`` and not a file."""
    return _FETCHED.match(source) is not None


def fetch(source: str, lineage: Sequence[str]) -> Checkpoint:
    """The weights of the first architecture in ``lineage`` that torchvision has.

    They are kept where torch keeps downloads (``TORCH_HOME``), and not fetched twice.

    Raises:
        SpecError: torchvision is not installed, has no such weights, or cannot fetch them.
    """
    model, weights = _entry(source.partition(":")[2], lineage)
    from torch.hub import load_state_dict_from_url

    try:
        content = load_state_dict_from_url(
            weights.url,
            map_location="cpu",
            progress=sys.stderr.isatty(),
            check_hash=True,
            weights_only=True,
        )
    except OSError as error:  # URLError is one
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        help = f"fetch {weights.url} elsewhere, and name the file"
        raise _error(f"'{source}' cannot be fetched: {reason}", help) from None
    except Exception as error:  # a damaged download raises whatever it happens to hit
        first = str(error).strip().partition("\n")[0]
        raise _error(
            f"'{source}' cannot be read: {first}", "remove it from torch's cache"
        ) from None
    return checkpoint(content, f"torchvision's {model} ({weights.name})", None)


def _entry(name: str, lineage: Sequence[str]) -> tuple[str, Any]:
    """torchvision's name of the model, and its record of one set of weights."""
    try:
        from torchvision import models
    except (ImportError, RuntimeError) as error:  # RuntimeError: one made for another torch
        help = "pip install torchvision, the version that belongs to your torch"
        raise _error(f"torchvision cannot be imported: {error}", help) from None
    known = set(models.list_models())
    model = next((one for one in lineage if one in known), None)
    if model is None:
        message = f"torchvision has no model called {' or '.join(lineage)}"
        raise _error(message, nearest(lineage[0], known))
    entries = models.get_model_weights(model)
    if name not in entries.__members__:
        has = ", ".join(entries.__members__)
        message = f"torchvision's {model} has no weights '{name}'"
        raise _error(message, nearest(name, entries.__members__) or f"it has {has}")
    return model, entries[name]


def _error(message: str, help: str = "") -> SpecError:
    return SpecError([Mistake("A095", message, help=help)])
