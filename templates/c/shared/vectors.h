/* ---- vectors ---------------------------------------------------------------------------- */

/* The widest vectors of the target, unless a file has chosen others. `unaligned` is the same vector
 * at the address of any number: rows of callers begin where they begin, and an aligned load is no
 * faster where it is aligned. */
#if defined(VECTOR_BYTES)
#elif defined(__AVX512F__)
#define VECTOR_BYTES 64
#elif defined(__AVX__)
#define VECTOR_BYTES 32
#else
#define VECTOR_BYTES 16
#endif

#ifdef SYMRNN_DOUBLE
typedef int64_t whole;
#define MATH(function) function
#define BLAS(routine) cblas_d##routine
#else
typedef int32_t whole;
#define MATH(function) function##f
#define BLAS(routine) cblas_s##routine
#endif

enum { LANES = VECTOR_BYTES / sizeof(real) };
typedef real vec __attribute__((vector_size(VECTOR_BYTES)));
typedef whole mask __attribute__((vector_size(VECTOR_BYTES)));
typedef real unaligned __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(real)), may_alias));

#define REAL(number) ((real)(number))
#define ALWAYS static inline __attribute__((always_inline, unused))
#define MAYBE static __attribute__((unused))
#define SELDOM static __attribute__((noinline, unused)) /* leaves room to inline what is not */
#define ALIGNED __attribute__((aligned(VECTOR_BYTES)))
#define UNROLLED _Pragma("GCC unroll 16") /* LANES are 16 at most; arrays become registers */
#define LIKELY(condition) __builtin_expect(!!(condition), 1)

ALWAYS vec load(const real *from)
{
    return (vec)*(const unaligned *)from;
}

ALWAYS void store(real *to, vec value)
{
    *(unaligned *)to = (unaligned)value;
}

/* A number in every lane. It is x - 0 that is x for every x: -0 + 0 would be 0. */
ALWAYS vec splat(real value)
{
    return value - (vec){0};
}

/* The first `count` entries, zeros behind them: the end of a row that is not padded. What lies
 * behind it may be another row, which a thread writes, or no memory at all: it is not read. */
ALWAYS vec load_part(const real *from, size_t count)
{
    if (LIKELY(count >= LANES))
        return load(from);
    ALIGNED real lanes[LANES];
    const whole some = (whole)count;
    for (whole lane = 0; lane < LANES; ++lane)
        lanes[lane] = lane < some ? from[lane] : 0;
    return load(lanes);
}

/* So many first entries of a vector. LANES is a power of two, so the binary digits of `count` tell
 * which halves, quarters, single ones to write: each memcpy is one move of a size that is known. */
ALWAYS void store_part(real *to, vec value, size_t count)
{
    if (LIKELY(count >= LANES)) {
        store(to, value);
        return;
    }
    ALIGNED real lanes[LANES];
    store(lanes, value);
    size_t done = 0;
    UNROLLED for (size_t part = LANES / 2; part > 0; part /= 2)
        if (count & part) {
            memcpy(to + done, lanes + done, part * sizeof(real));
            done += part;
        }
}

/* A number in every lane, as `splat`; a vector stays what it is. */
#define WIDE(value) ((value) - (vec){0})
#define where(condition, yes, no) chosen(condition, WIDE(yes), WIDE(no))

/* Both values are computed. The one that is not chosen is cut off by its bits, not multiplied by
 * zero: it may be infinite or NaN. */
ALWAYS vec chosen(mask condition, vec yes, vec no)
{
    return (vec)(((mask)no & ~condition) | ((mask)yes & condition));
}

ALWAYS real sum_of_lanes(vec value)
{
    real sum = 0;
    UNROLLED for (int lane = 0; lane < LANES; ++lane)
        sum += value[lane];
    return sum;
}

