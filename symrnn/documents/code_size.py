"""How large the machine code of a network is, as compilers of this machine make it."""

from __future__ import annotations

from symrnn.backends.c import Chosen, c_backend
from symrnn.documents.measures import CodeSize
from symrnn.rendering import rendered
from symrnn.runtime.measure import SMALL, code_sizes, small_compilers
from symrnn.schedule import Plan

INFERS = Chosen(kinds=("infer",))  # training takes four times as long to compile


def code_size(plan: Plan, name: str) -> tuple[CodeSize, ...]:
    """The bytes of portable C that infers a sequence; nothing where there is no compiler."""
    compilers = small_compilers()
    files = rendered(c_backend(plan, name, INFERS)) if compilers else {}
    sizes = ((compiler, code_sizes(files, [f"{name}.c"], command, size))
             for compiler, command, size in compilers)
    return tuple(CodeSize(compiler, " ".join(SMALL), sum(found.values()))
                 for compiler, found in sizes if found is not None)
