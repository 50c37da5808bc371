"""Files of weights: safetensors, and what ``torch.save`` writes, of which no code is ever run."""

from __future__ import annotations

import os
import warnings
import zipfile
from collections.abc import Mapping
from contextlib import nullcontext
from itertools import islice
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

from archc.errors import Mistake, Span, SpecError, nearest
from archc.output import marked_weights
from archc.spec.weights import ENDINGS

if TYPE_CHECKING:
    from torch import Tensor

SAFETENSORS = ".safetensors"
MAX_WRAPPERS = 4
MOST_FILES = 1_000  # of a folder in which a misspelt name is looked for
WRAPPERS = (
    "state_dict",
    "model_state_dict",
    "model",
)  # keys that training scripts put weights under


class Checkpoint(NamedTuple):
    """What a file holds: its tensors by name, and by name the types of what are no tensors."""

    shown: str  # the file's name in messages
    tensors: dict[str, Tensor]
    others: dict[str, str]


def read(path: Path, shown: str, at: Span | None = None) -> Checkpoint:
    """The tensors of a file, on the CPU. Nothing in the file is executed.

    Raises:
        SpecError: there is no such file, or it is no file of weights.
    """
    if path.suffix not in ENDINGS:
        message = f"'{shown}' is no file of weights that archc reads"
        raise _error(message, at, f"weights are in {', '.join(ENDINGS)} files")
    try:
        plain = path.is_file() or path.is_dir() or not path.exists()
        with (
            path.open("rb") if plain else nullcontext()
        ):  # opening a pipe would wait for its writer
            pass
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise _error(f"'{shown}' cannot be read: {reason}", at, _nearest_file(path)) from None
    if not plain:
        raise _error(f"'{shown}' is not a plain file", at)
    content = (
        _safetensors(path, shown, at) if path.suffix == SAFETENSORS else _pickled(path, shown, at)
    )
    return checkpoint(content, shown, at)


def _nearest_file(path: Path) -> str:
    """The file of weights beside it that a misspelt name may mean."""
    try:
        with os.scandir(path.parent) as entries:
            names = [entry.name for entry in islice(entries, MOST_FILES)]
    except OSError:
        return ""
    known = [name for name in names if PurePath(name).suffix in ENDINGS and name.isprintable()]
    return nearest(path.name, known)


def _safetensors(path: Path, shown: str, at: Span | None) -> Any:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        message = f"'{shown}' is damaged, or no safetensors file: {_first_line(error)}"
        raise _error(message, at, "fetch or save it again") from None


def _pickled(path: Path, shown: str, at: Span | None) -> Any:
    import torch

    _check_archive(path, shown, at)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # damaged bytes raise whatever they happen to hit
        if "GLOBAL" in str(error):  # the pickle names a class or function of no tensor
            message = f"'{shown}' holds more than tensors; archc runs no code from a file"
            help = (
                "save the state dict alone: torch.save(model.state_dict(), …), or use safetensors"
            )
            raise _error(message, at, help) from None
        message = f"'{shown}' is damaged, or not written by torch.save"
        raise _error(message, at, "fetch or save it again") from None


def _check_archive(path: Path, shown: str, at: Span | None) -> None:
    """What torch does not check: that nothing is compressed, which may unpack to any size, and the sums."""
    try:
        with zipfile.ZipFile(path) as archive:
            packed = any(entry.compress_type != zipfile.ZIP_STORED for entry in archive.infolist())
            broken = None if packed else archive.testzip()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return  # torch's older format, or damaged: reading it will tell
    if packed:
        raise _error(f"'{shown}' is compressed, which torch.save never does", at, "save it again")
    if broken is not None:
        raise _error(f"'{shown}' is damaged, at {broken}", at, "fetch or save it again")


def checkpoint(content: Any, shown: str, at: Span | None) -> Checkpoint:
    """The state dict in what was read, without the wrappings that training scripts add.

    Raises:
        SpecError: it holds no tensors, or such as no network takes.
    """
    import torch

    entries = _unwrapped(content)
    tensors = {
        _clean(name): value for name, value in entries.items() if isinstance(value, torch.Tensor)
    }
    if not tensors:
        message = f"'{shown}' holds no tensors by name"
        raise _error(message, at, "save a state dict: torch.save(model.state_dict(), …)")
    for name, value in tensors.items():
        if kind := _unusual(value):
            message = f"'{shown}' holds {name} as a {kind} tensor"
            raise _error(message, at, "save plain tensors, on the CPU: value.to_dense().cpu()")
    others = {
        _clean(name): type(value).__name__
        for name, value in entries.items()
        if _clean(name) not in tensors
    }
    return Checkpoint(shown, tensors, others)


def _unwrapped(content: Any) -> Mapping[Any, Any]:
    """The innermost mapping below keys such as ``state_dict``."""
    for _ in range(MAX_WRAPPERS):
        inner = [
            content[key] for key in WRAPPERS if isinstance(content, Mapping) and key in content
        ]
        content = next((value for value in inner if isinstance(value, Mapping)), content)
    return content if isinstance(content, Mapping) else {}


def _clean(name: object) -> str:
    """A name that can be shown: whoever made the file chose it."""
    text = str(name)
    return text if text.isprintable() else ascii(text)[1:-1]


def _unusual(value: Tensor) -> str:
    """What keeps a tensor from being plain numbers in memory."""
    import torch

    if value.is_quantized:
        return "quantised"
    if value.is_nested:
        return "nested"
    if value.layout is not torch.strided:
        return str(value.layout).removeprefix("torch.").replace("_", " ")
    return "" if value.device.type == "cpu" else value.device.type


def to_bytes(tensors: Mapping[str, Tensor], suffix: str) -> bytes:
    """The content of a file of weights, the same for the same tensors."""
    import io

    import torch

    # cloned: a view would bring all that it is a part of along
    plain = {
        name: tensor.detach().cpu().clone(memory_format=torch.contiguous_format)
        for name, tensor in tensors.items()
    }
    if suffix == SAFETENSORS:
        from safetensors.torch import save

        content = save(plain, {"format": "pt"})
        plain.clear()  # weights are large: two copies at most
        return marked_weights(content)
    buffer = io.BytesIO()
    torch.save(plain, buffer)
    return marked_weights(buffer.getbuffer())


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].lower()


def _error(message: str, at: Span | None, help: str = "") -> SpecError:
    return SpecError([Mistake("A092", message, at, help=help)])
