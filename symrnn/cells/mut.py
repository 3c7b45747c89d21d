"""MUT1, MUT2, MUT3: the best of ten thousand architectures that a search went through."""

from __future__ import annotations

from symrnn.authoring import Cell, register, t
from symrnn.program import Program, activation

SOURCE = ("R. Jozefowicz et al., An empirical exploration of recurrent network architectures, "
          "ICML 2015, section 3")
BIBTEX = """@inproceedings{jozefowicz2015empirical,
  title = {An Empirical Exploration of Recurrent Network Architectures},
  author = {Jozefowicz, Rafal and Zaremba, Wojciech and Sutskever, Ilya},
  booktitle = {Proceedings of the 32nd International Conference on Machine Learning},
  pages = {2342--2350},
  year = {2015}
}"""
TIME = "The paper counts one step ahead: its $h[t]$ is $h[t-1]$ here, its $h[t+1]$ is $h[t]$."
WIDTH = ("The paper adds $x$ itself, without weights, to a sum over the units; so there are as "
         "many inputs as units. Other implementations put a matrix there.")


@register("mut1", "MUT1", tags="gated nonlinear-dense")
def mut1() -> Program:
    """A GRU found by mutation: its update gate does not see the state.

    Parameters ``W_xz [m, m]``, ``b_z [m]``, ``W_xr [m, m]``, ``W_hr [m, m]``, ``b_r [m]``,
    ``W_hh [m, m]``, ``b_h [m]``. State ``h``. Source: Jozefowicz et al., ICML 2015.
    """
    return _mut(1)


@register("mut2", "MUT2", tags="gated nonlinear-dense")
def mut2() -> Program:
    """A GRU found by mutation: its reset gate sees the input without weights.

    Parameters ``W_xz [m, m]``, ``W_hz [m, m]``, ``b_z [m]``, ``W_hr [m, m]``, ``b_r [m]``,
    ``W_hh [m, m]``, ``W_xh [m, m]``, ``b_h [m]``. State ``h``. Source: Jozefowicz et al., ICML
    2015.
    """
    return _mut(2)


@register("mut3", "MUT3", tags="gated nonlinear-dense")
def mut3() -> Program:
    """A GRU found by mutation: its update gate sees the state through a tanh.

    Parameters ``W_xz [m, n]``, ``W_hz [m, m]``, ``b_z [m]``, ``W_xr [m, n]``, ``W_hr [m, m]``,
    ``b_r [m]``, ``W_hh [m, m]``, ``W_xh [m, n]``, ``b_h [m]``. State ``h``. Source: Jozefowicz
    et al., ICML 2015.
    """
    return _mut(3)


def _mut(variant: int) -> Program:
    sigmoid, tanh = activation("sigmoid"), activation("tanh")
    n, notes = ("n", [TIME]) if variant == 3 else ("m", [TIME, WIDTH])
    with Cell(f"mut{variant}", source=SOURCE, notes=notes, bibtex=BIBTEX) as cell:
        x = cell.input(f"x[{n}]", "input")
        s = cell.symbol("s[m]", "the state as the update gate sees it") if variant == 3 else None
        z = cell.symbol("z[m]", "update gate: 0 keeps the old state, 1 replaces it")
        r = cell.symbol("r[m]", "reset gate: 0 forgets the old state in the candidate")
        h = cell.state("h[m]", "hidden state")
        W_xz, b_z = cell.parameters(f"W_xz[m,{n}] b_z[m]", "of the update gate")
        W_hz = cell.parameter("W_hz[m,m]", "weights of the update gate") if variant > 1 else None
        W_xr = cell.parameter(f"W_xr[m,{n}]", "weights of the reset gate") if variant != 2 else None
        W_hr, b_r = cell.parameters("W_hr[m,m] b_r[m]", "of the reset gate")
        W_xh = cell.parameter(f"W_xh[m,{n}]", "weights of the candidate") if variant > 1 else None
        W_hh, b_h = cell.parameters("W_hh[m,m] b_h[m]", "of the candidate")

        if s:
            s[t] = tanh(h[t - 1])
        seen = s[t] if s else h[t - 1]
        z[t] = sigmoid(W_xz @ x[t] + W_hz @ seen + b_z if W_hz else W_xz @ x[t] + b_z)
        r[t] = sigmoid((W_xr @ x[t] if W_xr else x[t]) + W_hr @ h[t - 1] + b_r)
        candidate = tanh(W_hh @ (r[t] * h[t - 1]) + (W_xh @ x[t] if W_xh else tanh(x[t])) + b_h)
        h[t] = candidate * z[t] + h[t - 1] * (1 - z[t])
    return cell.build("h")
