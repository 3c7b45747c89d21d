"""Every construct of a cell file beside the same in Python: what ``symrnn help language`` prints.

Each example is complete: with ``HEADER`` in front it is a cell. Tests read all of them, in both
languages, and hold the programs against each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap

HEADER = """\
cell demo
input x[n]
state h[m]
param W[m,n], U[m,m], b[m]
output h, g
g[t] = tanh(W @ x[t] + U @ h[t-1] + b)
"""
PYTHON_HEADER = """\
with Cell("demo") as cell:
    x = cell.input("x[n]", "input")
    h = cell.state("h[m]", "state")
    W, U, b = cell.parameters("W[m,n] U[m,m] b[m]")
    g = cell.symbol("g[m]", "intermediate value")
    g[t] = tanh(W @ x[t] + U @ h[t - 1] + b)
"""


@dataclass(frozen=True)
class Construct:
    """What it is for, and how it is written in a cell file and in Python."""

    meaning: str
    text: str
    python: str


@dataclass(frozen=True)
class Section:
    """Constructs that belong together."""

    title: str
    constructs: tuple[Construct, ...]


STATEMENTS = Section("Statements", (
    Construct("what comes in at every step", 'input u[k] "control"\nh[t] = sum(u[t]) * b + h[t-1]',
              'u = cell.input("u[k]", "control")\nh[t] = total(u[t]) * b + h[t - 1]'),
    Construct("what the cell remembers; what it starts with where that is not 0",
              'state s[m] = -1 "slow"\ns[t] = 0.9 * s[t-1] + 0.1 * h[t-1]\nh[t] = tanh(s[t])',
              's = cell.state("s[m]", "slow", start=-1)\n'
              's[t] = 0.9 * s[t - 1] + 0.1 * h[t - 1]\nh[t] = tanh(s[t])'),
    Construct("parameters, by name or by a pattern: V_* are all V_something that equations use",
              'param V_*[m,n] "of the input"\nh[t] = V_a @ x[t] * tanh(V_b @ x[t])',
              'V_a, V_b = cell.parameters("V_a[m,n] V_b[m,n]", "of the input")\n'
              'h[t] = (V_a @ x[t]) * tanh(V_b @ x[t])'),
    Construct("which numbers it may be, in examples, checks and first weights: uniform is 0 to 1",
              'input mask[m] ~ where(uniform < t / (t + 1), 1, 0) "mask"\n'
              'param I[i: m, j: m] ~ where(i == j, 1, 0) "of the identity", c[m] ~ 2 * uniform\n'
              'h[t] = mask[t] * (I @ h[t-1]) + c * tanh(W @ x[t])',
              'mask = cell.input("mask[m]", "mask", drawn=Piecewise(\n'
              '    (1, UNIFORM < STEP / (STEP + 1)), (0, True)))\n'
              'I = cell.parameter("I[m,m]", "of the identity", drawn=Piecewise(\n'
              '    (1, Eq(IndexSymbol.at(0), IndexSymbol.at(1))), (0, True)))\n'
              'c, = cell.parameters("c[m]", drawn=2 * UNIFORM)\n'
              'h[t] = mask[t] * (I @ h[t - 1]) + c * tanh(W @ x[t])'),
    Construct("a number with a name", "const keep = 0.9\nh[t] = keep * h[t-1] + W @ x[t]",
              'keep = Rational(9, 10)\nh[t] = keep * h[t - 1] + W @ x[t]'),
    Construct("an array of constants by its indices, which count from 0; it has no gradient",
              'const D[i: m] = 1 - 2^(-1 - i) "decay"\nh[t] = D * h[t-1] + W @ x[t]',
              'D = cell.constant("D[m]", "decay", lambda i: 1 - 2**(-1 - i))\n'
              'h[t] = D * h[t - 1] + W @ x[t]'),
    Construct("a size that is made of others; or a second axis as long as the first",
              'size e = m\nparam M[m,e]\nh[t] = sum(M * M, e) * h[t-1]',
              'e = cell.size("e", cell.length("m"))\nM = cell.parameters("M[m,e]")[0]\n'
              'h[t] = total(M * M, "e") * h[t - 1]'),
    Construct("an intermediate value: its axes follow from its equation",
              "a[t] = W @ x[t] + b\nh[t] = tanh(a[t] + U @ h[t-1])",
              'a = cell.symbol("a[m]", "intermediate value")\na[t] = W @ x[t] + b\n'
              'h[t] = tanh(a[t] + U @ h[t - 1])'),
    Construct("inner substeps, written out: v[t,0] to v[t,3]",
              "v[t,0] = h[t-1]\nrepeat k = 1 to 3\n  v[t,k] = v[t,k-1] + tanh(b * v[t,k-1]) / 3\n"
              "end\nh[t] = v[t,3] + W @ x[t]",
              'v = cell.substeps("v[m]", 3, "intermediate value")\nv[0][t] = h[t - 1]\n'
              'for k in range(1, 4):\n    v[k][t] = v[k - 1][t] + tanh(b * v[k - 1][t]) / 3\n'
              'h[t] = v[3][t] + W @ x[t]'),
))
TIME = Section("Time", (
    Construct("one step before, several steps before",
              "h[t] = tanh(W @ x[t] + U @ h[t-1] + b * h[t-3]) + W @ x[t-2]",
              "h[t] = tanh(W @ x[t] + U @ h[t - 1] + b * h[t - 3]) + W @ x[t - 2]"),
    Construct("the number of the step, from 1", "h[t] = W @ x[t] / t",
              "h[t] = (W @ x[t]) / cell.step_number()"),
))
ARRAYS = Section("Arrays", (
    Construct("a product of matrix and vector; * acts entry by entry, repeated along missing axes",
              "h[t] = b * (U @ h[t-1]) + W @ x[t]", "h[t] = b * (U @ h[t - 1]) + W @ x[t]"),
    Construct("a transpose", "h[t] = U.T @ h[t-1] + (U - U') @ h[t-1] + W @ x[t]",
              "h[t] = U.T @ h[t - 1] + cell.product(U - U.T, h[t - 1]) + W @ x[t]"),
    Construct("heads: axes in front that both sides have go side by side",
              "state S[H,v,k]\nparam Q[H,k,n], K[H,k,n], V[H,v,n]\n"
              "S[t] = S[t-1] + outer(V @ x[t], K @ x[t])\nh[t] = b * sum(S[t] @ (Q @ x[t]))",
              'S = cell.state("S[H,v,k]", "state")\n'
              'Q, K, V = cell.parameters("Q[H,k,n] K[H,k,n] V[H,v,n]")\n'
              'S[t] = S[t - 1] + outer(V @ x[t], K @ x[t])\n'
              'h[t] = b * total(S[t] @ (Q @ x[t]))'),
    Construct("a sum over several axes at once: all that the right side has",
              "param O[m,H,k], K[H,k,n]\nh[t] = O @ (K @ x[t]) + h[t-1]",
              'O, K = cell.parameters("O[m,H,k] K[H,k,n]")\n'
              'h[t] = O @ (K @ x[t]) + h[t - 1]'),
    Construct("sums, means and the largest entry: of all entries, or along an axis",
              "h[t] = sum(x[t]) * b + mean(x[t]) + max(x[t]) + sum(W, n) + mean(W, n)",
              'h[t] = (total(x[t]) * b + mean(x[t]) + largest(x[t]) + total(W, "n")\n'
              '        + mean(W, "n"))'),
    Construct("softmax along an axis, without one along the last",
              "h[t] = softmax(U @ h[t-1]) + sum(softmax(W, n) * W, n)",
              'h[t] = softmax(U @ h[t - 1]) + total(softmax(W, "n") * W, "n")'),
    Construct("the product of two vectors, and of all pairs of their entries",
              "h[t] = dot(b, h[t-1]) * b + outer(b, h[t-1]) @ h[t-1] + W @ x[t]",
              "h[t] = (dot(b, h[t - 1]) * b + cell.product(outer(b, h[t - 1]), h[t - 1])\n"
              "        + W @ x[t])"),
    Construct("one behind the other, and entries of the last axis from one on",
              "size q = n + m\nparam P[m,q]\nz[t] = concat(x[t], h[t-1], q)\n"
              "h[t] = tanh(P @ z[t]) + piece(z[t], n, m)",
              'q = cell.size("q", cell.length("n") + cell.length("m"))\n'
              'P, = cell.parameters("P[m,q]")\nz = cell.symbol("z[q]", "intermediate value")\n'
              'z[t] = concat("q", x[t], h[t - 1])\n'
              'h[t] = tanh(P @ z[t]) + piece(z[t], cell.length("n"), "m")'),
))
NUMBERS = Section("Numbers and functions", (
    Construct("the length of an axis is a number", "h[t] = U @ h[t-1] / sqrt(m) + W @ x[t]",
              'h[t] = (U @ h[t - 1]) / sqrt(cell.length("m")) + W @ x[t]'),
    Construct("powers: whole ones of anything, computed ones of what is positive",
              "h[t] = (W @ x[t])^2 + exp(b)^tanh(h[t-1])",
              "h[t] = (W @ x[t])**2 + exp(b)**tanh(h[t - 1])"),
    Construct("one value where a comparison holds, else another",
              "h[t] = where(h[t-1] <= b, W @ x[t], b)",
              "h[t] = Piecewise((W @ x[t], h[t - 1] <= b), (b, True))"),
    Construct("the larger, the smaller, the value without its sign",
              "h[t] = max(W @ x[t], b) + min(h[t-1], 0) + abs(b)",
              "h[t] = larger(W @ x[t], b) + smaller(h[t - 1], Integer(0)) + magnitude(b)"),
    Construct("functions of one value; a few take constants behind it",
              "h[t] = sigmoid(W @ x[t]) + gelu(b) + leaky_relu(h[t-1], 0.1) + expm1(b)",
              'h[t] = (activation("sigmoid")(W @ x[t]) + activation("gelu")(b)\n'
              '        + activation(("leaky_relu", "1/10"))(h[t - 1]) + expm1(b))'),
))
SECTIONS = (STATEMENTS, TIME, ARRAYS, NUMBERS)


def page(functions: tuple[str, ...], width: int = 100) -> str:
    """All of it as text: what a construct is for, then both ways to write it."""
    lines = ["The language of cell files (my.cell), and the same in Python.", "",
             *_block(HEADER, "  "), ""]
    for section in SECTIONS:
        lines += [section.title, "=" * len(section.title), ""]
        for one in section.constructs:
            lines += [one.meaning[0].upper() + one.meaning[1:] + ".",
                      *_block(one.text, "    "), *_block(one.python, "    >>> "), ""]
    lines += ["Functions of one value:", *_wrapped(functions, width)]
    return "\n".join(lines)


def _block(text: str, front: str) -> list[str]:
    """The lines of an example behind a mark; those that go on stand under it."""
    first, *others = text.rstrip("\n").split("\n")
    return [front + first, *(" " * len(front) + one if front.strip() else front + one
                             for one in others)]


def _wrapped(words: tuple[str, ...], width: int) -> list[str]:
    return wrap(", ".join(words), width, initial_indent="    ", subsequent_indent="    ")
