"""Expanding one call of a block again, with args and channels that remember where they came from."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any, TypeAlias

from archc.codegen.traced import expression, plain, trace
from archc.graph import outputs
from archc.graph.calls import Calls
from archc.graph.frame import Frame, Result
from archc.graph.graph import Facts, Graph, Node, Scope
from archc.graph.rewriting.tree import Tree
from archc.ops.base import Operator, Shapes
from archc.spec.document import NodeSpec
from archc.spec.evaluation import SHAPE_WORDS
from archc.spec.expressions import Expression

Written: TypeAlias = dict[tuple[str, str], ast.expr]
UNPRINTABLE = {"divisible", "ceil"}  # functions of the language that plain Python lacks


class Tracing(Calls):
    """A walk whose numbers are traced.

    ``written`` holds each `when` and each `repeat` in terms of the traced names, by (path, key).
    """

    remembers = False  # equal numbers may come from different expressions

    def __init__(self, graph: Graph, own: Mapping[str, ast.expr]) -> None:
        super().__init__(graph.document)
        self.written: Written = {}
        self._own = own  # the names of the args of the scope that is expanded again
        self._scope: Scope | None = None

    def walk(self, frame: Frame) -> None:
        self._scope = self._scope or frame.scope
        super().walk(frame)

    def place(self, *args: Any, **links: Any) -> Node:
        """As ever, but without remembered facts: equal numbers may come from different expressions."""
        self._facts.clear()
        return super().place(*args, **links)

    def infer(self, op: Operator, shapes: Shapes) -> Facts:
        """As ever, but only channels keep their memory: spatial sizes would read as riddles."""
        facts = super().infer(op, shapes)
        return facts._replace(shape=(facts.shape[0], *plain(facts.shape[1:])))

    def _count(self, frame: Frame, spec: NodeSpec) -> int:
        own = frame.scope is self._scope
        for key, value in (("when", spec.when), ("repeat", spec.repeat)):
            if own and isinstance(value, Expression):
                tree = substituted(value.tree, frame.env, self._own)
                self.written[frame.path(spec.id), key] = tree
        return super()._count(frame, spec)


def traced(graph: Graph, scope: Scope, names: Mapping[str, str]) -> tuple[Scope, Written]:
    """The scope expanded again with traced numbers, and what is written of presence and number.

    ``names`` gives each arg, and each input's channels, its name in the class: ``width``, ``input``.
    """
    block = scope.block
    if block is None or scope.part:
        return scope, {}
    own: dict[str, ast.expr] = {name: ast.Name(names[name], ast.Load()) for name in scope.args}
    walk = Tracing(graph, own)
    env = dict(walk.lexical(block.lexical))
    args = {name: _trace_arg(value, own[name]) for name, value in scope.args.items()}
    env.update(args)
    copy = Scope(scope.path, block, args, {})
    frame = Frame(copy, block.nodes, block.lexical, env, {})
    for name, node in scope.inputs.items():
        channels = trace(node.shape[0], ast.Name(names[f"{name}."], ast.Load()))
        copy.inputs[name] = walk.place_input(name, (channels, *node.shape[1:]))
        frame.define(name, Result(copy.inputs[name]))
    frame.above = block.inputs[0]
    walk.walk(frame)
    outputs.of_block(block, frame, walk)
    _edit(copy, graph)
    return copy, walk.written


def _edit(scope: Scope, graph: Graph) -> None:
    """Make the changes that the graph has been through to the scope, as far as they are its own."""
    edits = [edit for edit in graph.edits if edit.scope == scope.path]
    if edits:
        tree = Tree(scope, deep=False)
        for edit in edits:
            edit.apply(tree)
        tree.resolve()


def _trace_arg(value: Any, name: ast.expr) -> Any:
    if isinstance(value, list):
        return [trace(v, ast.Subscript(name, ast.Constant(k))) for k, v in enumerate(value)]
    return trace(value, name)


def substituted(tree: ast.expr, env: Mapping[str, Any], own: Mapping[str, ast.expr]) -> ast.expr:
    """The expression in terms of the class's ``own`` args and traced numbers; file args become literals."""
    found: ast.expr = _Substitution(env, own).visit(_copy(tree))
    return found


def _copy(tree: ast.expr) -> ast.expr:
    return ast.parse(ast.unparse(tree), mode="eval").body


class _Substitution(ast.NodeTransformer):
    def __init__(self, env: Mapping[str, Any], own: Mapping[str, ast.expr]) -> None:
        self._env, self._own = env, own

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self._own:
            return self._own[node.id]
        return expression(self._env[node.id]) if node.id in self._env else node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        axis = SHAPE_WORDS[node.attr][0]
        value = self._env[node.value.id]  # type: ignore[attr-defined]
        return expression(value.shape[axis])

    def visit_Call(self, node: ast.Call) -> ast.expr:
        node.args = [self.visit(arg) for arg in node.args]
        return node


class _Tuples(ast.NodeTransformer):
    def visit_List(self, node: ast.List) -> ast.expr:
        return ast.Tuple([self.visit(item) for item in node.elts], ast.Load())


class _Lists(ast.NodeTransformer):
    def visit_Tuple(self, node: ast.Tuple) -> ast.expr:
        return ast.List([self.visit(item) for item in node.elts], ast.Load())


def with_lists(tree: ast.expr) -> ast.expr:
    """A copy of the expression with lists where the code that is written has tuples."""
    if not any(isinstance(node, ast.Tuple) for node in ast.walk(tree)):
        return tree
    found: ast.expr = _Lists().visit(_copy(tree))
    return found


def with_tuples(tree: ast.expr) -> ast.expr:
    """The expression with its lists as tuples, which is what lists are in the code that is written."""
    found: ast.expr = _Tuples().visit(tree)
    return found


def printable(tree: ast.expr) -> bool:
    """Whether plain Python can compute the expression."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return not any(
        isinstance(call.func, ast.Name) and call.func.id in UNPRINTABLE for call in calls
    )
