"""The strategy: texts of valid cell files, small ones first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from symrnn.fuzzing.expressions import Axes, Expressions, Symbol
from symrnn.fuzzing.names import fresh

LARGEST = {"states": 4, "equations": 24, "inputs": 2, "outputs": 3}
SHAPES: tuple[Axes, ...] = (("m",), ("k",), (), ("H", "v"), ("v", "k"), ("H", "v", "k"))
STARTS = ("", " = 1", " = -0.5", " = 2.25", " = 1e-3")


@dataclass
class Draft:
    """A cell file while it is drawn: its declarations, then its equations."""

    names: Any
    declared: list[str] = field(default_factory=list)
    equations: list[str] = field(default_factory=list)

    def text(self, outputs: str) -> str:
        """The whole file."""
        return "\n".join(["cell chance", *self.declared, f"output {outputs}", *self.equations, ""])


@st.composite
def cells(draw: Callable[..., Any], hostile: bool = True) -> str:
    """A cell of 1 to 4 states and up to 28 equations, as the text of its file."""
    draft = Draft(fresh(draw, "s", hostile and draw(st.booleans())))
    scope = Expressions(draw, draft.names, draft.declared)
    _declare(draw, draft, scope, "input", ((("n",)), *SHAPES), LARGEST["inputs"])
    states = _declare(draw, draft, scope, "state", SHAPES, LARGEST["states"])
    count = draw(st.one_of(st.integers(0, 5), st.integers(0, LARGEST["equations"])))
    inner = [_equation(draw, draft, scope, draw(st.sampled_from(SHAPES))) for _ in range(count)]
    for one in states:
        draft.equations.append(f"{one.name}[t] = {scope.bounded(one)}")
        scope.become(one)
    outputs = [_last(draw, draft, scope, states), *draw(st.lists(
        st.sampled_from([*states, *inner]), max_size=LARGEST["outputs"] - 1, unique=True))]
    return draft.text(", ".join(one.name for one in outputs))


def _declare(draw: Callable[..., Any], draft: Draft, scope: Expressions, role: str,
             shapes: tuple[Axes, ...], most: int) -> list[Symbol]:
    """So many inputs or states; both can be read one step back, inputs at their own step too."""
    made = []
    for place in range(draw(st.integers(1, most))):
        axes = shapes[0] if not place else draw(st.sampled_from(shapes))
        moments = ("t", "t-1") if role == "input" else ("t-1", "t-2", "t-3")
        one = Symbol(next(draft.names), axes, moments)
        start = draw(st.sampled_from(STARTS)) if role == "state" else ""
        draft.declared.append(f"{role} {one.declaration}{start}")
        made.append(scope.add(one))
    return made


def _last(draw: Callable[..., Any], draft: Draft, scope: Expressions, states: list[Symbol]
          ) -> Symbol:
    """An output that reads every state, and what nothing has read: nothing stands in vain."""
    one = Symbol(next(draft.names), draw(st.sampled_from(SHAPES)), ("t",))
    scope.unread |= {state.name: state for state in states}
    draft.equations.append(
        f"{one.name}[t] = {scope.varying(one.axes, 1)}{scope.unread_ones()}")
    return one


def _equation(draw: Callable[..., Any], draft: Draft, scope: Expressions, axes: Axes) -> Symbol:
    """One intermediate value, which later equations may read."""
    one = Symbol(next(draft.names), axes, ("t", "t-1"))
    draft.equations.append(f"{one.name}[t] = {scope.varying(axes, 2)}")
    return scope.add(one)
