"""Mass-conserving LSTM: the memory holds an amount that is moved and let out, never made."""

from __future__ import annotations

from sympy import Abs, Integer, Piecewise

from symrnn.authoring import Cell, piece, register, softmax, t, total
from symrnn.program import UNIFORM, Program, activation

SOURCE = ("P.-J. Hoedt et al., MC-LSTM: mass-conserving LSTM, ICML 2021, arXiv 2101.05186, with "
          "the redistribution that depends on time")
BIBTEX = """@inproceedings{hoedt2021mclstm,
  title = {{MC-LSTM}: Mass-Conserving {LSTM}},
  author = {Hoedt, Pieter-Jan and Kratzert, Frederik and Klotz, Daniel and Halmich, Christina and
            Holzleitner, Markus and Nearing, Grey S. and Hochreiter, Sepp and Klambauer,
            G{\\"u}nter},
  booktitle = {Proceedings of the 38th International Conference on Machine Learning},
  pages = {4275--4286},
  year = {2021},
  eprint = {2101.05186},
  archivePrefix = {arXiv}
}"""
MASS = ("What comes in is in the memory or has left it: the entries of all $h$, and of the last "
        "$c$, add up to those of the first $c$ and all $x$. Columns of $R$ and the entries of $i$ "
        "add up to 1.")
EMPTY = ("An empty memory is divided by 1, as in the authors' code; the paper divides by its norm, "
         "which is then 0.")
NAME = "MCLSTM in other libraries is the memory controller LSTM, which has the same abbreviation."


@register("mass_conserving_lstm", "Mass-conserving LSTM (MC-LSTM)", tags="gated nonlinear-dense")
def mass_conserving_lstm() -> Program:
    """Models rain and rivers: mass comes in, is stored, moved and let out, as inputs steer it.

    Inputs ``x`` (mass) and ``a [n]`` (what the gates see). Parameters ``W_i [m, n]``,
    ``U_i [m, m]``, ``b_i [m]``, then ``_o``; ``W_r [m, e, n]``, ``U_r [m, e, m]``, ``B_r
    [m, e]``, where e is m. State ``c [m]``, output ``h [m]``. Source: Hoedt et al., arXiv
    2101.05186.
    """
    notes = [MASS, EMPTY, NAME]
    with Cell("mass_conserving_lstm", source=SOURCE, notes=notes, bibtex=BIBTEX) as cell:
        x = cell.input("x", "mass that comes in", drawn=UNIFORM)
        a = cell.input("a[n]", "auxiliary input")
        cell.size("e", cell.length("m"), "places that mass comes from")
        k, s = cell.symbol("k[m]", "mass of each unit"), cell.symbol("s", "mass in the memory")
        d = cell.symbol("d", "the same, 1 where it is 0")
        chat = cell.symbol("chat[m]", "shares of the memory", latex=r"\hat{c}")
        z = cell.symbol("z[m]", "scores of the input gate")
        i = cell.symbol("i[m]", "input gate: shares of what comes in")
        o = cell.symbol("o[m]", "output gate: 1 lets everything out")
        Z = cell.symbol("Z[m,e]", "scores of the redistribution")
        R = cell.symbol("R[m,e]", "redistribution: column e tells where the mass of place e goes")
        u = cell.symbol("u[e]", "mass of each place, that is of each unit")
        m = cell.symbol("m[m]", "mass before some of it leaves", latex=r"m^{\mathrm{tot}}")
        c = cell.state("c[m]", "memory", drawn=UNIFORM)
        h = cell.symbol("h[m]", "mass that leaves")
        W_i, U_i, b_i = cell.parameters("W_i[m,n] U_i[m,m] b_i[m]", "of the input gate")
        W_o, U_o, b_o = cell.parameters("W_o[m,n] U_o[m,m] b_o[m]", "of the output gate")
        W_r, U_r, B_r = cell.parameters("W_r[m,e,n] U_r[m,e,m] B_r[m,e]", "of the redistribution")

        k[t] = Abs(c[t - 1])
        s[t] = total(k[t])
        d[t] = Piecewise((s[t], s[t] > 0), (Integer(1), True))
        chat[t] = c[t - 1] / d[t]
        z[t] = W_i @ a[t] + U_i @ chat[t] + b_i
        i[t] = softmax(z[t])
        o[t] = activation("sigmoid")(W_o @ a[t] + U_o @ chat[t] + b_o)
        Z[t] = W_r @ a[t] + U_r @ chat[t] + B_r
        R[t] = softmax(Z[t], "m")
        u[t] = piece(c[t - 1], 0, "e")
        m[t] = R[t] @ u[t] + i[t] * x[t]
        c[t] = (1 - o[t]) * m[t]
        h[t] = o[t] * m[t]
    return cell.build("h")
