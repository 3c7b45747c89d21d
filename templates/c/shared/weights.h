/* ---- weights in panels ------------------------------------------------------------------ */

/* What panels hold: the type that all is computed in, or a narrower one that the compiler is told
 * by SYMRNN_BFLOAT16 or SYMRNN_INT8. Streams of few samples read all weights at each step, and take
 * as long as that takes: half the bytes are half the time. A tile widens them where it reads them
 * and adds up as ever. Each vector of units then has scales in front, which its sums are
 * multiplied by, one operand at a time. */
#if defined(SYMRNN_BFLOAT16)
#define SCALED 1
typedef uint16_t weight; /* the upper half of a float */
#elif defined(SYMRNN_INT8)
#define SCALED 1
typedef int8_t weight; /* -127 to 127, multiples of a scale */
#else
#define SCALED 0
typedef real weight;
#define load_weight load
#define store_weight store
#endif
#define load_real load

#if SCALED
enum { SCALES = sizeof(real) / sizeof(weight), AT_ONCE = 1 }; /* entries of one; operands */
typedef weight narrow __attribute__((vector_size(LANES * sizeof(weight)), aligned(1), may_alias));
typedef uint32_t words __attribute__((vector_size(VECTOR_BYTES)));
#else
enum { SCALES = 0, AT_ONCE = 0 };
#endif

/* Compilers take several instructions for what these targets have one for. */
#if SCALED && defined(__AVX512F__) && VECTOR_BYTES == 64
#include <immintrin.h>
#define WIDER_HALVES(from) (words)_mm512_cvtepu16_epi32(_mm256_loadu_si256((const void *)(from)))
#define WIDER_OCTETS(from) (mask)_mm512_cvtepi8_epi32(_mm_loadu_si128((const void *)(from)))
#elif SCALED && defined(__AVX2__) && VECTOR_BYTES == 32
#include <immintrin.h>
#define WIDER_HALVES(from) (words)_mm256_cvtepu16_epi32(_mm_loadu_si128((const void *)(from)))
#define WIDER_OCTETS(from) (mask)_mm256_cvtepi8_epi32(_mm_loadl_epi64((const void *)(from)))
#else
#define WIDER_HALVES(from) __builtin_convertvector(*(const narrow *)(from), words)
#define WIDER_OCTETS(from) __builtin_convertvector(*(const narrow *)(from), mask)
#endif

#if defined(SYMRNN_BFLOAT16)
ALWAYS vec load_weight(const weight *from)
{
    return (vec)(WIDER_HALVES(from) << 16);
}

/* The nearest one, of two as near the even one: 0x7fff is half of the last place, less one, and the
 * last bit that stays makes the difference. */
ALWAYS void store_weight(weight *to, vec value)
{
    const words bits = (words)value;
    *(narrow *)to = __builtin_convertvector((bits + 0x7fff + (bits >> 16 & 1)) >> 16, narrow);
}
#elif defined(SYMRNN_INT8)
ALWAYS vec load_weight(const weight *from)
{
    return __builtin_convertvector(WIDER_OCTETS(from), vec);
}

/* Adding and taking away ROUNDER rounds to the nearest whole number, to even ones. */
ALWAYS void store_weight(weight *to, vec value)
{
    const vec whole_number = value + ROUNDER - ROUNDER;
    *(narrow *)to = __builtin_convertvector(__builtin_convertvector(whole_number, mask), narrow);
}
#endif

#define weight_SCALES SCALES
enum { real_SCALES = 0 };

/* The panel of an operand that begins with the vector v: scales, then entry by entry. */
#define PANEL(OF, by, v) ((const OF *)(by)->panels + (v) * LANES * ((by)->entries + OF##_SCALES))

/* What a sum begins with, and what becomes of that of the vector w of a panel: sums with scales are
 * added to the tile behind their operand, others go on from it. */
ALWAYS vec begun(size_t scales, int accumulate, const real *tile)
{
    return scales == 0 && accumulate ? load(tile) : (vec){0};
}

ALWAYS vec ended(size_t scales, const void *panel, int w, vec sum, int accumulate, const real *tile)
{
    if (scales == 0)
        return sum;
    const vec scaled = load((const real *)panel + w * LANES) * sum;
    return accumulate ? load(tile) + scaled : scaled;
}
