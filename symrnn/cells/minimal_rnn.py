"""Minimal RNN: the state is a gated average of embedded inputs and nothing else."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import ActivationChoice, Program
from symrnn.program import activation as function

SOURCE = ("M. Chen, MinimalRNN: toward more interpretable and trainable recurrent neural networks, "
          "arXiv 1711.06788")
BIBTEX = """@article{chen2017minimalrnn,
  title = {{MinimalRNN}: Toward More Interpretable and Trainable Recurrent Neural Networks},
  author = {Chen, Minmin},
  journal = {arXiv preprint arXiv:1711.06788}, year = {2017}
}"""
NOTES = [
    "The paper leaves the embedding $Phi$ open and uses a fully connected layer with tanh: that "
    "is what stands here, $z = tanh(W_x x + b_z)$.",
    "The update gate $u$ keeps the old state at 1 and replaces it at 0.",
]


@register("minimal_rnn", "Minimal network", tags="gated nonlinear-dense")
def minimal_rnn(gate_activation: ActivationChoice = "sigmoid",
                activation: ActivationChoice = "tanh") -> Program:
    """Minimal RNN: states that stay in the space of embedded inputs, easy to interpret.

    Parameters ``W_x [m, n]``, ``b_z [m]``, ``U_h [m, m]``, ``U_z [m, m]``, ``b_u [m]``.
    State ``h``.
    """
    gate, phi = function(gate_activation), function(activation)
    with Cell("minimal_rnn", source=SOURCE, notes=NOTES, bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        z = cell.symbol("z[m]", "embedded input")
        u = cell.symbol("u[m]", "update gate: 1 keeps the old state, 0 replaces it")
        h = cell.state("h[m]", "hidden state")
        W_x, b_z = cell.parameters("W_x[m,n] b_z[m]", "of the embedding")
        U_h, U_z, b_u = cell.parameters("U_h[m,m] U_z[m,m] b_u[m]", "of the update gate")

        z[t] = phi(W_x @ x[t] + b_z)
        u[t] = gate(U_h @ h[t - 1] + U_z @ z[t] + b_u)
        h[t] = u[t] * h[t - 1] + (1 - u[t]) * z[t]
    return cell.build("h")
