"""Which names a spec may give: ids become attributes of the generated modules."""

from __future__ import annotations

import keyword
import re
import unicodedata

from archc.budgets import current
from archc.errors import Edit, Fix, Span

MOST = 50  # places in which a name is changed

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
LIBRARIES = frozenset(
    ("torch", "torchvision", "numpy", "typing")
)  # that generated code and torch import
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])\Z", re.IGNORECASE)
_RESERVED = {
    "input": "'input' means what a network or block is given",
    "i": "'i' counts the instances of a repeated node",
}

# The public attributes of torch's nn.Module. Torch takes seconds to import, so they stand here; a
# test compares them with the real ones.
_MODULE_ATTRIBUTES = """
    T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda
    double dump_patches eval extra_repr float forward get_buffer get_extra_state get_parameter
    get_submodule half ipu load_state_dict modules mtia named_buffers named_children named_modules
    named_parameters parameters register_backward_hook register_buffer register_forward_hook
    register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook
    register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module
    register_parameter register_state_dict_post_hook register_state_dict_pre_hook requires_grad_
    set_extra_state set_submodule share_memory state_dict to to_empty train training type xpu
    zero_grad
"""
MODULE_ATTRIBUTES = frozenset(_MODULE_ATTRIBUTES.split())


def usable(name: str, prefix: str = "n") -> str:
    """A name like this one that can be used; ``prefix`` is put before what begins with no letter.

    >>> usable("my-net"), usable("3x3"), usable("half")
    ('my_net', 'n3x3', 'half_')
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    made = re.sub(r"\W+", "_", plain).strip("_")
    if not made[:1].isalpha():
        made = prefix + made
    return made if problem_with_name(made) is None else f"{made[: current().name - 1]}_"


def instead(name: str) -> str:
    """What to write for a name that cannot be used."""
    how = "write" if name[:1].isalpha() and not _ID.match(name) else "choose another name, such as"
    return f"{how} `{usable(name)}`"


def renamed(name: str, at: Span) -> tuple[Fix, ...]:
    """The change that gives a usable name, wherever the text of ``at`` has this one as a word."""
    new = usable(name)
    if not name or at.source.line(at.line)[at.column - 1 : at.end - 1] != name:
        return ()
    word = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-])")
    alone = not _is_own(name) or at.source.line(at.line).startswith("name:")
    lines = [] if alone else enumerate(at.source.lines, 1)
    edits = [Edit(at, new)]
    for number, line in lines:
        for found in word.finditer(line.partition(" #")[0]):
            place = Span(at.source, number, found.start() + 1, found.end() + 1)
            if place != at:
                edits.append(Edit(place, new))
    return (Fix(instead(name), tuple(edits), shown=False),) if len(edits) <= MOST else ()


def _is_own(name: str) -> bool:
    """Whether a name is no word that means something else elsewhere in a spec, as `input` does."""
    return name not in _RESERVED and not name.isdecimal()


def problem_with_name(name: str) -> str | None:
    """Why ``name`` cannot be an id (of a node, block, arg, input or output), or None if it can.

    >>> problem_with_name("half")
    "'half' is an attribute of every PyTorch module"
    """
    most = current().name
    if len(name) > most:
        return f"a name has at most {most} characters, and this one {len(name):,}"
    if not _ID.match(name):
        return f"a name is made of letters, digits and _ and begins with a letter, unlike '{name}'"
    if name in _RESERVED:
        return _RESERVED[name]
    if keyword.iskeyword(name):
        return f"'{name}' is a keyword of Python"
    if name in MODULE_ATTRIBUTES:
        return f"'{name}' is an attribute of every PyTorch module"
    return None


def problem_with_file_name(name: str) -> str | None:
    """Why a network cannot have this name, though nodes can: what is built is written to NAME.py.

    >>> problem_with_file_name("torch")
    "'torch.py' would stand in the way of the library of this name"
    """
    if name in LIBRARIES:
        return f"'{name}.py' would stand in the way of the library of this name"
    if _DEVICE.match(name):
        return f"'{name}.py' cannot be a file on Windows"
    return None
