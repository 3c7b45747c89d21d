"""Names that a cell may use and that some language, or some part of a kernel, uses too."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hypothesis import strategies as st

from symrnn.authoring.declarations import reserved, reserved_axis

Draw = Callable[..., str]

C = """auto break case char const continue default do double else enum extern float for goto if
    inline int long register restrict return short signed sizeof static struct switch typedef
    union unsigned void volatile while asm typeof bool true false complex I NULL EOF errno assert
    main printf malloc free memcpy memset size_t uint8_t int32_t FILE stdin INFINITY NAN M_PI M_E
    linux unix j0 j1 y0 y1 gamma lgamma tgamma fma fmax hypot isnan signbit div abs labs rand exit
    index real"""
CPP = """alignas alignof and and_eq bitand bitor catch class compl concept consteval constexpr
    const_cast decltype delete explicit export false friend mutable namespace new noexcept not
    not_eq nullptr operator or or_eq private protected public reinterpret_cast requires
    static_assert static_cast template this thread_local throw try typeid typename using virtual
    wchar_t xor xor_eq"""
PYTHON = """False None True and as assert async await class def del elif except finally from
    global import in is lambda nonlocal not or pass raise return with yield match case self np
    numpy print len range list dict zip type eval exec open breakpoint"""
SCRIPT = """var let function debugger arguments undefined NaN Infinity Math Array Float64Array
    window document constructor prototype __proto__ toString hasOwnProperty"""
MATHEMATICS = """alpha beta gamma lambda Lambda pi Pi theta zeta zeta_1 E I O N S Q e i l j k1 oo
    zoo nan infty hat bar tilde prime mathbf frac left right begin end input write18 item
    section"""
KERNEL = """h_bar x_bar dh dx dW h_prev h_next h_0 h_T h_t h_final h_initial initial final tape
    workspace params parameters gradients gradient outputs inputs state cotangents tangent step
    forward backward infer row lane rows width tile pack packed block panel mask lengths run sizes
    batch T_ B_ Tb x_t y_bar bars dot_h xdot loss sample thread barrier acc sum_ v0 v1 a_ A aa a_a
    a__a W_ W__ w"""
LONG = ("a" * 40, "W_" + "x" * 38, "h_1_2_3_4_5_6_7", "Aa0_", "x2y", "b_b_b_b")

HOSTILE = tuple(dict.fromkeys(
    name for row in (C, CPP, PYTHON, SCRIPT, MATHEMATICS, KERNEL) for name in row.split()
    if name[0].isalpha())) + LONG


def fresh(draw: Draw, plain: str, hostile: bool) -> Iterator[str]:
    """Names that are all different: ``plain`` with numbers, or those that ask for trouble."""
    taken, number = set(TAKEN), 0
    while True:
        number += 1
        name = draw(st.sampled_from(HOSTILE)) if hostile else f"{plain}{number}"
        if name in taken or reserved(name) is not None or reserved_axis(name) is not None:
            name = f"{plain}{number}"
        taken.add(name)
        yield name


TAKEN = ("t", "T", "B")
