"""RG-LRU of Griffin: a diagonal linear recurrence whose decay the input gates."""

from __future__ import annotations

from sympy import Rational, exp, log, sqrt
from sympy.codegen.cfunctions import expm1

from symrnn.authoring import Cell, register, t
from symrnn.program import UNIFORM, Program, activation, exact, larger

SOURCE = ("S. De et al., Griffin: mixing gated linear recurrences with local attention for "
          "efficient language models, arXiv 2402.19427, equations (1) to (4)")
BIBTEX = """@misc{de2024griffin,
  title = {Griffin: Mixing Gated Linear Recurrences with Local Attention for Efficient Language
           Models},
  author = {De, Soham and Smith, Samuel L. and Fernando, Anushan and Botev, Aleksandar and
            Cristian-Muraru, George and Gu, Albert and others},
  year = {2024},
  eprint = {2402.19427},
  archivePrefix = {arXiv},
  primaryClass = {cs.LG}
}"""
LOGARITHM = ("The decay $a[t] = sigmoid(Lambda)^(c r[t])$ is computed through its logarithm "
             "$l[t]$, as the paper's appendix A advises, and $1 - a[t]^2$ without cancellation.")
SIGN = ("The authors' code has $softplus(Lambda)$ in place of $softplus(-Lambda)$: its $a$ is "
        "$sigmoid(-Lambda)$, so weights of it come in with the opposite sign.")
DENSE = "$W_a$ and $W_x$ are full. The authors' code makes them block diagonal, as in section 4.1."
BLOCK = ("The block around it is left out: projections, convolution, GeLU branch. The authors' "
         "code takes the first input of a sequence whole, without the factor $sqrt(1 - a[t]^2)$.")

FLOOR = ("The bound $10^-30$ below $1 - a^2$ keeps the slope of the root finite where a gate is "
         "closed for good; the authors' code bounds the slope at 1000.")
TINY = Rational(1, 10**30)


@register("rglru", "Real-gated linear recurrent unit",
          tags="gated linear elementwise affine-diagonal")
def rglru(c: float = 8) -> Program:
    """Griffin's recurrence: linear and diagonal, with a decay that each input may switch off.

    Parameters ``W_a [d, d]``, ``b_a [d]``, ``W_x [d, d]``, ``b_x [d]``, ``Lambda [d]``. State
    ``h [d]``, of the size of the input. ``c`` scales the exponent of the decay. Source: De et
    al., arXiv 2402.19427.
    """
    sigmoid, softplus = activation("sigmoid"), activation("softplus")
    notes = [LOGARITHM, FLOOR, SIGN, DENSE, BLOCK]
    with Cell("rglru", source=SOURCE, notes=notes, bibtex=BIBTEX) as cell:
        x = cell.input("x[d]", "input")
        r = cell.symbol("r[d]", "recurrence gate: 0 keeps all of the state")
        i = cell.symbol("i[d]", "input gate")
        l = cell.symbol("l[d]", "logarithm of the decay")
        s = cell.symbol("s[d]", "squared share of the input, held above a bound")
        h = cell.state("h[d]", "hidden state")
        W_a, b_a = cell.parameters("W_a[d,d] b_a[d]", "of the recurrence gate")
        W_x, b_x = cell.parameters("W_x[d,d] b_x[d]", "of the input gate")
        slowest = Rational(9, 10) + UNIFORM * Rational(99, 1000)
        Lambda = cell.parameter("Lambda[d]", "slowest decay, before its sigmoid",
                                drawn=-log(expm1(-log(slowest) / exact(c))))

        r[t] = sigmoid(W_a @ x[t] + b_a)
        i[t] = sigmoid(W_x @ x[t] + b_x)
        l[t] = -exact(c) * softplus(-Lambda) * r[t]
        s[t] = larger(-expm1(2 * l[t]), TINY)
        h[t] = exp(l[t]) * h[t - 1] + sqrt(s[t]) * (i[t] * x[t])
    return cell.build("h")
