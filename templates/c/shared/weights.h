/* ---- weights in panels ------------------------------------------------------------------ */

/* What panels hold: the type that all is computed in, or a narrower one that the compiler is told
 * by SYMRNN_BFLOAT16 or SYMRNN_INT8. A stream of few samples reads all weights at each step and
 * takes as long as that takes: half the bytes are half the time.
 *
 * A panel of narrow weights has, for each unit, a scale in front that its sums are multiplied by,
 * one operand at a time. So many entries of a unit, a GROUP, lie side by side in a word of 32 bits:
 *
 *                  a group                a tile
 * bfloat16         2 entries              makes floats of a word by a shift and by a mask
 * int8             1 entry                makes a float of a byte by two conversions
 * int8, WHOLE      4 entries              adds up products of whole numbers, see there
 */
#if defined(SYMRNN_BFLOAT16)
typedef uint16_t weight; /* the upper half of a float */
enum { GROUP = 2 };
#elif defined(SYMRNN_INT8)
typedef int8_t weight; /* -127 to 127, multiples of the scale */
#if (defined(__AVX512VNNI__) && (VECTOR_BYTES == 64 || defined(__AVX512VL__))) \
    || (defined(__AVXVNNI__) && VECTOR_BYTES == 32)
#define WHOLE
enum { GROUP = 4 };
#else
enum { GROUP = 1 };
#endif
#else
typedef real weight;
enum { GROUP = 1, SCALED = 0 };
#endif

#if defined(SYMRNN_BFLOAT16) || defined(SYMRNN_INT8)
enum { SCALED = 1 };
typedef weight narrow __attribute__((vector_size(LANES * sizeof(weight)), aligned(1), may_alias));
typedef uint32_t words __attribute__((vector_size(VECTOR_BYTES)));
typedef words any_words __attribute__((aligned(sizeof(weight)), may_alias));
#endif

/* Entries of a row that are a sum of whole numbers at a time: see WHOLE. */
enum { PART = 4096 };

/* Entries in front of a panel: scales, and with WHOLE as many bytes again for each part. */
ALWAYS size_t weight_head(size_t entries)
{
#ifdef WHOLE
    return sizeof(real) * (1 + (entries + PART - 1) / PART);
#else
    return entries * 0 + SCALED * sizeof(real) / sizeof(weight);
#endif
}

/* All entries of a panel, for each unit. */
ALWAYS size_t weight_depth(size_t entries)
{
    return weight_head(entries) + round_up(entries, GROUP);
}

/* The same of numbers as all others. */
ALWAYS size_t real_head(size_t entries)
{
    return entries * 0;
}

ALWAYS size_t real_depth(size_t entries)
{
    return entries;
}

/* The panel of an operand that begins with the vector v; its kind is `weight`, or in reductions
 * `real`. */
#define PANEL(OF, by, v) ((const OF *)(by)->panels + (v) * LANES * OF##_depth((by)->entries))
enum { real_GROUP = 1, weight_GROUP = GROUP, real_SCALED = 0, weight_SCALED = SCALED };

/* The entry i of the vector w, from an entry on that begins a group. Loops that are unrolled count
 * by int. */
#define AT(i, width, w) (size_t)(i), (size_t)(width), (size_t)(w)
ALWAYS vec real_at(const real *panel, size_t i, size_t width, size_t w)
{
    return load(panel + (i * width + w) * LANES);
}

#if defined(SYMRNN_BFLOAT16)
ALWAYS vec weight_at(const weight *panel, size_t i, size_t width, size_t w)
{
    const words both = *(const any_words *)(panel + (i / 2 * width + w) * 2 * LANES);
    return (vec)(i % 2 ? both & 0xffff0000 : both << 16);
}

/* The nearest ones, of two as near the even one: 0x7fff is half of the last place, less one, and
 * the last bit that stays makes the difference. */
ALWAYS narrow narrowed(vec value)
{
    const words bits = (words)value;
    return __builtin_convertvector((bits + 0x7fff + (bits >> 16 & 1)) >> 16, narrow);
}
#elif defined(SYMRNN_INT8)
#if defined(__AVX2__) /* compilers take several instructions for what these targets have one for */
#include <immintrin.h>
#endif
#if defined(__AVX512F__) && VECTOR_BYTES == 64
#define WIDER(from) (mask)_mm512_cvtepi8_epi32(_mm_loadu_si128((const void *)(from)))
#elif defined(__AVX2__) && VECTOR_BYTES == 32
#define WIDER(from) (mask)_mm256_cvtepi8_epi32(_mm_loadl_epi64((const void *)(from)))
#else
#define WIDER(from) __builtin_convertvector(*(const narrow *)(from), mask)
#endif

ALWAYS vec weight_at(const weight *panel, size_t i, size_t width, size_t w)
{
    return __builtin_convertvector(WIDER(panel + (i * width + w) * LANES), vec);
}

/* Adding and taking away ROUNDER rounds to the nearest whole number, to even ones. */
ALWAYS narrow narrowed(vec value)
{
    return __builtin_convertvector(__builtin_convertvector(value + ROUNDER - ROUNDER, mask),
                                   narrow);
}
#else
ALWAYS vec weight_at(const weight *panel, size_t i, size_t width, size_t w)
{
    return real_at(panel, i, width, w);
}
#endif

/* Writes what `weight_at` reads. */
ALWAYS void put_weights(weight *panel, size_t i, size_t width, size_t w, vec value)
{
#if defined(SYMRNN_BFLOAT16) || defined(SYMRNN_INT8)
    const narrow found = narrowed(value);
    weight *const to = panel + (i / GROUP * width + w) * LANES * GROUP + i % GROUP;
    for (int lane = 0; lane < LANES; ++lane)
        to[lane * GROUP] = found[lane];
#else
    store(panel + (i * width + w) * LANES, value);
#endif
}

/* What a sum begins with, and what becomes of that of the vector w of a panel: sums with scales are
 * added to the tile behind their operand, others go on from it. */
ALWAYS vec begun(int scaled, int accumulate, const real *tile)
{
    return !scaled && accumulate ? load(tile) : (vec){0};
}

ALWAYS vec ended(int scaled, const void *panel, int w, vec sum, int accumulate, const real *tile)
{
    if (!scaled)
        return sum;
    const vec own = load((const real *)(const void *)panel + w * LANES) * sum;
    return accumulate ? load(tile) + own : own;
}

/* Whether input products are computed ahead of a scan, for several steps at once: then weights of
 * the input are read once for all of those steps. Not where each step alone has rows for four tiles
 * of 6 or three of 8, so that reading a weight is a small part of using it, and all weights, so
 * many entries, stay in the second cache from step to step (a quarter of a megabyte leaves as much
 * for values); then sums that wait in memory would cost more. */
enum { MANY_ROWS = 24, NEAR = 1 << 18 };

ALWAYS size_t ahead_of(size_t batch, size_t entries)
{
#ifdef SYMRNN_BLAS
    (void)batch, (void)entries; /* one call has more rows so */
    return 1;
#else
    return batch < MANY_ROWS || entries * sizeof(weight) > NEAR;
#endif
}

