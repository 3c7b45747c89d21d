"""Simple gated unit and deep simple gated unit: one gate that multiplies."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import ActivationChoice, Program
from symrnn.program import activation as function

SOURCE = ("Y. Gao and D. Glowacka, Deep gate recurrent neural network, ACML 2016, arXiv "
          "1604.02910")
BIBTEX = """@inproceedings{gao2016deep,
  title = {Deep Gate Recurrent Neural Network},
  author = {Gao, Yuan and Glowacka, Dorota},
  booktitle = {Proceedings of the 8th Asian Conference on Machine Learning},
  pages = {350--365},
  year = {2016},
  eprint = {1604.02910},
  archivePrefix = {arXiv}
}"""
GATE = "The gate $z$ keeps the old state at 0 and replaces it at 1."
HARD = ("The hard sigmoid is that of its time, $x/5 + 1/2$ held in $[0, 1]$; other libraries take "
        "$x/6 + 1/2$, which is `gate_activation='hardsigmoid'`, and add a bias inside $z_g$.")


@register("sgu", "Simple gated unit", tags="gated multiplicative nonlinear-dense")
@register("dsgu", "Deep simple gated unit", tags="gated multiplicative nonlinear-dense", deep=True)
def sgu(deep: bool = False, gate_activation: ActivationChoice = "hard_sigmoid") -> Program:
    """Remembers over long gaps with one gate: input and state multiply in what it lets through.

    Parameters ``W_xh [m, n]``, ``b_g [m]``, ``W_zxh [m, m]``, ``W_xz [m, n]``, ``W_hz [m, m]``,
    ``b_z [m]``, and with ``deep`` ``W_go [m, m]``. State ``h [m]``. Source: Gao and Glowacka,
    arXiv 1604.02910.
    """
    gate, tanh = function(gate_activation), function("tanh")
    with Cell("sgu", source=SOURCE, notes=[GATE, HARD], bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        x_g = cell.symbol("x_g[m]", "the input, to multiply the state")
        z_g = cell.symbol("z_g[m]", "what of the state is taken on")
        z_out = cell.symbol("z_out[m]", "candidate for the new state")
        z = cell.symbol("z[m]", "gate: 0 keeps the old state, 1 replaces it")
        h = cell.state("h[m]", "hidden state")
        W_xh, b_g = cell.parameters("W_xh[m,n] b_g[m]", "of the input")
        W_zxh = cell.parameter("W_zxh[m,m]", "weights of the product of input and state")
        W_xz, W_hz, b_z = cell.parameters("W_xz[m,n] W_hz[m,m] b_z[m]", "of the gate")

        x_g[t] = W_xh @ x[t] + b_g
        z_g[t] = tanh(W_zxh @ (x_g[t] * h[t - 1]))
        if deep:
            W_go = cell.parameter("W_go[m,m]", "weights of the candidate")
            z_out[t] = function("sigmoid")(W_go @ (z_g[t] * h[t - 1]))
        else:
            z_out[t] = function("softplus")(z_g[t] * h[t - 1])
        z[t] = gate(W_xz @ x[t] + W_hz @ h[t - 1] + b_z)
        h[t] = (1 - z[t]) * h[t - 1] + z[t] * z_out[t]
    return cell.build("h")
