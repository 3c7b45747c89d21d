"""Long short-term memory and its published variants: one set of equations, eight options."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sympy import Expr, Integer, Rational

from symrnn.authoring import Cell, Lesson, register, t, teach
from symrnn.authoring.symbols import Sequence
from symrnn.program import (ActivationChoice, Program, ProgramError, SizeSymbol, add, multiply,
                            quoted)
from symrnn.program import activation as function

SOURCES = {
    "lstm": "S. Hochreiter and J. Schmidhuber, Long short-term memory, Neural Computation 9 (1997)",
    "forget_gate": "F. Gers et al., Learning to forget, Neural Computation 12 (2000)",
    "peephole": "peepholes: F. Gers et al., Learning precise timing, JMLR 3 (2002)",
    "coupled": "coupled gates: K. Greff et al., LSTM: a search space odyssey, arXiv 1503.04069",
    "projection": "projection: H. Sak et al., arXiv 1402.1128",
    "layer_norm": "layer norm: J. L. Ba et al., arXiv 1607.06450, supplement, (20) to (22)",
}
BIBTEX = {
    "lstm": """@article{hochreiter1997long,
  title = {Long Short-Term Memory},
  author = {Hochreiter, Sepp and Schmidhuber, J{\\"u}rgen},
  journal = {Neural Computation}, volume = {9}, number = {8}, pages = {1735--1780}, year = {1997}
}""",
    "forget_gate": """@article{gers2000learning,
  title = {Learning to Forget: Continual Prediction with {LSTM}},
  author = {Gers, Felix A. and Schmidhuber, J{\\"u}rgen and Cummins, Fred},
  journal = {Neural Computation}, volume = {12}, number = {10}, pages = {2451--2471}, year = {2000}
}""",
    "peephole": """@article{gers2002learning,
  title = {Learning Precise Timing with {LSTM} Recurrent Networks},
  author = {Gers, Felix A. and Schraudolph, Nicol N. and Schmidhuber, J{\\"u}rgen},
  journal = {Journal of Machine Learning Research}, volume = {3}, pages = {115--143}, year = {2002}
}""",
    "coupled": """@article{greff2017lstm,
  title = {{LSTM}: A Search Space Odyssey},
  author = {Greff, Klaus and Srivastava, Rupesh K. and Koutn{\\'i}k, Jan and
            Steunebrink, Bas R. and Schmidhuber, J{\\"u}rgen},
  journal = {IEEE Transactions on Neural Networks and Learning Systems},
  volume = {28}, number = {10}, pages = {2222--2232}, year = {2017}
}""",
    "projection": """@article{sak2014long,
  title = {Long Short-Term Memory Based Recurrent Neural Network Architectures for Large
           Vocabulary Speech Recognition},
  author = {Sak, Ha{\\c{s}}im and Senior, Andrew and Beaufays, Fran{\\c{c}}oise},
  journal = {arXiv preprint arXiv:1402.1128}, year = {2014}
}""",
    "layer_norm": """@article{ba2016layer,
  title = {Layer Normalization},
  author = {Ba, Jimmy Lei and Kiros, Jamie Ryan and Hinton, Geoffrey E.},
  journal = {arXiv preprint arXiv:1607.06450}, year = {2016}
}""",
}
NOTES = {
    "forget_gate": "The forget gate $f$ keeps the memory at 1 and erases it at 0: it is the share "
                   "of the old memory that stays. Lecture notes differ in their wording (an open "
                   "forget gate remembers); the equations do not.",
    "no_forget_gate": "The paper of 1997 squashes by $g(x) = 4 sigmoid(x) - 2$ and $h(x) = 2 "
                      "sigmoid(x) - 1$; here stands the tanh of later papers. The paper's two are "
                      "`activation=('scaled_tanh', 2, 0.5)`, `output_activation=('scaled_tanh', "
                      "1, 0.5)`.",
    "peephole": "In the paper of 2002 the output is the memory itself, $h = c o$, without a tanh: "
                "`output_activation='linear'`. The tanh is that of later papers. The output "
                "gate sees the new memory, the others the old one.",
    "f=1-i": "Coupled as in Greff et al. (CIFG): the input gate is learned, and $f = 1 - i$. "
             "Theirs has the peepholes of their vanilla LSTM too: `peephole=True`.",
    "i=1-f": "Coupled the other way round: the forget gate is learned, and $i = 1 - f$. Nothing "
             "but the sign of that gate's parameters tells the two apart.",
    "projection": "$P$ projects the output, and the gates see the projection. The paper's cell "
                  "has peepholes too (`peephole=True`); its second, non-recurrent projection is "
                  "left out.",
    "layer_norm": "Mean and variance are those of the long vector of all gates, which is how the "
                  "paper writes $W_h h$ and $W_x x$, and not of each gate alone. Under the root "
                  "stands $1/100000$, as in the authors' code; the paper has none.",
}
NAMES = {"i": "input gate", "f": "forget gate", "g": "block input", "o": "output gate"}
OPEN = {"i": "1 writes, 0 does not", "f": "1 keeps the memory, 0 erases it",
        "o": "1 shows the memory, 0 hides it"}
COUPLED = ("f=1-i", "i=1-f")
EPSILON = Rational(1, 100000)


@register("lstm", "Long short-term memory", tags="gated classic nonlinear-dense")
@register("lstm_1997", "... without forget gate", tags="gated nonlinear-dense", forget_gate=False)
@register("lstm_peephole", "... with peepholes",
          tags="gated peephole nonlinear-dense", peephole=True)
@register("lstm_coupled", "... with coupled gates f=1-i",
          tags="gated nonlinear-dense", coupled="f=1-i")
@register("lstm_coupled_input", "... with coupled gates i=1-f",
          tags="gated nonlinear-dense", coupled="i=1-f")
@register("lstm_projection", "... with recurrent projection",
          tags="gated projection nonlinear-dense", projection=True)
@register("lstm_layer_norm", "... with layer normalisation",
          tags="gated normalised nonlinear-dense", layer_norm=True)
def lstm(gate_activation: ActivationChoice = "sigmoid", activation: ActivationChoice = "tanh",
         output_activation: ActivationChoice = "tanh", peephole: bool = False,
         forget_gate: bool = True, coupled: str = "", projection: bool = False,
         layer_norm: bool = False) -> Program:
    """LSTM: remembers over long gaps; gates decide what is written, kept and shown.

    ``gate_activation``, ``activation`` and ``output_activation`` are f, g and h of the
    notes: ``c' = g(z) f(z_i) + c f(z_f)``, ``a = h(c') f(z_o)``. Parameters ``W_i [m, n]``,
    ``U_i [m, m]``, ``b_i [m]``, then ``_f``, ``_g``, ``_o``; states ``h``, ``c``. Options:
    ``forget_gate=False`` keeps the whole memory; ``coupled="f=1-i"`` or ``"i=1-f"`` leaves out
    the gate on its left; ``peephole`` adds ``p_i``, ``p_f``, ``p_o`` ``[m]``; ``projection``
    adds ``P [p, m]``, and ``h`` has p entries; ``layer_norm`` adds gains ``alpha_1_i [m]`` and
    shifts ``beta_1_i`` behind ``U_i``, with ``2`` behind ``W_i``, with ``3`` at the memory.
    Sources: Hochreiter and Schmidhuber 1997, Gers et al. 2000 (forget gate); the document of a
    variant names its own. Raises ValueError for an unknown activation and for what an option
    does not take, ProgramError for ``coupled`` without a forget gate or with other words.
    """
    gate, squash, output = map(function, (gate_activation, activation, output_activation))
    if coupled and not (coupled in COUPLED and forget_gate):
        raise ProgramError(f"lstm: coupled={quoted(coupled)} with forget_gate={forget_gate}; it "
                           f"wants two gates and is one of {', '.join(COUPLED)}")
    gates = "ifo" if forget_gate else "io"
    free = gates.replace(coupled[:1], "")
    chosen = {"forget_gate": forget_gate, "peephole": peephole, "coupled": bool(coupled),
              "projection": projection, "layer_norm": layer_norm}
    with _cell([name for name, on in chosen.items() if on], coupled) as cell:
        s = _symbols(cell, gates, free, "p" if projection else "m")
        z, g, c, h = (s[name] for name in ("z", "g", "c", "h"))
        enters = _weights(cell, s, free, peephole, layer_norm)

        z[t] = enters("g")
        for one in free[:-1]:
            s[f"z_{one}"][t] = enters(one, c[t - 1])
        g[t] = squash(z[t])
        for one in free[:-1]:
            s[one][t] = gate(s[f"z_{one}"][t])
        if coupled:
            s[coupled[0]][t] = 1 - s[coupled[-1]][t]
        c[t] = g[t] * s["i"][t] + (c[t - 1] * s["f"][t] if forget_gate else c[t - 1])
        s["z_o"][t] = enters("o", c[t])
        s["o"][t] = gate(s["z_o"][t])
        seen = _normalised(cell, 3, "the memory", {"": c})[""] if layer_norm else c[t]
        shown = output(seen) * s["o"][t]
        P = cell.parameter("P[p,m]", "weights of the projection") if projection else None
        h[t] = shown if P is None else P @ shown
    return cell.build("h")


def _cell(chosen: list[str], coupled: str) -> Cell:
    """The empty cell with its papers and notes."""
    papers = ["lstm", *chosen]
    notes = [NOTES[name] for name in (*papers, coupled) if name in NOTES]
    if "forget_gate" not in chosen:
        notes.append(NOTES["no_forget_gate"])
    return Cell("lstm", source="; ".join(SOURCES[name] for name in papers), notes=notes,
                bibtex="\n\n".join(BIBTEX[name] for name in papers))


def _symbols(cell: Cell, gates: str, free: str, width: str) -> dict[str, Sequence]:
    """Everything that has a value at every step, by name."""
    symbols = {"x": cell.input("x[n]", "input")}
    meanings = {"z": "input of the block, before squashing",
                **{f"z_{one}": f"pre-activation of the {NAMES[one]}" for one in free},
                "g": "what the block would write",
                **{one: f"{NAMES[one]}: {OPEN[one]}" for one in gates}}
    symbols |= {name: cell.symbol(f"{name}[m]", told) for name, told in meanings.items()}
    return symbols | {"c": cell.state("c[m]", "memory"),
                      "h": cell.state(f"h[{width}]", "output of the block")}


def _weights(cell: Cell, s: Mapping[str, Sequence], free: str, peephole: bool,
             layer_norm: bool) -> Callable[..., Expr]:
    """What enters a gate: the input, the old output, the memory through a peephole."""
    x, h = s["x"], s["h"]
    width = cell.variables["h"].axes[0]
    letters = [one for one in NAMES if one in (*free, "g")]
    weights = {one: cell.parameters(f"W_{one}[m,n] U_{one}[m,{width}] b_{one}[m]",
                                    f"of the {NAMES[one]}") for one in letters}
    p = {one: cell.parameter(f"p_{one}[m]", f"peephole of the {NAMES[one]}")
         for one in free if peephole}
    inputs = {one: W @ x[t] for one, (W, _, _) in weights.items()}
    outputs = {one: U @ h[t - 1] for one, (_, U, _) in weights.items()}
    if layer_norm:
        old, new = "what the old output brings", "what the input brings"
        outputs = _normalised(cell, 1, old, _named(cell, "u", old, outputs))
        inputs = _normalised(cell, 2, new, _named(cell, "w", new, inputs))

    def enters(one: str, *memory: Expr) -> Expr:
        seen = [p[one] * content for content in memory if one in p]
        return add([inputs[one], outputs[one], *seen, weights[one][2]])

    return enters


def _named(cell: Cell, letter: str, told: str, sums: Mapping[str, Expr]) -> dict[str, Sequence]:
    """Each product as a symbol of its own, so that a mean can be taken over all."""
    symbols = {one: cell.symbol(f"{letter}_{one}[m]", f"{told} to the {NAMES[one]}")
               for one in sums}
    for one, product in sums.items():
        symbols[one][t] = product
    return symbols


def _normalised(cell: Cell, number: int, whole: str,
                parts: Mapping[str, Sequence]) -> dict[str, Expr]:
    """LN(parts; alpha, beta): all parts as one vector of mean 0 and variance 1, gain, shift."""
    count = multiply([Integer(len(parts)), SizeSymbol("m")])
    names = {one: f"{number}_{one}" if one else f"{number}" for one in parts}
    mu, v, r = (cell.symbol(f"{letter}_{number}", f"{told} of {whole}") for letter, told in (
        ("mu", "mean"), ("v", "variance"), ("r", "one over the standard deviation")))
    d, e = ({one: cell.symbol(f"{letter}_{name}[m]", f"{parts[one].name}{told}")
             for one, name in names.items()}
            for letter, told in (("d", " without its mean"), ("e", ", normalised")))
    mu[t] = add([cell.contract("i->", part[t]) / count for part in parts.values()])
    for one, part in parts.items():
        d[one][t] = part[t] - mu[t]
    v[t] = add([cell.contract("i,i->", one[t], one[t]) / count for one in d.values()])
    r[t] = function("rsqrt")(v[t] + EPSILON)
    for one in parts:
        e[one][t] = d[one][t] * r[t]
    return {one: cell.parameter(f"alpha_{name}[m]", f"gain of {parts[one].name}") * e[one][t]
            + cell.parameter(f"beta_{name}[m]", f"shift of {parts[one].name}")
            for one, name in names.items()}


teach("lstm", Lesson(
    "lecture", "The second input opens the input gate where it is 1 and closes the forget gate "
    "where it is $-1$; the third one opens the output gate where it is 1. So the cell adds up 3 "
    "and 4, shows the sum when it is asked for, and forgets it. A gate that the notes call closed "
    "still has the value $sigmoid(-10) = 4.5 10^-5$, so these numbers differ a little from theirs.",
    "Hung-yi Lee, Machine Learning (2017), recurrent neural networks",
    options={"activation": "linear", "output_activation": "linear"},
    sizes={"n": 3, "m": 1},
    parameters={"W_g": ((1, 0, 0),), "W_i": ((0, 100, 0),), "b_i": -10, "W_f": ((0, 100, 0),),
                "b_f": 10, "W_o": ((0, 0, 100),), "b_o": -10},
    inputs=((3, 1, 0), (4, 1, 0), (2, 0, 0), (1, 0, 1), (3, -1, 0)),
    outputs=((0,), (0,), (0,), (7,), (0,)), bound=2e-3))
