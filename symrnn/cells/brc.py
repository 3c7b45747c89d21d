"""Bistable recurrent cells: units that can latch, with or without talking to each other."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import Program, activation

SOURCE = ("N. Vecoven et al., A bio-inspired bistable recurrent cell allows for long-lasting "
          "memory, PLOS ONE 16 (2021), arXiv 2006.05252")
BIBTEX = """@article{vecoven2021bio,
  title = {A bio-inspired bistable recurrent cell allows for long-lasting memory},
  author = {Vecoven, Nicolas and Ernst, Damien and Drion, Guillaume},
  journal = {PLOS ONE},
  volume = {16},
  number = {6},
  year = {2021},
  doi = {10.1371/journal.pone.0252676},
  eprint = {2006.05252},
  archivePrefix = {arXiv}
}"""
ORDER = "The paper writes $h$ first; here the gates that it reads stand before it."
NO_BIAS = "As in the paper, there are no biases; the authors' code adds one to each gate."

FEEDBACK, GATE = "feedback", "update gate"


@register("brc", "Bistable recurrent cell", tags="gated elementwise nonlinear-diagonal")
@register("nbrc", "Neuromodulated bistable recurrent cell",
          tags="gated nonlinear-dense", neuromodulated=True)
def brc(neuromodulated: bool = False) -> Program:
    """Holds a value for as long as wanted: feedback above one gives a unit two stable states.

    Parameters ``U [m, n]``, ``U_a [m, n]``, ``w_a [m]``, ``U_c [m, n]``, ``w_c [m]``; with
    ``neuromodulated=True`` (nBRC) ``W_a [m, m]`` and ``W_c [m, m]`` instead of ``w_a`` and
    ``w_c``. State ``h``. Source: Vecoven, Ernst and Drion, PLOS ONE 2021.
    """
    sigmoid, tanh = activation("sigmoid"), activation("tanh")
    with Cell("brc", source=SOURCE, notes=[ORDER, NO_BIAS], bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        a = cell.symbol("a[m]", "feedback: above 1 the unit is bistable")
        c = cell.symbol("c[m]", "update gate: 1 keeps the old state")
        h = cell.state("h[m]", "hidden state")
        U, U_a, U_c = (cell.parameter(f"{name}[m,n]", f"weights of the {told} from the input")
                       for name, told in (("U", "candidate"), ("U_a", FEEDBACK), ("U_c", GATE)))
        if neuromodulated:
            W_a, W_c = (cell.parameter(f"{name}[m,m]", f"weights of the {told} from the state")
                        for name, told in (("W_a", FEEDBACK), ("W_c", GATE)))
            from_a, from_c = W_a @ h[t - 1], W_c @ h[t - 1]
        else:
            w_a, w_c = (cell.parameter(
                f"{name}[m]", f"weights of the {told} from the unit's own state")
                for name, told in (("w_a", FEEDBACK), ("w_c", GATE)))
            from_a, from_c = w_a * h[t - 1], w_c * h[t - 1]

        a[t] = 1 + tanh(U_a @ x[t] + from_a)
        c[t] = sigmoid(U_c @ x[t] + from_c)
        h[t] = c[t] * h[t - 1] + (1 - c[t]) * tanh(U @ x[t] + a[t] * h[t - 1])
    return cell.build("h")
