"""Long short-term memory, with the three gates of the lecture notes."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import ActivationChoice, Program
from symrnn.program import activation as function

SOURCE = ("S. Hochreiter and J. Schmidhuber, Long short-term memory, Neural Computation 9 (1997); "
          "F. Gers et al., Learning to forget, Neural Computation 12 (2000)")
PEEPHOLES = "; peepholes: F. Gers et al., Learning precise timing, JMLR 3 (2002)"
FORGET = ("The forget gate f keeps the memory at 1 and erases it at 0: it is the share of the old "
          "memory that stays. Lecture notes differ in their wording (an open forget gate "
          "remembers); the equations do not.")


@register("lstm")
@register("lstm_peephole", peephole=True)
def lstm(gate_activation: ActivationChoice = "sigmoid", activation: ActivationChoice = "tanh",
         output_activation: ActivationChoice = "tanh", peephole: bool = False) -> Program:
    """LSTM: four affine inputs z, z_i, z_f, z_o, one output h, a memory c.

    ``gate_activation``, ``activation`` and ``output_activation`` are f, g and h of the
    notes: ``c' = g(z) f(z_i) + c f(z_f)``, ``a = h(c') f(z_o)``. Parameters ``W_i [m, n]``,
    ``U_i [m, m]``, ``b_i [m]``, then ``_f``, ``_g``, ``_o``; with ``peephole=True`` also
    ``p_i``, ``p_f``, ``p_o`` ``[m]``. States ``h``, ``c``. Sources: Hochreiter and
    Schmidhuber 1997, Gers 2000 and 2002; K. Greff et al., arXiv 1503.04069, section II.
    """
    gate, squash, output = map(function, (gate_activation, activation, output_activation))
    title = "Long short-term memory" + (" with peepholes" if peephole else "")
    with Cell("lstm", title, SOURCE + PEEPHOLES * peephole, [FORGET]) as cell:
        x = cell.input("x[n]", "input")
        z = cell.symbol("z[m]", "input of the block, before squashing")
        z_i, z_f, z_o = cell.symbols("z_i[m] z_f[m] z_o[m]", "pre-activation of a gate")
        g = cell.symbol("g[m]", "what the block would write")
        i = cell.symbol("i[m]", "input gate: 1 writes, 0 does not")
        f = cell.symbol("f[m]", "forget gate: 1 keeps the memory, 0 erases it")
        o = cell.symbol("o[m]", "output gate: 1 shows the memory, 0 hides it")
        c = cell.state("c[m]", "memory")
        h = cell.state("h[m]", "output of the block")
        W_i, U_i, b_i = cell.parameters("W_i[m,n] U_i[m,m] b_i[m]", "of the input gate")
        W_f, U_f, b_f = cell.parameters("W_f[m,n] U_f[m,m] b_f[m]", "of the forget gate")
        W_g, U_g, b_g = cell.parameters("W_g[m,n] U_g[m,m] b_g[m]", "of the block input")
        W_o, U_o, b_o = cell.parameters("W_o[m,n] U_o[m,m] b_o[m]", "of the output gate")
        p_i, p_f, p_o = (cell.parameters("p_i[m] p_f[m] p_o[m]", "from the memory to a gate")
                         if peephole else (0, 0, 0))

        z[t] = W_g @ x[t] + U_g @ h[t - 1] + b_g
        z_i[t] = W_i @ x[t] + U_i @ h[t - 1] + p_i * c[t - 1] + b_i
        z_f[t] = W_f @ x[t] + U_f @ h[t - 1] + p_f * c[t - 1] + b_f
        g[t] = squash(z[t])
        i[t] = gate(z_i[t])
        f[t] = gate(z_f[t])
        c[t] = g[t] * i[t] + c[t - 1] * f[t]
        z_o[t] = W_o @ x[t] + U_o @ h[t - 1] + p_o * c[t] + b_o
        o[t] = gate(z_o[t])
        h[t] = output(c[t]) * o[t]
    return cell.build("h")
