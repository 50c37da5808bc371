"""Which names a spec may give: ids become attributes of the generated modules."""

from __future__ import annotations

import keyword
import re

MAX_LENGTH = 100

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
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


def problem_with_name(name: str) -> str | None:
    """Why ``name`` cannot be an id (of a node, block, arg, input or output), or None if it can.

    >>> problem_with_name("half")
    "'half' is an attribute of every PyTorch module"
    """
    if len(name) > MAX_LENGTH:
        return f"a name has at most {MAX_LENGTH} characters, and this one {len(name):,}"
    if not _ID.match(name):
        return f"a name is made of letters, digits and _ and begins with a letter, unlike '{name}'"
    if name in _RESERVED:
        return _RESERVED[name]
    if keyword.iskeyword(name):
        return f"'{name}' is a keyword of Python"
    if name in MODULE_ATTRIBUTES:
        return f"'{name}' is an attribute of every PyTorch module"
    return None
