"""Words that no variable and no size may be called in the generated C, nor in C++ around it."""

from __future__ import annotations

from symrnn.program import ACTIVATIONS

KEYWORDS = """
auto break case char const constexpr continue default do double else enum extern float for goto
if inline int long nullptr register restrict return short signed sizeof static struct switch
thread_local typedef typeof typeof_unqual union unsigned void volatile while
bool true false alignas alignof static_assert asm
and and_eq bitand bitor catch char8_t char16_t char32_t class compl concept const_cast consteval
constinit co_await co_return co_yield decltype delete dynamic_cast explicit export friend mutable
namespace new noexcept not not_eq operator or or_eq private protected public reinterpret_cast
requires static_cast template this throw try typeid typename using virtual wchar_t xor xor_eq
""".split()
# What compilers define in their GNU dialects, without being asked.
PREDEFINED = "unix linux i386 sun arm mips vax near far huge".split()
# What <stddef.h> and <math.h> may define as a macro or a type.
HEADERS = """
NULL offsetof size_t ptrdiff_t max_align_t nullptr_t unreachable float_t double_t
HUGE HUGE_VAL HUGE_VALF HUGE_VALL INFINITY NAN SNAN MAXFLOAT OVERFLOW UNDERFLOW DOMAIN SING PLOSS
TLOSS X_TLOSS FP_NAN FP_INFINITE FP_ZERO FP_SUBNORMAL FP_NORMAL FP_FAST_FMA FP_FAST_FMAF
FP_FAST_FMAL FP_ILOGB0 FP_ILOGBNAN MATH_ERRNO MATH_ERREXCEPT math_errhandling
M_E M_LOG2E M_LOG10E M_LN2 M_LN10 M_PI M_PI_2 M_PI_4 M_1_PI M_2_PI M_2_SQRTPI M_SQRT2 M_SQRT1_2
fpclassify isfinite isinf isnan isnormal issubnormal iszero signbit isgreater isgreaterequal isless
islessequal islessgreater isunordered signgam
exp tanh log log1p expm1 sin cos fabs sqrt
""".split()
# What the two templates call their own.
OWN = """T B in out sizes parameters initial final state next bars gradients tape work sum main
REAL EXP TANH LOG SIN COS FABS LOG1P EXPM1 SQRT""".split()
RESERVED = (*KEYWORDS, *PREDEFINED, *HEADERS, *OWN)

SIZES = ("tape_size", "forward_work_size", "infer_work_size", "backward_work_size",
         "step_work_size")
PARTS = ("real", "sizes", "parameters", "inputs", "outputs", "cotangents", "gradients", "initial",
         "state", "forward", "infer", "backward", "step", "given", "copy", *SIZES, *ACTIVATIONS,
         *(f"simd_{kind}_{what}" for kind in ("forward", "infer", "backward", "step")
           for what in ("member", "multiplications")))


def names_of_files(name: str) -> tuple[str, ...]:
    """What header and source of a network define under names that begin with its own."""
    return (name, *(f"{name}_{part}" for part in PARTS), f"{name.upper()}_H",
            f"{name.upper()}_DOUBLE", *(f"{name}_{one}".upper() for one in SIZES))
