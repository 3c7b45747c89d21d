"""Convolutional LSTM: gates, memory and state are images, and products are convolutions."""

from __future__ import annotations

from sympy import Eq, Expr, Piecewise, tanh

from symrnn.authoring import Cell, register, t
from symrnn.authoring.symbols import Term
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
PATCHES = ("A convolution is a product of its weights with the patches of an image, zeros beyond the "
           "edge: S and T shift rows and columns, and are ones and zeros. Weights multiply what "
           "they lie on, as in every library; the kernel is not turned around.")
PEEPHOLES = ("The paper's W_ci, W_cf and W_co have one weight for every pixel of every channel. Keras "
             "and most libraries have no peepholes: peepholes=False.")


@register("convlstm", "Convolutional LSTM")
def convlstm(kernel: int = 3, peepholes: bool = True) -> Program:
    """An LSTM of images, whose pixels see their neighbours alone.

    Parameters ``W_xi [K, P, R, Q]``, ``W_hi [K, K, R, Q]``, ``b_i [K]``, then ``f``, ``c``,
    ``o``; ``W_ci [K, M, N]``, ``W_cf``, ``W_co``. The input ``X [P, M, N]`` has P channels of M
    rows and N columns, states ``H [K, M, N]`` and ``C [K, M, N]``. ``kernel`` is the width of a
    convolution, odd. Source: Shi et al., NeurIPS 2015. Raises ProgramError for another kernel.
    """
    if kernel < 1 or kernel % 2 == 0:
        raise ProgramError(f"convlstm: kernel is {kernel}; it is odd, so that it has a middle")
    sigmoid = activation("sigmoid")
    with Cell("convlstm", source=SOURCE, notes=[PATCHES, PEEPHOLES], bibtex=BIBTEX) as cell:
        X = cell.input("X[P,M,N]", "input image")
        cell.size("R", kernel, "rows of a kernel")
        cell.size("Q", kernel, "columns of a kernel")
        S = cell.constant("S[R,M,M]", "shifts rows", shifted(kernel))
        T = cell.constant("T[Q,N,N]", "shifts columns", shifted(kernel))
        print(S, T)
    raise ProgramError
