"""Models of others to be compared with: torchvision's, timm's, or a class in a file."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

from archc.errors import Mistake, SpecError, nearest

if TYPE_CHECKING:
    from torch import nn

CODE = "A106"
FORMS = "torchvision:NAME, timm:NAME or FILE.py:CLASS"
_FORM = re.compile(r"(?:(?P<library>torchvision|timm)|(?P<file>.+\.py)):(?P<name>\w+)\Z", re.ASCII)
_OWN_START = {"googlenet", "inception_v3"}  # these start their weights slowly unless told not to
_OPERATORS = ("nms", "qnms")  # of the detectors; importing torchvision asks for them
_declared: list[Any] = []  # the library that declares them must live as long as torchvision


def is_reference(text: str) -> bool:
    """Whether it has one of the :data:`FORMS`."""
    return _FORM.match(text) is not None


def reference(text: str) -> nn.Module:
    """The module that ``torchvision:resnet50`` or one of the other :data:`FORMS` names, weights fresh.

    A class or function in a file is called without arguments; the file is run.

    Raises:
        ValueError: it has none of the :data:`FORMS`.
        SpecError: the library is not installed, has no such model, or the file does not give one.
    """
    form = _FORM.match(text)
    if form is None:
        raise ValueError(f"'{text}' is not {FORMS}")
    if form["file"]:
        return _from_file(Path(form["file"]), form["name"])
    return _torchvision(form["name"]) if form["library"] == "torchvision" else _timm(form["name"])


def failure(message: str, help: str = "") -> SpecError:
    """What was to be measured cannot be had, or does not run."""
    return SpecError([Mistake(CODE, message, help=help)])


def reason(error: BaseException) -> str:
    """The first line of what an exception says, or its kind."""
    return str(error).strip().partition("\n")[0] or type(error).__name__


def _torchvision(name: str) -> nn.Module:
    models = _imported(torchvision_models, "torchvision")
    known = models.list_models()
    if name not in known:
        raise failure(f"torchvision has no model called '{name}'", nearest(name, known))
    options = {"init_weights": False} if name in _OWN_START else {}
    return _made(f"torchvision:{name}", lambda: models.get_model(name, weights=None, **options))


def _timm(name: str) -> nn.Module:
    timm = _imported(_timm_package, "timm")
    known = timm.list_models()
    if name not in known:
        raise failure(f"timm has no model called '{name}'", nearest(name, known))
    return _made(f"timm:{name}", lambda: timm.create_model(name, pretrained=False))


def _imported(load: Callable[[], ModuleType], name: str) -> ModuleType:
    try:
        return load()
    except (ImportError, RuntimeError, OSError) as error:
        help = f"pip install {name}, the version that belongs to your torch"
        raise failure(f"{name} cannot be imported: {reason(error)}", help) from None


def torchvision_models() -> ModuleType:
    """``torchvision.models``, which needs nothing of torchvision's compiled part.

    Importing it does: where that part was built for another torch, declaring its operators suffices.
    """
    try:
        return importlib.import_module("torchvision.models")
    except RuntimeError as error:
        if "torchvision::" not in str(error):
            raise
    import torch

    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]  # half imported
    library: Any = cast("Any", torch.library.Library)("torchvision", "FRAGMENT")
    for name in _OPERATORS:
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _declared.append(library)
    return importlib.import_module("torchvision.models")


def _timm_package() -> ModuleType:
    if importlib.util.find_spec("torchvision") is not None:
        torchvision_models()  # timm imports it
    return importlib.import_module("timm")


def _from_file(path: Path, name: str) -> nn.Module:
    if not path.is_file():
        raise failure(f"there is no file '{path}'")
    with _beside(path):
        module = _run(path)
        made = getattr(module, name, None)
        if made is None:
            raise failure(f"'{path}' has nothing called '{name}'", nearest(name, vars(module)))
        return _made(f"{path}:{name}", made)


def _run(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None  # it ends in .py
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise failure(f"'{path}' cannot be imported: {reason(error)}") from error
    return module


def _made(label: str, make: Any) -> nn.Module:
    """What ``make()`` gives, if it is a module; ``make`` may be one itself."""
    from torch import nn

    try:
        module = make if isinstance(make, nn.Module) else make()
    except Exception as error:
        help = "it is called without arguments" if label.partition(":")[0].endswith(".py") else ""
        raise failure(f"'{label}' cannot be made: {reason(error)}", help) from error
    if not isinstance(module, nn.Module):
        raise failure(f"'{label}' gives {type(module).__name__}, which is no nn.Module")
    return module


@contextmanager
def _beside(path: Path) -> Iterator[None]:
    """A file may import those that lie beside it."""
    folder = str(path.resolve().parent)
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)
