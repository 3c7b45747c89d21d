"""NAS: the cell that a search by reinforcement learning found for language."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import Program, activation

SOURCE = ("B. Zoph and Q. V. Le, Neural architecture search with reinforcement learning, ICLR "
          "2017, arXiv 1611.01578, the figure in appendix A")
BIBTEX = """@inproceedings{zoph2017neural,
  title = {Neural Architecture Search with Reinforcement Learning},
  author = {Zoph, Barret and Le, Quoc V.},
  booktitle = {International Conference on Learning Representations},
  year = {2017},
  eprint = {1611.01578},
  archivePrefix = {arXiv}
}"""
FIGURE = ("The paper draws the cell as a graph and writes no equations; these are the graph as the "
          "authors' code in TensorFlow (NASCell) has it, in the order of its layers.")
NO_BIAS = ("As in that code, there are no biases unless they are asked for; then they are added "
           "to what the old output brings, in the product of $a_4$ too.")
READ = {1: "sigmoid", 2: "relu", 3: "sigmoid", 4: "relu", 5: "tanh", 6: "sigmoid", 7: "tanh",
        8: "sigmoid"}


@register("nas", "Neural architecture search cell (NASCell)",
          tags="gated multiplicative nonlinear-dense")
def nas(bias_of_the_state: bool = False) -> Program:
    """A cell that no one designed: eight leaves of a tree, a memory put in half-way up.

    Parameters ``W_1 [m, n]``, ``U_1 [m, m]`` to ``W_8``, ``U_8``; with ``bias_of_the_state``
    ``b_1 [m]`` to ``b_8``. States ``h [m]``, ``c [m]``. Source: Zoph and Le, arXiv 1611.01578.
    """
    sigmoid, tanh = activation("sigmoid"), activation("tanh")
    with Cell("nas", source=SOURCE, notes=[FIGURE, NO_BIAS], bibtex=BIBTEX) as cell:
        x = cell.input("x[n]", "input")
        h = cell.state("h[m]", "output")
        c = cell.state("c[m]", "memory")
        a = {}
        for leaf, name in READ.items():
            told = f"of leaf {leaf}"
            a[leaf] = cell.symbol(f"a_{leaf}[m]", f"leaf {leaf} of the tree")
            W, U = cell.parameters(f"W_{leaf}[m,n] U_{leaf}[m,m]", told)
            brought = U @ h[t - 1]
            if bias_of_the_state:
                brought = brought + cell.parameter(f"b_{leaf}[m]", f"bias {told}")
            joined = (W @ x[t]) * brought if leaf == 4 else W @ x[t] + brought
            a[leaf][t] = activation(name)(joined)
        l_1, l_2, l_3, l_4 = (
            cell.symbol(f"l_{one}[m]", f"second layer, of leaves {2 * one - 1} and {2 * one}")
            for one in range(1, 5))
        l_5 = cell.symbol("l_5[m]", "third layer, beside the memory")

        l_1[t] = tanh(a[1][t] * a[2][t])
        l_2[t] = tanh(a[3][t] + a[4][t])
        l_3[t] = tanh(a[5][t] * a[6][t])
        l_4[t] = sigmoid(a[7][t] + a[8][t])
        c[t] = tanh(l_1[t] + c[t - 1]) * l_2[t]
        l_5[t] = tanh(l_3[t] + l_4[t])
        h[t] = tanh(c[t] * l_5[t])
    return cell.build("h")
