"""Faults of Python modules, by their syntax trees.

Left out is what no number follows from: annotations, docstrings, decorators, what is raised and
said, and round limits such as the size of a cache.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.faults.fault import Fault, numbered

# Names that stand for opposite things; one in place of the other is a fault where both are at hand.
OPPOSITES = {one: other for pair in (
    ("left", "right"), ("rows", "columns"), ("row", "column"), ("first", "last"),
    ("low", "high"), ("before", "after"), ("inner", "outer"), ("forward", "backward"),
    ("lhs", "rhs"), ("source", "target"), ("min", "max"), ("any", "all"), ("start", "end"),
    ("initial", "final"), ("axes", "shape"), ("units", "entries"), ("reads", "lhs"),
    ("operands", "output"), ("inputs", "outputs"), ("primal", "gradient"),
) for one, other in (pair, pair[::-1])}
COMPARISONS = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
               ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In,
               ast.Is: ast.IsNot, ast.IsNot: ast.Is}
SIGNS = {ast.Add: ast.Sub, ast.Sub: ast.Add}
PRINTED = {" + ": " - ", " - ": " + ", " * ": " + ", "+=": "=", " < ": " <= ", " >= ": " > ",
           "++": "--", " ? ": " == 0 ? ", "[t]": "[t-1]", "t - 1": "t", "->": ",->"}
MOST = 16  # larger whole numbers are limits and seeds

Change = tuple[str, ast.AST]


def in_python(path: str, text: str) -> tuple[Fault, ...]:
    """All faults that a module can have."""
    return tuple(numbered(_Walk(path, text).faults()))


@dataclass
class _Walk:
    path: str
    text: str

    def faults(self) -> Iterator[Fault]:
        tree = ast.parse(self.text)
        self.starts = [0]
        for line in self.text.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.lines = self.text.splitlines(keepends=True)
        self.attributes = {one.attr for one in ast.walk(tree) if isinstance(one, ast.Attribute)}
        yield from self._within(tree, "module", frozenset())

    def _within(self, node: ast.AST, where: str, names: frozenset[str]) -> Iterator[Fault]:
        for child in _relevant(node):
            inside, known = where, names
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                inside = child.name if where == "module" else f"{where}.{child.name}"
                known = frozenset(one.id for one in ast.walk(child) if isinstance(one, ast.Name)) \
                    | frozenset(one.arg for one in ast.walk(child) if isinstance(one, ast.arg))
            if isinstance(child, ast.If):
                yield from self._fault(child.test, inside, "branches",
                                       ast.UnaryOp(ast.Not(), child.test))
            for kind, new in self._changes(child, known):
                yield from self._fault(child, inside, kind, new)
            if not isinstance(child, ast.JoinedStr):  # what is in it has no place of its own
                yield from self._within(child, inside, known)

    def _changes(self, node: ast.AST, names: frozenset[str]) -> Iterator[Change]:
        for kind in CHANGES.get(type(node), ()):
            yield from kind(node)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            other = OPPOSITES.get(node.id, "")
            if other in names or (node.id in ("min", "max", "any", "all")):
                yield "wrong name", _with(node, id=other)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            other = OPPOSITES.get(node.attr, "")
            if other in self.attributes:
                yield "wrong name", _with(node, attr=other)

    def _fault(self, node: ast.AST, where: str, kind: str, new: ast.AST) -> Iterator[Fault]:
        start, end = self._place(node.lineno, node.col_offset), self._place(
            node.end_lineno, node.end_col_offset)
        after = ast.unparse(ast.fix_missing_locations(new))
        after = f"({after})" if isinstance(new, ast.expr) and not isinstance(
            new, ast.Name | ast.Constant | ast.Attribute | ast.Call | ast.JoinedStr) else after
        if isinstance(node, ast.stmt) and "\n" in after:
            after = after.replace("\n", "\n" + " " * node.col_offset)
        if ast.dump(new) != ast.dump(node):
            yield Fault(self.path, where, kind, start, end, self.text[start:end], after)

    def _place(self, line: int, column: int) -> int:
        """Where a place lies in the text; columns count bytes."""
        return self.starts[line - 1] + len(self.lines[line - 1].encode()[:column].decode())


def _relevant(node: ast.AST) -> Iterator[ast.AST]:
    """The children from which numbers follow."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params", "bases"):
            continue
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, ast.AST) and not _is_said(one):
                yield one


def _is_said(node: ast.AST) -> bool:
    """True for what tells people, or checkers of types, something."""
    if isinstance(node, ast.Raise | ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.FunctionDef):
        return node.name in ("__repr__", "__str__")
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING"
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("__all__", "LETTERS")


def _with(node: ast.AST, **fields: object) -> ast.AST:
    new = copy.deepcopy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def _operator(node: ast.BinOp) -> Iterator[Change]:
    if type(node.op) in SIGNS:
        yield "sign", _with(node, op=SIGNS[type(node.op)]())
        yield "dropped term", node.left
    if isinstance(node.op, ast.Mult):
        yield "dropped factor", node.left
    if isinstance(node.op, ast.FloorDiv | ast.Mod):
        yield "wrong stride", node.left
    if isinstance(node.op, ast.BitOr | ast.BitAnd):
        yield "dropped term", node.left


