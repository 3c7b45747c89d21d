"""Recurrent highway network: several gated layers within one step."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import Program, ProgramError, activation

SOURCE = ("J. G. Zilly et al., Recurrent highway networks, ICML 2017, arXiv 1607.03474, "
          "equations (6) to (8)")
BIBTEX = """@inproceedings{zilly2017recurrent,
  title = {Recurrent Highway Networks},
  author = {Zilly, Julian Georg and Srivastava, Rupesh Kumar and Koutn{\\'i}k, Jan and
            Schmidhuber, J{\\"u}rgen},
  booktitle = {Proceedings of the 34th International Conference on Machine Learning},
  year = {2017},
  eprint = {1607.03474},
  archivePrefix = {arXiv}
}"""
COUPLED = ("The carry gate is coupled, $c = 1 - t$, as in all experiments of the paper; in "
           "general it has weights of its own.")


@register("rhn", "Recurrent highway network", tags="gated residual nonlinear-dense")
def rhn(depth: int = 3) -> Program:
    """Thinks in several layers within each step, each of which may pass its input on.

    Parameters ``W_H [m, n]``, ``W_T [m, n]``, and for each of the ``depth`` layers ``R_H_1
    [m, m]``, ``b_H_1 [m]``, ``R_T_1 [m, m]``, ``b_T_1 [m]``. The state ``y`` is the output of
    the last layer. Source: Zilly et al., arXiv 1607.03474. Raises ProgramError for a depth
    below one.
    """
    if depth < 1:
        raise ProgramError(f"rhn: depth is {depth}; a step has at least one layer")
    sigmoid, tanh = activation("sigmoid"), activation("tanh")
    with Cell("rhn", source=SOURCE, notes=[COUPLED], bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        y = cell.state("y[m]", "state: output of the last layer")
        W_H = cell.parameter("W_H[m,n]", "weights of the candidate from the input")
        W_T = cell.parameter("W_T[m,n]", "weights of the transform gate from the input")
        s = y[t - 1]
        for layer in range(1, depth + 1):
            h = cell.symbol(f"h_{layer}[m]", f"candidate of layer {layer}")
            gate = cell.symbol(f"t_{layer}[m]", f"transform gate of layer {layer}: 0 carries")
            (R_H, b_H), (R_T, b_T) = (
                cell.parameters(f"R_{one}_{layer}[m,m] b_{one}_{layer}[m]",
                                f"of the {told} of layer {layer}")
                for one, told in (("H", "candidate"), ("T", "transform gate")))
            first = layer == 1
            h[t] = tanh(W_H @ x[t] + R_H @ s + b_H if first else R_H @ s + b_H)
            gate[t] = sigmoid(W_T @ x[t] + R_T @ s + b_T if first else R_T @ s + b_T)
            out = y if layer == depth else cell.symbol(f"s_{layer}[m]", f"output of layer {layer}")
            out[t] = h[t] * gate[t] + s * (1 - gate[t])
            s = out[t]
    return cell.build("y")
