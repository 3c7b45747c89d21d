"""Words that no variable and no size may be called in the generated C, nor in C++ around it."""

from __future__ import annotations

from symrnn.program import ELEMENTARY

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
HUGE HUGE_VAL HUGE_VALF HUGE_VALL INFINITY NAN SNAN SNANF SNANL MAXFLOAT OVERFLOW UNDERFLOW DOMAIN
SING PLOSS TLOSS X_TLOSS FP_NAN FP_INFINITE FP_ZERO FP_SUBNORMAL FP_NORMAL FP_FAST_FMA FP_FAST_FMAF
FP_FAST_FMAL FP_ILOGB0 FP_ILOGBNAN FP_LLOGB0 FP_LLOGBNAN FP_INT_DOWNWARD FP_INT_TONEAREST
FP_INT_TONEARESTFROMZERO FP_INT_TOWARDZERO FP_INT_UPWARD FP_SNAN FP_QNAN FP_NINF FP_PINF FP_NDENORM
FP_PDENORM FP_NZERO FP_PZERO FP_NNORM FP_PNORM FP_SUPERNORMAL
MATH_ERRNO MATH_ERREXCEPT math_errhandling
fpclassify isfinite isinf isnan isnormal issubnormal iszero signbit isgreater isgreaterequal isless
islessequal islessgreater isunordered signgam
""".split()
FUNCTIONS = ("fabs", "sqrt", "copysign", *ELEMENTARY)  # of libm
CONSTANTS = """
M_E M_LOG2E M_LOG10E M_LN2 M_LN10 M_PI M_PI_2 M_PI_4 M_1_PI M_2_PI M_2_SQRTPI M_SQRT2 M_SQRT1_2
""".split()
# What other headers of the C library define, which systems include from these, and from <cblas.h>.
ELSEWHERE = """
EDOM ERANGE EXIT_FAILURE EXIT_SUCCESS RAND_MAX MB_CUR_MAX BIG_ENDIAN LITTLE_ENDIAN PDP_ENDIAN
BYTE_ORDER FD_SETSIZE NFDBITS WNOHANG WUNTRACED WCONTINUED WEXITED WNOWAIT WSTOPPED UNALIGNED WIN32
WIN64 WINNT BUFSIZ EOF FILENAME_MAX FOPEN_MAX TMP_MAX SEEK_CUR SEEK_END SEEK_SET L_tmpnam L_ctermid
P_tmpdir stdin stdout stderr SCHED_FIFO SCHED_OTHER SCHED_RR sched_priority CMPLX CMPLXF CMPLXL
FLOATRET BLASFUNC CBLAS_H CBLAS_INDEX xdouble
RSIZE_MAX SIZE_MAX PTRDIFF_MAX PTRDIFF_MIN SIG_ATOMIC_MAX SIG_ATOMIC_MIN WCHAR_MAX WCHAR_MIN
WINT_MAX WINT_MIN SIZE_WIDTH PTRDIFF_WIDTH SIG_ATOMIC_WIDTH WCHAR_WIDTH WINT_WIDTH
""".split()
WHOLE_NUMBERS = [f"{kind}{width}" for kind in ("INT", "UINT") for width in
                 ("MAX", "PTR", *(f"{most}{bits}" for most in ("", "_FAST", "_LEAST")
                                  for bits in (8, 16, 32, 64)))]
SYSTEM = (*HEADERS, *FUNCTIONS, *(f"{one}f" for one in FUNCTIONS), *ELSEWHERE,
          *(f"{one}{kind}" for one in CONSTANTS for kind in ("", "f", "l")),
          *(f"{one}_{what}" for one in WHOLE_NUMBERS for what in ("MAX", "MIN", "WIDTH", "C")))
# Macros of the header that all fast kernels share: no member of a struct may have these names.
MACROS = """
ALIGNED ALL_OF ALL_OF_ROW ALWAYS BARRIER BLAS BY_LANES EXPONENT_BIAS EXPONENT_BITS EXP_HIGHEST
EXP_LOWEST HOLD LIKELY LOG2_HIGH LOG2_LOW MATH MAYBE MOST_VECTORS REAL ROUNDER ROW ROWS_OF_EIGHT
ROWS_OF_SIX ROW_AS SERIES SHARE_OF_LOOP SHARE_OF_STEP STEPS SYMRNN_BLAS_HEADER SYMRNN_SIMD_H
TANH_HIGHEST SIGMOID_HIGHEST SCALED_ONE IN_PARALLEL TEAM TILE TILES TILE_AS UNROLLED VECTOR_BYTES
WIDE where
SYMRNN_DOUBLE SYMRNN_BLAS
SYMRNN_TILES_APART SYMRNN_TILES_SHARED
ALL_PANELS NUMBERS SERPENTINE ROOM WIDEST_LANES WHOLLY VECTORS SPLITS OWN PARTS OF_TWO TANH_ENDS
TANH_TERMS UNKNOWN
SHUFFLED PAIR PAIRS_2 PAIRS_4 PAIRS_8 OTHERS_2 OTHERS_4 OTHERS_8 OTHERS_16 NUMBERS_OF_VECTOR
LOWER_PAIRS UPPER_PAIRS EVEN ODD
ADD_PRODUCTS AT PANEL WHOLE WIDER SYMRNN_BFLOAT16 SYMRNN_INT8
SHARE_OF_MEETING MEET AWAIT TELL SELDOM LET_OTHERS_RUN MAY_LET_OTHERS_RUN
""".split()
# What the templates call their own.
OWN = (*"T B in out sizes turn parameters initial final state next bars gradients".split(),
       *"tape work sum inner main".split(),
       *"int8_t uint16_t uint32_t memcpy from_bfloat16 from_float16 from_int8".split(),
       *(one.upper() for one in FUNCTIONS), *(f"vec_{one}" for one in ELEMENTARY))
RESERVED = (*KEYWORDS, *PREDEFINED, *SYSTEM, *MACROS, *OWN)
# What the fast kernels and the header that they share call their own besides.
SIMD = """
real vec mask whole unaligned chosen splat load store load_part store_part dot row_sum reductions
reduce_rows reduction series operand weights product pack pack_block pack_along pack_across padded
spaced SPACE blocks min_size round_up tiles rows_of thread threads block vectors count own left
rows steps first done ahead begin end one v before packed scratch early copy_rows share_from
steps_ahead steps_together vectors_of balanced_chunk row_of stride_of contiguous_rows is_edge
add_reduction tall_reduction pack_left pack_right sum_of_lanes LANES WIDEST DEEP TALL MANY
from to square ROWS_AT_ONCE MOST_ROWS work_scratch scratch_size scratch_for work_parity FAR
parity_of FAR_FOR_ROWS AHEAD LINE TERMS PIECE entry_of row_tiles first_row_tiles MOST_OF_ROW
pair_2_1 pair_2_2 tile_function first_tiles transposed_tiles share_of_tiles tiles_of edge_of_tile
equal_tiles add_tiles add_edge tile_batch entries_of_all row_product rows_product ahead_of MANY_ROWS
NEAR reduced_expm1 power_of between vec_exp vec_fabs vec_sigmoid vec_tanh share team team_of
multiplications blocks_per_batch SCALE block_range batch start taken low sums products
equal_blocks OF_ONE_ROW TALL_DEEP LEFT_BYTES deepest FEWEST vec_log vec_log1p vec_expm1 vec_sin
vec_cos vec_sqrt is_negative scaled_inverse near_one with_sign_of expm1_of_twice vec_sigmoid_tail
vec_sigmoid_from_tail vec_complement_from_tail vec_tanh_tail vec_tanh_from_tail
vec_slope_from_tail given_or clear is_wanted many
weight narrow words any_words GROUP SCALED PART weight_head weight_depth real_head real_depth
real_GROUP weight_GROUP real_SCALED weight_SCALED real_at weight_at narrowed put_weights begun ended
steps_of end_panel whole_row whole_tiles make_whole octets any_mask BYTES BIAS HIGHEST
block_share share_of is_mine mine lane lanes lanes_of may_share READING row_from lower upper
columns_of column part_from PARTS next_divisor
side sides meeting meetings arrived met apart at part team_part part_of team_parts time_of_step
threads_before team_of_sides spared arrive has_met wait_for_part max_size SECOND_CACHE NEAR_WEIGHT
FAR_WEIGHT TIMES fitting behind are_done wait_for_steps tell_steps steps_stacked
PARTS_OF_ALL FEWEST_STEPS least
threads_of steps_in_turn steps_beside joined limit span turn since until fewest last
""".split()

# What the step of one sample calls its own besides.
STREAM = """
stream packed order panel columns given made in_turn clear_sums begin_sum sum_at add_columns
add_parts take put keep within odd_ratio no_more quick_tanh quick_sigmoid pack_entries pack_columns
factor gate entry even all part MOST_SUMS FIRST_CACHE TERMS_BELOW
""".split()

# What blocks of samples call their own besides.
SAMPLES = """
samples lying place lying_at steps_in steps_for steps_out of count stride first state batch lane
sample sums shared kept each piece own tapes taped length many over whole_pieces blocks_of
samples_of team_for vectors_at vectors_in clear_vectors take_rows put_rows take_steps take_batch
put_steps put_batch put_states given_states add_lanes add_blocks sum_0 sum_1 sum_2 sum_3 inner_0
inner_1 inner_2 inner_3 OPERATIONS HALVINGS transpose square turn next are_together together
may_be_dealt deal collect deal_in collect_in turns all at flat squares row rows
""".split()

SIZES = ("tape_size", "forward_work_size", "infer_work_size", "backward_work_size",
         "step_work_size")
FAST = ("weights", "stream", "pack", "reset", "step", "run", "packing")
PARTS = ("real", "sizes", "parameters", "inputs", "outputs", "cotangents", "gradients", "initial",
         "state", "forward", "infer", "backward", "step", "given", "copy", *SIZES,
         *(f"fast_{what}" for what in FAST), "simd_tape_size",
         "simd_pack_forward", "simd_pack_backward",
         "simd_forward_packed_size", "simd_backward_packed_size",
         *(f"simd_{kind}{what}" for kind in ("forward", "infer", "backward", "step")
           for what in ("", "_work_size", "_thread", "_multiplications", "_spared")))


def names_of_files(name: str) -> tuple[str, ...]:
    """What headers and sources of a network define, whoever its symbols are."""
    macros = (f"{name}_{what}".upper() for what in (
        "H", "SIMD_H", "DOUBLE", *SIZES, "FAST_H", "FAST_ROOM", "FAST_ALIGNED",
        "FAST_PORTABLE"))
    return (name, *(f"{name}_{part}" for part in PARTS), *macros)