def _unary(node: ast.UnaryOp) -> Iterator[Change]:
    yield ("branches" if isinstance(node.op, ast.Not) else "sign"), node.operand


def _comparison(node: ast.Compare) -> Iterator[Change]:
    if len(node.ops) == 1:
        yield "comparison", _with(node, ops=[COMPARISONS[type(node.ops[0])]()])


def _boolean(node: ast.BoolOp) -> Iterator[Change]:
    yield "branches", _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    yield "dropped condition", _with(node, values=node.values[:-1]) if len(
        node.values) > 2 else node.values[0]


def _choice(node: ast.IfExp) -> Iterator[Change]:
    yield "branches", _with(node, body=node.orelse, orelse=node.body)


def _comprehension(node: ast.expr) -> Iterator[Change]:
    for place, one in enumerate(node.generators):
        if one.ifs:
            new = copy.deepcopy(node)
            new.generators[place].ifs = one.ifs[:-1]
            yield "dropped condition", new


def _call(node: ast.Call) -> Iterator[Change]:
    called = ast.unparse(node.func)
    plain = not any(isinstance(one, ast.Starred) for one in node.args)
    if called in ("reversed", "sorted") and len(node.args) == 1 and not node.keywords:
        yield "wrong order", node.args[0]
    elif called not in ("isinstance", "cast") and plain and len(node.args) > 1:
        args, place = [*node.args], (len(node.args) - 1) // 2
        if type(args[place]) is type(args[place + 1]):  # others no run would take
            args[place], args[place + 1] = args[place + 1], args[place]
            yield "swapped arguments", _with(node, args=args)
    for place, one in enumerate(node.keywords):
        if one.arg == "axis":
            new = copy.deepcopy(node)
            new.keywords[place].value = ast.Constant(0)
            yield "wrong axis", new
        elif one.arg and isinstance(one.value, ast.Constant) and not isinstance(
                one.value.value, bool) and one.value.value is None:
            yield "dropped argument", _with(node, keywords=[
                other for other in node.keywords if other is not one])


def _sequence(node: ast.Tuple | ast.List) -> Iterator[Change]:
    starred = [one for one in node.elts if isinstance(one, ast.Starred)]
    if isinstance(node.ctx, ast.Load) and starred and len(node.elts) > 1:
        yield "dropped term", _with(node, elts=node.elts[:-1])
        yield "dropped term", _with(node, elts=node.elts[1:])
        yield "wrong order", _with(node, elts=[*node.elts[1:], node.elts[0]])


def _constant(node: ast.Constant) -> Iterator[Change]:
    if isinstance(node.value, bool):
        yield "branches", ast.Constant(not node.value)
    elif isinstance(node.value, int) and abs(node.value) <= MOST:
        yield "off by one", ast.Constant(node.value + 1)
    elif isinstance(node.value, str):
        for old, new in PRINTED.items():
            if old.strip() == node.value.strip() or (old in node.value and len(node.value) < 40):
                yield "printed operator", ast.Constant(node.value.replace(old, new, 1))


def _accumulation(node: ast.AugAssign) -> Iterator[Change]:
    yield "missing accumulation", ast.Assign([node.target], node.value)
    if type(node.op) in SIGNS:
        yield "sign", _with(node, op=SIGNS[type(node.op)]())


def _statement(node: ast.Expr) -> Iterator[Change]:
    if isinstance(node.value, ast.Call):
        yield "dropped statement", ast.Pass()


def _printed(node: ast.JoinedStr) -> Iterator[Change]:
    values = [place for place, one in enumerate(node.values)
              if isinstance(one, ast.FormattedValue)]
    if len(values) > 1:
        new = copy.deepcopy(node)
        one, other = values[-2:]
        new.values[one], new.values[other] = new.values[other], new.values[one]
        yield "swapped operands", new
    for place, part in enumerate(node.values):
        for old, wrong in PRINTED.items():
            if isinstance(part, ast.Constant) and old in part.value:
                new = copy.deepcopy(node)
                new.values[place] = ast.Constant(part.value.replace(old, wrong, 1))
                yield "printed operator", new


CHANGES: dict[type[ast.AST], tuple[Callable[..., Iterator[Change]], ...]] = {
    ast.BinOp: (_operator,), ast.UnaryOp: (_unary,), ast.Compare: (_comparison,),
    ast.BoolOp: (_boolean,), ast.IfExp: (_choice,),
    ast.ListComp: (_comprehension,), ast.SetComp: (_comprehension,),
    ast.GeneratorExp: (_comprehension,), ast.DictComp: (_comprehension,), ast.Call: (_call,),
    ast.Tuple: (_sequence,), ast.List: (_sequence,), ast.Constant: (_constant,),
    ast.AugAssign: (_accumulation,), ast.Expr: (_statement,), ast.JoinedStr: (_printed,)}
