"""Convolutional LSTM: input, gates and memory are images, and products are convolutions."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Eq, Expr, Piecewise

from symrnn.authoring import Cell, register, t
from symrnn.authoring.symbols import Sequence, Step, Term
from symrnn.program import Program, ProgramError, activation

SOURCE = ("X. Shi et al., Convolutional LSTM network: a machine learning approach for "
          "precipitation nowcasting, NeurIPS 2015, arXiv 1506.04214, equation (3)")
BIBTEX = """@inproceedings{shi2015convolutional,
  title = {Convolutional {LSTM} Network: A Machine Learning Approach for Precipitation Nowcasting},
  author = {Shi, Xingjian and Chen, Zhourong and Wang, Hao and Yeung, Dit-Yan and Wong, Wai-kin and
            Woo, Wang-chun},
  booktitle = {Advances in Neural Information Processing Systems},
  volume = {28},
  year = {2015}
}"""
PATCHES = ("A convolution is a product of weights with the patches of an image, which is zero "
           "beyond its edges. $E_M$ and $E_N$, of ones and zeros, shift rows and columns to make "
           "them. As in all libraries, the kernel is not turned around.")
PEEPHOLES = ("The paper's peepholes, such as $W_c_i$, have a weight for every entry of the "
             "memory. Keras has none: `peepholes=False`.")

NAMES = {"i": "input gate", "f": "forget gate", "c": "candidate", "o": "output gate"}


@register("convlstm", "Convolutional LSTM",
          tags="gated convolutional peephole matrix nonlinear-dense")
def convlstm(kernel: int = 3, peepholes: bool = True) -> Program:
    """An LSTM of images: every pixel sees its neighbours alone.

    Parameters ``W_x_i [K, P, R, Q]``, ``W_h_i [K, K, R, Q]``, ``b_i [K]``, then ``_f``,
    ``_c``, ``_o``; ``W_c_i [K, M, N]``, then ``_f``, ``_o``. Input ``X [P, M, N]``: P channels
    of M rows and N columns. States ``H [K, M, N]``, ``C [K, M, N]``. ``kernel`` is the width of
    all convolutions. Source: Shi et al., NeurIPS 2015. Raises ProgramError for an even width.
    """
    if kernel < 1 or kernel % 2 == 0:
        raise ProgramError(f"convlstm: kernel is {kernel}; it is odd, so that it has a middle")
    sigmoid, tanh = activation("sigmoid"), activation("tanh")
    with Cell("convlstm", source=SOURCE, notes=[PATCHES, PEEPHOLES], bibtex=BIBTEX) as cell:
        X = cell.input("X[P,M,N]", "input image")
        cell.counts(P="channels of the input image", K="channels of the memory",
                    M="rows of an image", N="columns of an image")
        H, C = cell.state("H[K,M,N]", "hidden state"), cell.state("C[K,M,N]", "memory")
        i, f = cell.symbol("i[K,M,N]", "input gate"), cell.symbol("f[K,M,N]", "forget gate")
        o = cell.symbol("o[K,M,N]", "output gate")
        cell.size("R", kernel, "rows of a kernel")
        cell.size("Q", kernel, "columns of a kernel")
        shifts = (cell.constant("E_M[R,M,M]", "shifts rows", shift(kernel // 2)),
                  cell.constant("E_N[Q,N,N]", "shifts columns", shift(kernel // 2)))
        seen = patches(cell, X, t, "P", shifts), patches(cell, H, t - 1, "K", shifts)

        def convolved(letter: str) -> Expr:
            W_x, W_h, b = cell.parameters(
                f"W_x_{letter}[K,P,R,Q] W_h_{letter}[K,K,R,Q] b_{letter}[K]",
                f"of the {NAMES[letter]}")
            x, h = (cell.contract("kprq,prqij->kij", W, image)
                    for W, image in zip((W_x, W_h), seen, strict=True))
            return x + h + b

        def gate(letter: str, memory: Term) -> Expr:
            if not peepholes:
                return sigmoid(convolved(letter))
            W = cell.parameter(f"W_c_{letter}[K,M,N]", f"peephole of the {NAMES[letter]}")
            return sigmoid(convolved(letter) + W * memory)

        i[t] = gate("i", C[t - 1])
        f[t] = gate("f", C[t - 1])
        C[t] = f[t] * C[t - 1] + i[t] * tanh(convolved("c"))
        o[t] = gate("o", C[t])
        H[t] = o[t] * tanh(C[t])
    return cell.build("H")


def shift(middle: int) -> Callable[[Expr, Expr, Expr], Expr]:
    """One where an entry of a kernel, counted from its middle, leads from one pixel to another."""
    return lambda entry, here, there: Piecewise((1, Eq(there, here + entry - middle)), (0, True))


def patches(cell: Cell, image: Sequence, when: Step, channels: str,
            shifts: tuple[Term, Term]) -> Term:
    """What a kernel lies on at every pixel of an image, rows first and then columns."""
    rows = cell.symbol(f"{image.name}_R[{channels},R,M,N]", f"{image.name}, by rows of a kernel")
    both = cell.symbol(f"{image.name}_RQ[{channels},R,Q,M,N]", f"patches of {image.name}")
    rows[t] = cell.contract("rij,pjk->prik", shifts[0], image[when])
    both[t] = cell.contract("qij,prkj->prqki", shifts[1], rows[t])
    return both[t]
