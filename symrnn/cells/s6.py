"""S6 of Mamba: a diagonal state space whose step size, input and output see the input."""

from __future__ import annotations

from sympy import Expr, Rational, exp, log
from sympy.codegen.cfunctions import expm1

from symrnn.authoring import Cell, register, t
from symrnn.program import UNIFORM, IndexSymbol, Program, activation, quoted

SOURCE = ("A. Gu, T. Dao, Mamba: linear-time sequence modeling with selective state spaces, "
          "arXiv 2312.00752, equation (4) and algorithm 2")
BIBTEX = """@misc{gu2023mamba,
  title = {Mamba: Linear-Time Sequence Modeling with Selective State Spaces},
  author = {Gu, Albert and Dao, Tri},
  year = {2023},
  eprint = {2312.00752},
  archivePrefix = {arXiv},
  primaryClass = {cs.LG}
}"""
HATS = ("The paper's $A$ and $B$ with a bar, which here marks a cotangent, are those with a hat.")
DECAY = ("The paper's $A$ is a matrix of negative parameters; it is $-exp(A_log)$ here, as in the "
         "authors' code, so that training keeps it negative.")
RANK = ("$Delta$ goes through $R$ numbers, as in section 3.6. Algorithm 2 has $R = 1$ and ones "
        "for $W_Delta$.")
HOLD = ("$B$ is discretised by zero-order hold, as in equation (4). The authors' code has the "
        "simpler $Delta B$, which is `discretization=\"euler\"`.")
BLOCK = ("The block around it is left out: projections, convolution, SiLU gate, and the skip $D "
         "x$ that the authors' code adds to $y$.")


@register("s6", "S6, selective state space",
          tags="gated linear elementwise matrix continuous affine-diagonal")
def s6(discretization: str = "zoh") -> Program:
    """Mamba's recurrence: each input says how long to look at it and what to keep of it.

    Parameters ``A_log [D, N]``, ``W_R [R, D]``, ``W_Delta [D, R]``, ``b_Delta [D]``, ``W_B
    [N, D]``, ``W_C [N, D]``. State ``h [D, N]``, N numbers for each channel, output ``y [D]``.
    ``discretization`` is ``"zoh"`` or ``"euler"``. Source: Gu and Dao, arXiv 2312.00752.
    """
    notes = [HATS, DECAY, RANK, HOLD, BLOCK]
    with Cell("s6", source=SOURCE, notes=notes, bibtex=BIBTEX) as cell:
        x = cell.input("x[D]", "input")
        r = cell.symbol("r[R]", "few numbers that the step size sees")
        Delta = cell.symbol("Delta[D]", "step size: how much time this input stands for")
        B = cell.symbol("B[N]", "how the input enters", latex=r"\mathbf{B}")
        C = cell.symbol("C[N]", "how h is read", latex=r"\mathbf{C}")
        Ahat = cell.symbol("Ahat[D,N]", "what is kept", latex=r"\hat{\mathbf{A}}")
        Bhat = cell.symbol("Bhat[D,N]", "what is taken in", latex=r"\hat{\mathbf{B}}")
        h, y = cell.state("h[D,N]", "state of every channel"), cell.symbol("y[D]", "output")
        A_log = cell.parameter("A_log[D,N]", "how fast the state decays, its logarithm",
                               drawn=log(1 + IndexSymbol.at(1)))
        W_R, W_Delta = cell.parameters("W_R[R,D] W_Delta[D,R]", "of the step size")
        b_Delta = cell.parameter("b_Delta[D]", "bias of the step size", drawn=short_step())
        W_B = cell.parameter("W_B[N,D]", "weights of B, how the input enters")
        W_C = cell.parameter("W_C[N,D]", "weights of C, how the state is read")

        r[t] = W_R @ x[t]
        Delta[t] = activation("softplus")(W_Delta @ r[t] + b_Delta)
        B[t] = W_B @ x[t]
        C[t] = W_C @ x[t]
        Ahat[t] = exp(Delta[t] * -exp(A_log))
        Bhat[t] = held(discretization, Delta[t], -exp(A_log)) * B[t]
        h[t] = Ahat[t] * h[t - 1] + Bhat[t] * x[t]
        y[t] = h[t] @ C[t]
    return cell.build("y")


def short_step() -> Expr:
    """A bias with which softplus gives steps between 0.001 and 0.1, the short ones as often."""
    return log(expm1(exp(log(Rational(1, 1000)) + UNIFORM * log(100))))


def held(kind: str, step: Expr, rate: Expr) -> Expr:
    """What an input of one adds to the state while it is held for a step."""
    if kind not in ("zoh", "euler"):
        raise ValueError(f"discretization is {quoted(kind)}; there are zoh and euler")
    return expm1(step * rate) / rate if kind == "zoh" else step
