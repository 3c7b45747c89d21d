"""The commented cell file that ``symrnn new`` writes: it works at once."""

from __future__ import annotations

from symrnn.program import ProgramError, misnamed

STARTER = """\
# A recurrent cell: what it has, then its equations. Try it:
#
#     symrnn show {name}.cell
#     symrnn grad {name}.cell --wrt W_f
#     symrnn generate {name}.cell --output build
#     symrnn check {name}.cell --output build

cell {name}
title "A cell of mine"
source "Who thought of it, and where"
note "What a reader should know: a sentence, as many as you like."

# In brackets stand the axes. Time needs none: every input and state has it.
input x[n] "what comes in"
state h[m] "what the cell remembers"

# Parameters. W_*[m,n] stands for every W_something that the equations use.
param W_*[m,n] "weights from the input"
param U_*[m,m] "weights from the memory"
param b_*[m] "bias"
# const keep = 0.9

output h

# The equations, in order. x[t] is now, h[t-1] is one step before.
# @ is the product of a matrix and a vector, * works entry by entry; W.T is a transpose.
# Functions: sigmoid, tanh, relu, leaky_relu(a[t], 0.1), exp, log, sqrt, and others;
# sum, mean, max of a vector; dot(a[t], b[t]) and outer(a[t], b[t]).
# symrnn help language shows all that can be written.

f[t] = sigmoid(W_f @ x[t] + U_f @ h[t-1] + b_f)    # gate: 1 keeps the old state
g[t] = tanh(W_g @ x[t] + U_g @ h[t-1] + b_g)       # candidate for the new state
h[t] = f[t] * h[t-1] + (1 - f[t]) * g[t]
"""


def starter(name: str) -> str:
    """The text of a new cell file. Raises ProgramError for a name that no cell can have."""
    if (why := misnamed(name)) is not None:
        raise ProgramError(why)
    return STARTER.format(name=name)
