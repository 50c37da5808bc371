"""Draw docs/gallery anew, and write docs/gallery.md, which shows each picture with its command.

The pictures are also what tests/drawing/test_gallery.py compares drawings with, byte for byte.
"""

from __future__ import annotations

import contextlib
import io
import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import typer

from archc.cli import app

DOCS = Path(__file__).parent
PICTURES = DOCS / "gallery"
HEAD = """\
# Gallery

Written by `make gallery`, each picture by the command above it and untouched since; do not edit. A click
opens it in full size. [drawing.md](drawing.md) explains the options, [zoo.md](zoo.md) the networks.
"""


class Picture(NamedTuple):
    """``command``: what follows ``archc draw``; of several frames the one numbered ``frame`` is kept.

    ``larger``: more than a slide holds, so texts are small where it is shown as one.
    """

    name: str
    command: str
    words: str = ""
    frame: int = 0
    larger: bool = False

    @property
    def file(self) -> Path:
        return PICTURES / f"{self.name}.svg"


GALLERY: dict[str, tuple[Picture, ...]] = {
    "Chains": (
        Picture("lenet5", "lenet5"),
        Picture("alexnet", "alexnet"),
        Picture("zfnet", "zfnet"),
        Picture("vgg16", "vgg16"),
    ),
    "Inception": (
        Picture("googlenet", "googlenet"),
        Picture("googlenet-5b", "googlenet --expand inception_5b"),
        Picture("inception_v3", "inception_v3"),
        Picture("inception_v4", "inception_v4"),
        Picture(
            "googlenet-open",
            "googlenet --depth 1",
            "Every layer, which is more than a slide has room for: for paper, or to zoom in.",
            larger=True,
        ),
    ),
    "Residual": (
        Picture("resnet18", "resnet18"),
        Picture("resnet34", "resnet34"),
        Picture("resnet50", "resnet50"),
        Picture("resnet50-block", "resnet50 --repeats once --expand layer2"),
        Picture("resnet152", "resnet152"),
        Picture("resnet110_cifar", "resnet110_cifar"),
        Picture("resnext50_32x4d", "resnext50_32x4d"),
        Picture(
            "resnet34-open",
            "resnet34 --depth 2 --repeats each",
            "Every block for itself, larger than a slide.",
            larger=True,
        ),
    ),
    "Dense and mobile": (
        Picture("densenet121", "densenet121"),
        Picture("densenet121-layer", "densenet121 --expand dense1.0"),
        Picture("densenet201", "densenet201"),
        Picture("xception", "xception"),
        Picture("efficientnet_b0", "efficientnet_b0"),
        Picture("efficientnet_b7", "efficientnet_b7"),
    ),
    "Segmentation": (
        Picture("unet", "unet"),
        Picture("fcn8s", "fcn8s"),
    ),
    "Volumes": (
        Picture("lenet5-volume", "lenet5 --style volume"),
        Picture("lenet5_1998-volume", "lenet5_1998 --style volume"),
        Picture("alexnet-volume", "alexnet --style volume"),
        Picture("zfnet-volume", "zfnet --style volume"),
        Picture("vgg16-volume", "vgg16 --style volume"),
        Picture("googlenet-volume", "googlenet --style volume"),
        Picture("resnet50-volume", "resnet50 --style volume"),
        Picture("unet-volume", "unet --style volume"),
        Picture("fcn8s-volume", "fcn8s --style volume"),
    ),
    "Stacks": (
        Picture("vgg16-stack", "vgg16 --style stack"),
        Picture("alexnet-vgg16-stack", "alexnet vgg16 --style stack"),
        Picture("resnet50-densenet121-stack", "resnet50 densenet121 --style stack"),
    ),
    "Side by side, and inside blocks": (
        Picture("inception_3a", "inception_naive_3a inception_3a"),
        Picture("alexnet-vgg16", "alexnet vgg16"),
        Picture("resnet-blocks", "resnet34 resnet50 --node layer1.1"),
        Picture("dense-layer", "densenet121 --node dense1.0"),
        Picture("mbconv", "efficientnet_b0 --node stage2.1"),
        Picture("xception-middle", "xception --node middle.0"),
    ),
    "Highlights and frames": (
        Picture("alexnet-highlight", "alexnet --highlight fully_connected"),
        Picture("googlenet-highlight", "googlenet --highlight inception_4a"),
        Picture("lenet5-frame", "lenet5 --frames", "The sixth of the nine frames.", frame=6),
    ),
    "Themes": (
        Picture("resnet18-dark", "resnet18 --theme dark"),
        Picture("unet-volume-dark", "unet --style volume --theme dark"),
        Picture("stack-dark", "alexnet vgg16 --style stack --theme dark"),
        Picture("inception_3a-dark", "inception_naive_3a inception_3a --theme dark"),
        Picture("googlenet-print", "googlenet --theme print"),
    ),
}


def drawn(picture: Picture) -> bytes:
    """What the command writes."""
    arguments = ["draw", *shlex.split(picture.command), "--out", picture.file.name]
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.chdir(folder),
        contextlib.redirect_stdout(io.StringIO()) as said,
        contextlib.redirect_stderr(io.StringIO()) as remarks,  # what was folded, or went wrong
    ):
        typer.main.get_command(app)(arguments, standalone_mode=False)
        files = said.getvalue().splitlines()
        assert files, remarks.getvalue()
        return Path(files[picture.frame - 1]).read_bytes()


def page() -> str:
    """docs/gallery.md."""
    return "\n".join([HEAD, *_sections()])


def _sections() -> Iterator[str]:
    for title, pictures in GALLERY.items():
        yield f"## {title}\n"
        for picture in pictures:
            command, file = f"archc draw {picture.command}", picture.file.relative_to(DOCS)
            yield f"`{command}`" + (f": {picture.words}" if picture.words else "")
            yield f"\n[![{command}]({file})]({file})\n"


def main() -> None:
    """Write all files, and remove those of pictures that the gallery no longer has."""
    files = {picture.file: drawn(picture) for part in GALLERY.values() for picture in part}
    PICTURES.mkdir(exist_ok=True)
    for left in PICTURES.iterdir():
        if left not in files:
            left.unlink()
    for file, content in files.items():
        file.write_bytes(content)
    (DOCS / "gallery.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
