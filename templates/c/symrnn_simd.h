/* symrnn_simd.h: vectors, activations and tiles of matrix products, for every network.
 *
 * Written once, by hand; it knows no network and no equation. C99 with the vector extensions
 * of GCC and Clang, no library but libm. The compiler's target sets the width of a vector:
 * 64 bytes with AVX-512, 32 with AVX, else 16 (SSE, NEON).
 *
 * Words. A *row* is one sample at one step. A *unit* is one entry of an axis. A *block* is the
 * few units of which one tile holds all *gates* (the equations that share an operand). A *tile*
 * is rows x vectors of sums, a *panel* the weights that a block reads, strictly in order.
 *
 * Wants the type `real` (float or double) before it is included, SYMRNN_DOUBLE for double.
 *
 * With SYMRNN_BLAS a library computes the products, by the C interface of BLAS, and there are no
 * tiles: `cc -O2 -march=native -DSYMRNN_BLAS main.c NAME_simd.c -lopenblas -lm`. All else stays
 * as it is. SYMRNN_BLAS_HEADER names another header than <cblas.h>, such as <mkl_cblas.h>.
 */
#ifndef SYMRNN_SIMD_H
#define SYMRNN_SIMD_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif
#ifdef SYMRNN_BLAS
#ifndef SYMRNN_BLAS_HEADER
#define SYMRNN_BLAS_HEADER <cblas.h>
#endif
#include SYMRNN_BLAS_HEADER
#undef I /* of <complex.h>, which it may include: networks have symbols of these names */
#undef complex
#endif

/* ---- vectors ---------------------------------------------------------------------------- */

#if defined(__AVX512F__)
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
#define ALIGNED __attribute__((aligned(VECTOR_BYTES)))
#define UNROLLED _Pragma("GCC unroll 16")
#define LIKELY(condition) __builtin_expect(!!(condition), 1)

ALWAYS vec load(const real *from)
{
    return (vec)*(const unaligned *)from;
}

ALWAYS void store(real *to, vec value)
{
    *(unaligned *)to = (unaligned)value;
}

ALWAYS vec splat(real value)
{
    return value - (vec){0};
}

/* The first `count` entries, zeros behind them: the end of a row that is not padded. */
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

/* So many first entries of a vector: halves, quarters, single ones. */
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

/* A number in every lane; a vector stays what it is (x - 0 is x for every x). */
#define WIDE(value) ((value) - (vec){0})
#define where(condition, yes, no) chosen(condition, WIDE(yes), WIDE(no))

ALWAYS vec chosen(mask condition, vec yes, vec no)
{
    return (vec)(((mask)no & ~condition) | ((mask)yes & condition));
}

ALWAYS real lanes_total(vec value)
{
    real sum = 0;
    UNROLLED for (int lane = 0; lane < LANES; ++lane)
        sum += value[lane];
    return sum;
}

/* ---- functions -------------------------------------------------------------------------- */

ALWAYS vec vec_fabs(vec x)
{
    return (vec)((mask)x & ~(mask)(-(vec){0}));
}

/* exp: x = n log 2 + r with |r| <= log(2) / 2, and exp(r) - 1 = r + r^2 series(r), the polynomial
 * of least error relative to r. Adding ROUNDER leaves n in the lowest bits. */
#ifdef SYMRNN_DOUBLE
#define ROUNDER 0x1.8p52
#define EXPONENT_BITS 52
#define EXPONENT_BIAS 1023
#define LOG2_HIGH 6.93147180369123816490e-01
#define LOG2_LOW 1.90821492927058770002e-10
#define EXP_LOWEST -746
#define EXP_HIGHEST 710
#define TANH_HIGHEST 40
#define SERIES                                                                                   \
    {0.5000000000000005571956, 0.1666666666666668452879, 0.04166666666657346090219,              \
     0.008333333333315553715911, 0.00138888889324182144778, 0.0001984126990091797648409,         \
     0.00002480150440799547495214, 0.000002755722985805222081102, 2.762633924149784870425e-7,    \
     2.511386680572572490668e-8}
enum { TERMS = 10 };
#else
#define ROUNDER 0x1.8p23f
#define EXPONENT_BITS 23
#define EXPONENT_BIAS 127
#define LOG2_HIGH 0.693359375f
#define LOG2_LOW -2.12194440e-4f
#define EXP_LOWEST -104
#define EXP_HIGHEST 89
#define TANH_HIGHEST 20
#define SERIES                                                                                   \
    {0.500000006193f, 0.166665429906f, 0.0416662820519f, 0.00836658409548f, 0.00139464480474f}
enum { TERMS = 5 };
#endif

/* exp(r) - 1 where x = n log 2 + r, and n + bias in the lowest bits of `shifted`. */
ALWAYS vec reduced_expm1(vec x, int bias, vec *shifted)
{
    static const real terms[] = SERIES;
    *shifted = x * REAL(1.44269504088896340736) + (ROUNDER + bias);
    const vec n = *shifted - (ROUNDER + bias);
    const vec r = x - n * LOG2_HIGH - n * LOG2_LOW, square = r * r;
    vec series = TERMS % 2 ? splat(terms[TERMS - 1]) : terms[TERMS - 2] + terms[TERMS - 1] * r;
    UNROLLED for (int k = (TERMS - 3) / 2 * 2; k >= 0; k -= 2) /* pairs do not wait in a chain */
        series = (terms[k] + terms[k + 1] * r) + square * series;
    return r + square * series;
}

/* 2^(n + bias - EXPONENT_BIAS): shifting drops all bits of ROUNDER. */
ALWAYS vec power_of(vec shifted)
{
    return (vec)((mask)shifted << EXPONENT_BITS);
}

ALWAYS vec between(real lowest, vec x, real highest)
{
    return where(x < lowest, splat(lowest), where(x > highest, splat(highest), x));
}

/* Within 2 units in the last place; 0 and infinity beyond the range; NaN stays NaN. */
ALWAYS vec vec_exp(vec x)
{
    vec shifted;
    const vec series = 1 + reduced_expm1(between(EXP_LOWEST, x, EXP_HIGHEST), 0, &shifted);
    const mask n = (mask)shifted - (mask)splat(ROUNDER);
    const mask half = n >> 1; /* twice half the power: neither overflows */
    return series * (vec)((half + EXPONENT_BIAS) << EXPONENT_BITS)
           * (vec)((n - half + EXPONENT_BIAS) << EXPONENT_BITS);
}

/* 1 / (1 + exp(-x)), with both sides of the division scaled by a power of two so that nothing
 * overflows before the result does. Within 3 units in the last place. */
ALWAYS vec vec_sigmoid(vec x)
{
    enum { SCALE = 64 };
    const vec one = splat(REAL(0x1p-64));
    vec shifted;
    const vec series = reduced_expm1(-between(EXP_LOWEST, x, 40), EXPONENT_BIAS - SCALE, &shifted);
    const vec power = power_of(shifted);
    return one / (one + (power + power * series));
}

/* tanh |x| = e / (2 + e) with e = exp(2 |x|) - 1, which loses nothing near zero. Within 3 units
 * in the last place; the sign of zero stays. */
ALWAYS vec vec_tanh(vec x)
{
    vec shifted;
    const mask sign = (mask)x & (mask)(-(vec){0});
    const vec twice = 2 * vec_fabs(x);
    const vec most = where(twice > TANH_HIGHEST, splat(TANH_HIGHEST), twice);
    const vec series = reduced_expm1(most, EXPONENT_BIAS, &shifted);
    const vec power = power_of(shifted);
    const vec e = power * series + (power - 1);
    return (vec)((mask)(e / (2 + e)) | sign);
}

/* Functions that libm computes, entry by entry. */
#define BY_LANES(function)                                                                       \
    MAYBE vec vec_##function(vec x)                                                              \
    {                                                                                            \
        for (int lane = 0; lane < LANES; ++lane)                                                 \
            x[lane] = MATH(function)(x[lane]);                                                   \
        return x;                                                                                \
    }
BY_LANES(log)
BY_LANES(log1p)
BY_LANES(expm1)
BY_LANES(sin)
BY_LANES(cos)
BY_LANES(sqrt)

/* ---- sums over a row -------------------------------------------------------------------- */

MAYBE real dot(const real *a, const real *b, size_t entries)
{
    vec first = {0}, second = {0};
    size_t j = 0;
    for (; j + 2 * LANES <= entries; j += 2 * LANES) {
        first += load(a + j) * load(b + j);
        second += load(a + j + LANES) * load(b + j + LANES);
    }
    for (; j < entries; j += LANES)
        first += load_part(a + j, entries - j) * load_part(b + j, entries - j);
    return lanes_total(first + second);
}

MAYBE real total(const real *a, size_t entries)
{
    vec first = {0}, second = {0};
    size_t j = 0;
    for (; j + 2 * LANES <= entries; j += 2 * LANES) {
        first += load(a + j);
        second += load(a + j + LANES);
    }
    for (; j < entries; j += LANES)
        first += load_part(a + j, entries - j);
    return lanes_total(first + second);
}

/* ---- sizes of memory -------------------------------------------------------------------- */

ALWAYS size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

ALWAYS size_t up_to(size_t entries, size_t multiple)
{
    return (entries + multiple - 1) / multiple * multiple;
}

/* The next part of a count in parts of at most `most`, as even as can be. */
ALWAYS size_t even_part(size_t count, size_t most)
{
    if (count <= most)
        return count; /* without a division, which takes longer than a small tile */
    const size_t parts = (count + most - 1) / most;
    return (count + parts - 1) / parts;
}

/* Entries from one row to the next: whole vectors, and no power of two, for which the rows
 * would fight for the same lines of the cache. */
ALWAYS size_t padded(size_t entries)
{
    const size_t lanes = up_to(entries, LANES);
    return lanes * sizeof(real) % 512 ? lanes : lanes + LANES;
}

/* Entries from one array to the next: no multiple of half a page, for which the rows of many
 * arrays, read side by side, would fight for the same lines. */
ALWAYS size_t spaced(size_t entries)
{
    enum { SPACE = 320 / sizeof(real) };
    return entries * sizeof(real) % 2048 ? entries : entries + SPACE;
}

/* Vectors of units in a block with so many gates, and blocks in an axis. A tile is as wide as
 * registers allow; a row of a matrix for BLAS has a kilobyte, so that its calls are few. */
#ifdef SYMRNN_BLAS
enum { WIDEST = 1024 / VECTOR_BYTES };
#elif VECTOR_BYTES == 64
enum { WIDEST = 4 };
#else
enum { WIDEST = 2 };
#endif

#define MOST_VECTORS(gates) ((gates) >= WIDEST ? 1 : WIDEST / (gates))

ALWAYS size_t blocks(size_t units, size_t vectors)
{
    return (units + vectors * LANES - 1) / (vectors * LANES);
}

/* Vectors of units in one block: the last may have fewer. */
ALWAYS size_t vectors_of(size_t units, size_t vectors, size_t block)
{
    if (vectors == 1)
        return 1;
    return least(vectors, (units - block * vectors * LANES + LANES - 1) / LANES);
}

/* Some blocks of an axis with so many units, from `low` to `high`, in this order or `back`. */
typedef struct group {
    size_t units, vectors, low, high;
    int back;
} group;

/* Rows that a pass takes at a time, so that they stay in the cache while every panel passes. */
enum { ROWS_AT_ONCE = 96 };

/* Blocks whose products are computed before the equations that follow from them, where the rows
 * are so few that one block's equations would wait for each other. */
ALWAYS size_t blocks_together(size_t rows)
{
    enum { OF_ONE_ROW = 64 }; /* told without a division */
    return rows == 1 ? OF_ONE_ROW : ROWS_AT_ONCE / rows;
}

/* Whether input products are computed ahead of a scan, for several steps. Not where a step has
 * rows enough to use each weight many times, and all of them, so many entries, stay in cache. */
enum { MANY_ROWS = 24, NEAR = 1 << 18 };

ALWAYS size_t ahead_of(size_t batch, size_t entries)
{
#ifdef SYMRNN_BLAS
    (void)batch, (void)entries; /* one call has more rows so */
    return 1;
#else
    return batch < MANY_ROWS || entries * sizeof(real) > NEAR;
#endif
}

/* Steps whose input products are computed ahead: those whose rows fit into half a megabyte, which
 * the second cache may hold until they are read, but no more rows than a pass takes at a time. */
ALWAYS size_t steps_ahead(size_t steps, size_t batch, size_t row)
{
    enum { FEWEST = 24 }; /* rows: fewer would read the weights too often */
    const size_t fitting = (1 << 19) / (row * sizeof(real));
    const size_t rows = fitting < FEWEST ? FEWEST : least(fitting, ROWS_AT_ONCE);
    return even_part(steps, batch < rows ? rows / batch : 1);
}

/* Steps after which what follows from a scan is computed, totals among it: as many as fit into
 * half a megabyte. All of them where those rows are fewer than a panel of right factors can hold:
 * then the weights, which are read once a chunk, count for more. */
enum { DEEP = VECTOR_BYTES == 64 ? 128 : 192 };

ALWAYS size_t steps_together(size_t steps, size_t batch, size_t row)
{
    const size_t rows = (1 << 19) / (row * sizeof(real));
    return rows < DEEP ? steps : least(steps, (rows + batch - 1) / batch);
}

/* Which way a streaming step takes the blocks: the other way than the step before, so that what
 * that one read last is still in the cache. Whatever stands there at first will do. */
ALWAYS size_t way(const real *turn)
{
    return *turn == 1;
}

/* ---- products --------------------------------------------------------------------------- */

/* One factor of a product: `rows` rows of so many entries, `stride` apart, and the panels of all
 * weights that meet it: a few vectors side by side, entry by entry. */
typedef struct operand {
    const real *rows;
    size_t stride, entries;
    const real *panels;
} operand;

/* Where the sums of blocks lie, that of `block` first: so many rows for each block, of which those
 * from `first` on are wanted. */
typedef struct sums {
    real *tiles;
    size_t block, rows, first;
} sums;

/* Tiles one below the other: of the operands' rows from `first` on, their sums from `tile` on,
 * whose rows lie `row` apart. `apart`, for turned operands alone, leads from tile to tile. Tiles of
 * one row are those of several blocks: their sums lie `row` apart, their panels `apart` vectors. */
typedef struct pile {
    size_t tiles, first;
    ptrdiff_t apart, row;
    real *tile;
    int onto;
} pile;

#ifdef SYMRNN_BLAS

enum { MOST_OF_ROW = 0 }; /* a call takes one block */

/* tile[rows][vectors] (+)= the sum over the operands of operand times panels, from the vector
 * `before` on: so many vectors at a time are a matrix [entries][width * LANES]. */
MAYBE void product(size_t rows, size_t before, size_t vectors, const operand *operands,
                   size_t count, pile *of)
{
    const size_t row = vectors * LANES;
    real *const tile = of->tile;
    const int onto = of->onto;
    for (size_t v = 0, width; v < vectors; v += width) {
        width = even_part(vectors - v, WIDEST);
        const size_t columns = width * LANES;
        for (size_t o = 0; o < count; ++o) {
            const operand by = operands[o];
            const real *const panel = by.panels + (before + v) * LANES * by.entries;
            if (rows == 1)
                BLAS(gemv)(CblasRowMajor, CblasTrans, by.entries, columns, 1, panel, columns,
                           by.rows, 1, onto || o, tile + v * LANES, 1);
            else
                BLAS(gemm)(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, columns, by.entries,
                           1, by.rows, by.stride, panel, columns, onto || o, tile + v * LANES,
                           row);
        }
    }
}

#else /* tiles */

/* The first tile that reads a panel waits for it where it is far away. From so many bytes on (then
 * all panels together are too large for the near caches) it fetches AHEAD; from fewer where other
 * rows follow, whose tiles then find the panel near. */
enum { FAR = 1 << 16, FAR_FOR_ROWS = 1 << 14, AHEAD = 4096, LINE = 64 };

/* Holds a vector in its register: GCC would read it from memory again for every row. */
#if VECTOR_BYTES < 64 && defined(__x86_64__)
#define HOLD(vector) __asm__("" : "+x"(vector))
#elif defined(__aarch64__)
#define HOLD(vector) __asm__("" : "+w"(vector))
#else
#define HOLD(vector) (void)(vector)
#endif

/* tile[R][N vectors] (+)= the sum over the operands of a[R][entries] times panel[entries][N
 * vectors], the vectors from v on: a is an operand from BEGIN on, the first row of this tile;
 * its rows lie ACROSS and its entries ALONG apart. S sums side by side where a tile alone would
 * wait for its own additions, STEPS entries at a time. */
#define STEPS(S) ((S) == 1 && VECTOR_BYTES < 64 ? 2 : (S))
#define TILE_AS(NAME, R, N, S, FETCHING, BEGIN, ACROSS, ALONG)                                   \
    MAYBE void NAME(const operand *operands, size_t count, size_t v, const pile *of)             \
    {                                                                                            \
        const size_t tiles = of->tiles;                                                          \
        const ptrdiff_t row = of->row;                                                           \
        real *restrict tile = of->tile;                                                          \
        for (size_t done = 0; done < tiles; ++done, tile += R * row) {                           \
            vec sum[S][R][N];                                                                    \
            UNROLLED for (int s = 0; s < S; ++s)                                                 \
                UNROLLED for (int r = 0; r < R; ++r)                                             \
                    UNROLLED for (int w = 0; w < N; ++w)                                         \
                        sum[s][r][w] = of->onto && s == 0 ? load(tile + r * row + w * LANES)     \
                                                          : (vec){0};                            \
            for (const operand *by = operands; by < operands + count; ++by) {                    \
                const real *restrict panel = by->panels + v * LANES * by->entries;               \
                const size_t stride = by->stride;                                                \
                const real *const begin = by->rows + (BEGIN);                                    \
                const real *a[R];                                                                \
                a[0] = begin;                                                                    \
                UNROLLED for (int r = 1; r < R; ++r)                                             \
                    a[r] = a[r - 1] + (ACROSS);                                                  \
                size_t left = by->entries, k = 0;                                                \
                for (; left >= STEPS(S); left -= STEPS(S), panel += STEPS(S) * N * LANES)        \
                    UNROLLED for (int i = 0; i < STEPS(S); ++i, ++k) {                           \
                        vec b[N];                                                                \
                        UNROLLED for (int w = 0; w < N; ++w) {                                   \
                            b[w] = load(panel + (i * N + w) * LANES);                            \
                            if (R > 1)                                                           \
                                HOLD(b[w]);                                                      \
                            if (FETCHING && (i * N + w) * VECTOR_BYTES % LINE == 0)              \
                                __builtin_prefetch((const char *)(panel + (i * N + w) * LANES)   \
                                                   + AHEAD);                                     \
                        }                                                                        \
                        UNROLLED for (int r = 0; r < R; ++r) /* an entry, times all vectors */   \
                            UNROLLED for (int w = 0; w < N; ++w)                                 \
                                sum[i % S][r][w] += a[r][k * (ALONG)] * b[w];                    \
                    }                                                                            \
                for (; left > 0; --left, ++k, panel += N * LANES)                                \
                    UNROLLED for (int r = 0; r < R; ++r)                                         \
                        UNROLLED for (int w = 0; w < N; ++w)                                     \
                            sum[0][r][w] += a[r][k * (ALONG)] * load(panel + w * LANES);         \
            }                                                                                    \
            UNROLLED for (int r = 0; r < R; ++r)                                                 \
                UNROLLED for (int w = 0; w < N; ++w) {                                           \
                    UNROLLED for (int s = 1; s < S; ++s)                                         \
                        sum[0][r][w] += sum[s][r][w];                                            \
                    store(tile + r * row + w * LANES, sum[0][r][w]);                             \
                }                                                                                \
        }                                                                                        \
    }

#define TILE(R, N, S)                                                                            \
    TILE_AS(tile_##R##_##N, R, N, S, 0, (of->first + done * R) * stride, stride, 1)              \
    TILE_AS(first_##R##_##N, R, N, S, 1, (of->first + done * R) * stride, stride, 1)             \
    TILE_AS(turned_##R##_##N, R, N, 1, 0, done * of->apart, 1, stride)
#define ROWS_OF_SIX(kind, N)                                                                     \
    {kind##_1_##N, kind##_2_##N, kind##_3_##N, kind##_4_##N, kind##_5_##N, kind##_6_##N}
#define ROWS_OF_EIGHT(kind, N)                                                                   \
    {kind##_1_##N, kind##_2_##N, kind##_3_##N, kind##_4_##N, kind##_5_##N, kind##_6_##N,         \
     kind##_7_##N, kind##_8_##N}

/* Entry i of several in every lane: what a load from memory would do, which has enough to do for
 * one row. In two steps, its 16 bytes to all others, then within them, as the permutations of
 * most targets want it. */
#if defined(__GNUC__) && !defined(__clang__) && VECTOR_BYTES < 64
enum { PIECE = 16 / sizeof(real) };

ALWAYS vec entry_of(vec several, const real *from, int i)
{
    mask piece, lane_of;
    (void)from;
    UNROLLED for (int lane = 0; lane < LANES; ++lane) {
        piece[lane] = i / PIECE * PIECE + lane % PIECE;
        lane_of[lane] = lane / PIECE * PIECE + i % PIECE;
    }
    return __builtin_shuffle(__builtin_shuffle(several, piece), lane_of);
}
#else
ALWAYS vec entry_of(vec several, const real *from, int i)
{
    (void)several;
    return splat(from[i]);
}
#endif

/* A tile of one row, N and then M vectors at a time: each entry of the row is brought into a
 * register once for all. */
#define ROW_AS(NAME, N, M, S, FETCHING)                                                          \
    MAYBE void NAME(const operand *operands, size_t count, size_t v, const pile *of)             \
    {                                                                                            \
        const size_t tiles = of->tiles;                                                          \
        const ptrdiff_t row = of->row, apart = of->apart;                                        \
        real *restrict tile = of->tile;                                                          \
        for (size_t done = 0; done < tiles; ++done, tile += row, v += apart) {                   \
            vec sum[S][N + M];                                                                   \
            UNROLLED for (int s = 0; s < S; ++s)                                                 \
                UNROLLED for (int w = 0; w < N + M; ++w)                                         \
                    sum[s][w] = of->onto && s == 0 ? load(tile + w * LANES) : (vec){0};          \
            for (const operand *by = operands; by < operands + count; ++by) {                    \
                const real *restrict a = by->rows;                                               \
                const real *restrict panel = by->panels + v * LANES * by->entries;               \
                const real *restrict second = panel + N * LANES * by->entries;                   \
                size_t left = by->entries % LANES;                                               \
                for (const real *const end = a + (by->entries - left); a < end; a += LANES) {    \
                    const vec several = load(a);                                                 \
                    UNROLLED for (int i = 0; i < LANES; ++i) {                                   \
                        const vec entry = entry_of(several, a, i);                               \
                        UNROLLED for (int w = 0; w < N + M; ++w) {                               \
                            sum[i % S][w] += entry * load(w < N ? panel + w * LANES              \
                                                                : second + (w - N) * LANES);     \
                            if (FETCHING && (i * N + w) * VECTOR_BYTES % LINE == 0)              \
                                __builtin_prefetch((const char *)(panel + w * LANES) + AHEAD);   \
                        }                                                                        \
                        panel += N * LANES, second += M * LANES;                                 \
                    }                                                                            \
                }                                                                                \
                for (; left >= S; left -= S, a += S)                                             \
                    UNROLLED for (int s = 0; s < S; ++s, panel += N * LANES, second += M * LANES)\
                        UNROLLED for (int w = 0; w < N + M; ++w)                                 \
                            sum[s][w] += a[s] * load(w < N ? panel + w * LANES                   \
                                                           : second + (w - N) * LANES);          \
                for (; left > 0; --left, ++a, panel += N * LANES, second += M * LANES)           \
                    UNROLLED for (int w = 0; w < N + M; ++w)                                     \
                        sum[0][w] += *a * load(w < N ? panel + w * LANES                         \
                                                     : second + (w - N) * LANES);                \
            }                                                                                    \
            UNROLLED for (int w = 0; w < N + M; ++w) {                                           \
                UNROLLED for (int s = 1; s < S; ++s)                                             \
                    sum[0][w] += sum[s][w];                                                      \
                store(tile + w * LANES, sum[0][w]);                                              \
            }                                                                                    \
        }                                                                                        \
    }

#define ROW(N, S)                                                                                \
    ROW_AS(tile_1_##N, N, 0, S, 0)                                                               \
    ROW_AS(first_1_##N, N, 0, S, 1)                                                              \
    TILE_AS(turned_1_##N, 1, N, 1, 0, done * of->apart, 1, stride)

typedef void (*tile_function)(const operand *, size_t, size_t, const pile *);

/* The tiles for every number of rows and vectors. They may be compiled once for many networks:
 * SYMRNN_TILES_APART leaves them to another file, SYMRNN_TILES_SHARED makes this file that one, or
 * two, of which one has SYMRNN_TURNED_APART, the other, for totals alone, SYMRNN_TURNED_ALONE. */
#if defined(SYMRNN_TILES_APART) || defined(SYMRNN_TILES_SHARED)
#define TILES __attribute__((visibility("hidden")))
#else
#define TILES static
#endif

#if VECTOR_BYTES == 64
enum { MOST_ROWS = 8 };
static const size_t rows_of[WIDEST] = {8, 8, 8, 6};
enum { MOST_OF_ROW = WIDEST };
#else
enum { MOST_ROWS = 6 };
static const size_t rows_of[WIDEST] = {6, 6};
enum { MOST_OF_ROW = 2 * WIDEST }; /* vectors: one row has registers for more sums */
#endif

#if defined(SYMRNN_TILES_APART) || defined(SYMRNN_TILES_SHARED)
extern TILES const tile_function tiles[WIDEST][MOST_ROWS], first_tiles[WIDEST][MOST_ROWS],
                                 turned_tiles[WIDEST][MOST_ROWS], row_tiles[MOST_OF_ROW],
                                 first_row_tiles[MOST_OF_ROW];
#endif
#if defined(SYMRNN_TILES_APART) /* that is all */
#elif VECTOR_BYTES == 64
ROW(1, 8) TILE(2, 1, 4) TILE(3, 1, 3) TILE(4, 1, 2)
TILE(5, 1, 2) TILE(6, 1, 2) TILE(7, 1, 2) TILE(8, 1, 1)
ROW(2, 4) TILE(2, 2, 2) TILE(3, 2, 2) TILE(4, 2, 1)
TILE(5, 2, 1) TILE(6, 2, 1) TILE(7, 2, 1) TILE(8, 2, 1)
ROW(3, 4) TILE(2, 3, 2) TILE(3, 3, 1) TILE(4, 3, 1)
TILE(5, 3, 1) TILE(6, 3, 1) TILE(7, 3, 1) TILE(8, 3, 1)
ROW(4, 2) TILE(2, 4, 2) TILE(3, 4, 1) TILE(4, 4, 1) TILE(5, 4, 1) TILE(6, 4, 1)
#define ALL_OF(kind)                                                                             \
    {ROWS_OF_EIGHT(kind, 1), ROWS_OF_EIGHT(kind, 2), ROWS_OF_EIGHT(kind, 3), ROWS_OF_SIX(kind, 4)}
#define ALL_OF_ROW(kind) {kind##_1_1, kind##_1_2, kind##_1_3, kind##_1_4}
#else
ROW(1, 8) TILE(2, 1, 4) TILE(3, 1, 3) TILE(4, 1, 2) TILE(5, 1, 2) TILE(6, 1, 2)
ROW(2, 4) TILE(2, 2, 2) TILE(3, 2, 2) TILE(4, 2, 1) TILE(5, 2, 1) TILE(6, 2, 1)
ROW_AS(pair_2_1, 2, 1, 4, 0) ROW_AS(pair_2_2, 2, 2, 2, 0)
#define ALL_OF(kind) {ROWS_OF_SIX(kind, 1), ROWS_OF_SIX(kind, 2)}
#define ALL_OF_ROW(kind) {kind##_1_1, kind##_1_2, pair_2_1, pair_2_2}
#endif
#if !defined(SYMRNN_TILES_APART) && !defined(SYMRNN_TURNED_ALONE)
TILES const tile_function tiles[WIDEST][MOST_ROWS] = ALL_OF(tile);
TILES const tile_function first_tiles[WIDEST][MOST_ROWS] = ALL_OF(first);
TILES const tile_function row_tiles[MOST_OF_ROW] = ALL_OF_ROW(tile);
TILES const tile_function first_row_tiles[MOST_OF_ROW] = ALL_OF_ROW(first);
#endif
#if !defined(SYMRNN_TILES_APART) && !defined(SYMRNN_TURNED_APART)
TILES const tile_function turned_tiles[WIDEST][MOST_ROWS] = ALL_OF(turned);
#endif

ALWAYS size_t entries_of_all(const operand *operands, size_t count)
{
    size_t entries = 0;
    for (size_t o = 0; o < count; ++o)
        entries += operands[o].entries;
    return entries;
}

/* One row of one block or of several: as many vectors at a time as there may be. */
ALWAYS void row_product(size_t before, size_t vectors, const operand *operands, size_t count,
                        pile *of)
{
    const size_t entries = entries_of_all(operands, count);
    for (size_t v = 0, width; v < vectors; v += width, of->tile += width * LANES) {
        width = VECTOR_BYTES == 64 ? even_part(vectors - v, WIDEST)
                                   : least(vectors - v, MOST_OF_ROW); /* pairs of panels */
        const int is_far = entries * width * VECTOR_BYTES >= FAR;
        (is_far ? first_row_tiles : row_tiles)[width - 1](operands, count, before + v, of);
    }
}

/* So many tiles of one height, if any; moves on to where the next begin. */
ALWAYS void add_tiles(tile_function times, const operand *operands, size_t count, size_t v,
                      size_t several, size_t height, pile *of)
{
    if (several == 0)
        return;
    of->tiles = several;
    times(operands, count, v, of);
    of->first += several * height, of->tile += several * height * of->row;
}

/* Many rows: tiles of two heights, one more and one less, the first of them far from its panel. */
MAYBE void rows_product(size_t rows, size_t before, size_t vectors, const operand *operands,
                        size_t count, real *tile, int onto)
{
    const size_t entries = entries_of_all(operands, count);
    for (size_t v = 0, width; v < vectors; v += width) {
        width = even_part(vectors - v, WIDEST);
        const size_t all = (rows + rows_of[width - 1] - 1) / rows_of[width - 1];
        const size_t height = rows / all, higher = rows % all, top = height + (higher > 0);
        const size_t far = entries * width * VECTOR_BYTES >= FAR_FOR_ROWS;
        pile of = {0, 0, 0, vectors * LANES, tile + v * LANES, onto};
        add_tiles(first_tiles[width - 1][top - 1], operands, count, before + v, far, top, &of);
        if (higher > far)
            add_tiles(tiles[width - 1][height], operands, count, before + v, higher - far, top,
                      &of);
        add_tiles(tiles[width - 1][height - 1], operands, count, before + v,
                  all - (higher > far ? higher : far), height, &of);
    }
}

/* tile[rows][vectors] (+)= the sum over the operands of operand times panels, from the vector
 * `before` on. */
ALWAYS void product(size_t rows, size_t before, size_t vectors, const operand *operands,
                    size_t count, pile *of)
{
    if (rows == 1)
        row_product(before, vectors, operands, count, of);
    else
        rows_product(rows, before, vectors, operands, count, of->tile, of->onto);
}

#endif

/* Blocks from `one` on, which is whole, that one call takes: of one row all that are alike, if it
 * takes all vectors of a block at a time. */
ALWAYS size_t blocks_alike(size_t rows, size_t gates, const group *of, size_t one)
{
    if (rows > 1 || gates * of->vectors > MOST_OF_ROW)
        return 1;
    const size_t whole_ones = (of->units + LANES - 1) / LANES / of->vectors;
    return (of->back || of->vectors == 1 ? of->high : least(of->high, whole_ones)) - one;
}

/* The products of all blocks of a group: their sums are [rows][gates][vectors]. */
ALWAYS void products(size_t rows, size_t gates, const group *of, const operand *operands,
                     size_t count, const sums *into, int onto)
{
    const ptrdiff_t apart = of->vectors * gates, turn = of->back ? -1 : 1;
    const ptrdiff_t distance = apart * LANES * (ptrdiff_t)into->rows; /* of their sums */
    if (count == 0)
        return; /* all of it was computed ahead */
    for (size_t one = of->low, alike; one < of->high; one += alike) {
        const size_t block = of->back ? of->low + of->high - 1 - one : one;
        const size_t own = vectors_of(of->units, of->vectors, block);
        real *const tile = into->tiles + (ptrdiff_t)(block - into->block) * distance
                           + into->first * own * gates * LANES;
        alike = own < of->vectors ? 1 : blocks_alike(rows, gates, of, one);
        product(rows, block * apart, own * gates, operands, count,
                &(pile){alike, 0, turn * apart, turn * distance, tile, onto});
    }
}

/* ---- packing ---------------------------------------------------------------------------- */

/* One factor of a panel: a matrix [units, entries], or its transpose; `scale` times it. */
typedef struct weights {
    const real *matrix;
    size_t across; /* from one unit to the next: 1, or a row of the matrix */
    size_t along;  /* from one entry of the operand to the next: the other one */
    real scale;
} weights;

/* One vector of units of a panel, where the entries of a row of the matrix are units. */
ALWAYS void pack_along(const real *from, size_t step, size_t units, size_t entries, real scale,
                       real *to, size_t row)
{
    for (size_t k = 0; k < entries; ++k)
        store(to + k * row, scale * load_part(from + k * step, units));
}

/* The same where every unit is a row of the matrix: squares of lanes are turned over. */
ALWAYS void pack_across(const real *from, size_t step, size_t units, size_t entries, real scale,
                        real *to, size_t row)
{
    ALIGNED real square[LANES][LANES];
    for (size_t k = 0; k < entries; k += LANES) {
        const size_t some = least(LANES, entries - k);
        for (size_t lane = 0; lane < LANES; ++lane)
            store(square[lane], lane < units ? scale * load_part(from + lane * step + k, some)
                                             : (vec){0});
        for (size_t i = 0; i < some; ++i) {
            vec turned = {0};
            UNROLLED for (int lane = 0; lane < LANES; ++lane)
                turned[lane] = square[lane][i];
            store(to + (k + i) * row, turned);
        }
    }
}

/* The panel of one block, for all gates with one operand: vector by vector of the tile. */
MAYBE real *pack_block(size_t units, size_t vectors, size_t block, const weights *matrices,
                       size_t gates, size_t entries, real *panel)
{
    const size_t own = vectors_of(units, vectors, block), all = own * gates;
    for (size_t v = 0, width; v < all; v += width) {
        width = even_part(all - v, WIDEST);
        for (size_t w = 0; w < width; ++w) {
            const weights from = matrices[(v + w) / own];
            const size_t first = (block * vectors + (v + w) % own) * LANES;
            const real *const start = from.matrix + first * from.across;
            if (from.across == 1)
                pack_along(start, from.along, units - first, entries, from.scale,
                           panel + w * LANES, width * LANES);
            else
                pack_across(start, from.across, units - first, entries, from.scale,
                            panel + w * LANES, width * LANES);
        }
        panel += entries * width * LANES;
    }
    return panel;
}

/* The panels of all blocks. Returns where those of the next operand may begin. */
MAYBE real *pack(size_t units, size_t vectors, const weights *matrices, size_t gates,
                 size_t entries, real *panel)
{
    for (size_t block = 0; block < blocks(units, vectors); ++block)
        panel = pack_block(units, vectors, block, matrices, gates, entries, panel);
    return panel;
}

/* Where a member's share of `count` things begins; it ends where the next one's begins. */
ALWAYS size_t share_from(size_t count, size_t member, size_t members)
{
    return members == 1 ? count * member : count * member / members;
}

/* ---- totals over all rows --------------------------------------------------------------- */

/* Rows of one value over all steps: `edge` for those at `start` to `start + edges`, `inner` for
 * all others. Without a delay there is no edge. `inner` begins at the row `origin`. */
typedef struct series {
    const real *inner, *edge;
    size_t stride, edge_stride, start, edges, origin;
} series;

ALWAYS int is_edge(const series *from, size_t row)
{
    return row - from->start < from->edges; /* an earlier row wraps around to a huge number */
}

ALWAYS const real *row_of(const series *from, size_t row)
{
    if (is_edge(from, row))
        return from->edge + (row - from->start) * from->edge_stride;
    return from->inner
           + (row < from->start ? row : row - from->edges - from->origin) * from->stride;
}

ALWAYS size_t stride_of(const series *from, size_t row)
{
    return is_edge(from, row) ? from->edge_stride : from->stride;
}

/* One total: out[units, columns] = sum over rows of left times right^T. */
typedef struct total_of {
    series left;
    size_t units;
    real scale;
    real *out;
    int onto;
} total_of;

/* Rows from `row` on that lie one behind the other, at most so many. */
ALWAYS size_t together(const series *one, size_t row, size_t most)
{
    if (row < one->start)
        return least(most, one->start - row);
    const size_t end = one->start + one->edges;
    return row < end ? least(most, end - row) : most;
}

#ifdef SYMRNN_BLAS

/* Units of one call, for any number of members: a call of another size might round otherwise. */
enum { TALL = 64 };

ALWAYS size_t scratch_for(size_t columns)
{
    (void)columns;
    return 0;
}

/* The part of one total that belongs to these units: a product for each run of rows. */
MAYBE void add_total(size_t first, size_t rows, const series *right, size_t columns,
                     const total_of *one, size_t unit, size_t units)
{
    for (size_t from = first, deep; from < first + rows; from += deep) {
        deep = together(right, from, together(&one->left, from, first + rows - from));
        BLAS(gemm)(CblasRowMajor, CblasTrans, CblasNoTrans, units, columns, deep, one->scale,
                   row_of(&one->left, from) + unit, stride_of(&one->left, from),
                   row_of(right, from), stride_of(right, from), from > first || one->onto,
                   one->out + unit * columns, columns);
    }
}

/* All totals with one right factor [rows, columns], over `rows` rows from `first` on, for the
 * units that are this member's. */
MAYBE void totals(size_t first, size_t rows, const series *right, size_t columns,
                  const total_of *all, size_t count, size_t member, size_t members, real *scratch)
{
    (void)scratch;
    for (size_t one = 0; one < count; ++one)
        for (size_t unit = member * TALL; unit < all[one].units; unit += members * TALL)
            add_total(first, rows, right, columns, all + one, unit,
                      least(TALL, all[one].units - unit));
}

#else /* tiles */

/* Left factors are packed too where MANY columns read them again and again: as many units at a
 * time as TALL tiles have, which stay in the second cache (of half a megabyte). */
enum { TALL = 80, TALL_DEEP = 96, MANY = 1024 / sizeof(real) };

/* Rows at a time, at most. Left factors that are not packed are read by one panel after the other:
 * all of them stay in the second cache. */
ALWAYS size_t deepest(size_t columns, const total_of *all, size_t count)
{
    enum { LEFT_BYTES = 320 << 10, FEWEST = 24 }; /* fewer: a total is read and written too often */
    size_t row = 1;
    for (size_t one = 0; one < count; ++one)
        row += all[one].left.stride;
    const size_t near = LEFT_BYTES / (row * sizeof(real));
    return columns >= MANY ? TALL_DEEP : near < FEWEST ? FEWEST : least(near, DEEP);
}

/* Entries that a member wants for totals with so many columns. */
ALWAYS size_t scratch_for(size_t columns)
{
    const size_t left = columns < MANY ? 0 : TALL_DEEP * TALL * MOST_ROWS + LANES;
    return (DEEP + MOST_ROWS) * WIDEST * LANES + left;
}

MAYBE void pack_right(const series *right, size_t column, size_t columns, size_t width,
                      size_t from, size_t deep, real *to)
{
    for (size_t k = 0; k < deep; ++k, to += width * LANES) {
        const real *row = row_of(right, from + k) + column;
        for (size_t v = 0; v < width; ++v)
            store(to + v * LANES, load_part(row + v * LANES, columns - v * LANES));
    }
}

/* Some tiles of a total, of two heights, one more and one less: all of them share its units,
 * whoever computes them. */
typedef struct share_of_tiles {
    size_t units, height, higher, first, last;
} share_of_tiles;

ALWAYS share_of_tiles tiles_of(size_t units, size_t most, size_t member, size_t members)
{
    const size_t all = (units + most - 1) / most;
    return (share_of_tiles){units, units / all, units % all, share_from(all, member, members),
                            share_from(all, member + 1, members)};
}

ALWAYS size_t edge_of_tile(const share_of_tiles *some, size_t tile)
{
    return some->height * tile + least(tile, some->higher);
}

/* Those from the first on that have its height. */
ALWAYS size_t tiles_alike(const share_of_tiles *some)
{
    return (some->first < some->higher ? least(some->higher, some->last) : some->last)
           - some->first;
}

/* Rows of left factors; packed, they lie tile by tile, entry by entry. */
MAYBE void pack_left(const share_of_tiles *some, const operand *left, real *to)
{
    for (size_t tile = some->first; tile < some->last; ++tile) {
        const size_t unit = edge_of_tile(some, tile), height = edge_of_tile(some, tile + 1) - unit;
        const real *from = left->rows + unit;
        for (size_t k = 0; k < left->entries; ++k, from += left->stride, to += height)
            for (size_t r = 0; r < height; r += LANES) /* the next entry overwrites the rest */
                store(to + r, load_part(from + r, some->units - unit - r));
    }
}

/* The last columns of one tile of a total, where vectors are wider, or scaled sums. */
MAYBE void add_edge(size_t height, real scale, const real *edge, size_t width, real *out,
                    size_t columns, size_t column, int onto)
{
    for (size_t r = 0; r < height; ++r)
        for (size_t v = 0; v < width; ++v) {
            real *const to = out + r * columns + v * LANES;
            const size_t count = columns - column - v * LANES;
            const vec sum = scale * load(edge + (r * width + v) * LANES);
            store_part(to, onto ? sum + load_part(to, count) : sum, count);
        }
}

/* One panel's part in one total: `out` is its first row, from the panel's column on. */
MAYBE void add_total(share_of_tiles some, operand left, const real *packed, real scale,
                     const real *panel, size_t width, real *out, size_t columns, size_t column,
                     real *edge, int onto)
{
    const int full = column + width * LANES <= columns && scale == 1;
    for (size_t alike; some.first < some.last; some.first += alike) {
        alike = full ? tiles_alike(&some) : 1;
        const size_t unit = edge_of_tile(&some, some.first);
        const size_t height = edge_of_tile(&some, some.first + 1) - unit;
        const tile_function times = turned_tiles[width - 1][height - 1];
        real *const here = out + unit * columns + column;
        operand part = {left.rows + unit, left.stride, left.entries, panel};
        size_t apart = height;
        if (packed) {
            part = (operand){packed, height, left.entries, panel};
            apart = height * left.entries;
            packed += alike * apart;
        }
        if (full) {
            times(&part, 1, 0, &(pile){alike, 0, apart, columns, here, onto});
            continue;
        }
        times(&part, 1, 0, &(pile){1, 0, 0, width * LANES, edge, 0});
        add_edge(height, scale, edge, width, here, columns, column, onto);
    }
}

/* One total over `deep` rows from `from` on, its left factors packed. */
MAYBE void tall_total(const total_of *one, const series *right, size_t columns, size_t from,
                      size_t deep, size_t member, size_t members, real *scratch, int onto)
{
    real *const panel = scratch, *const edge = panel + DEEP * WIDEST * LANES;
    real *const packed = edge + MOST_ROWS * WIDEST * LANES;
    const size_t vectors = up_to(columns, LANES) / LANES;
    const operand left = {row_of(&one->left, from), stride_of(&one->left, from), deep, NULL};
    share_of_tiles some = tiles_of(one->units, rows_of[WIDEST - 1], member, members);
    for (const size_t end = some.last; some.first < end; some.first = some.last) {
        some.last = least(end, some.first + TALL);
        pack_left(&some, &left, packed);
        for (size_t v = 0, width; v < vectors; v += width) {
            width = even_part(vectors - v, WIDEST);
            pack_right(right, v * LANES, columns - v * LANES, width, from, deep, panel);
            add_total(some, left, packed, one->scale, panel, width, one->out, columns, v * LANES,
                      edge, onto);
        }
    }
}

/* All totals with one right factor [rows, columns], over `rows` rows from `first` on, for the
 * units that are this member's. */
MAYBE void totals(size_t first, size_t rows, const series *right, size_t columns,
                  const total_of *all, size_t count, size_t member, size_t members, real *scratch)
{
    real *const panel = scratch, *const edge = panel + DEEP * WIDEST * LANES;
    const size_t vectors = up_to(columns, LANES) / LANES, most = deepest(columns, all, count);
    for (size_t from = first, deep; from < first + rows; from += deep) {
        deep = even_part(first + rows - from, most);
        for (size_t one = 0; one < count; ++one)
            deep = together(&all[one].left, from, deep);
        for (const total_of *one = all; columns >= MANY && one < all + count; ++one)
            tall_total(one, right, columns, from, deep, member, members, scratch,
                       from > first || one->onto);
        for (size_t v = 0, width; columns < MANY && v < vectors; v += width) {
            width = even_part(vectors - v, WIDEST);
            pack_right(right, v * LANES, columns - v * LANES, width, from, deep, panel);
            for (const total_of *one = all; one < all + count; ++one) {
                const operand left = {row_of(&one->left, from), stride_of(&one->left, from), deep,
                                      NULL};
                const share_of_tiles own = tiles_of(one->units, rows_of[width - 1], member,
                                                    members);
                add_total(own, left, NULL, one->scale, panel, width, one->out, columns,
                          v * LANES, edge, from > first || one->onto);
            }
        }
    }
}

#endif

/* Entries of rows that lie apart, put side by side. */
MAYBE void copy_rows(size_t rows, size_t entries, const real *from, size_t stride, real *to)
{
    for (size_t r = 0; r < rows; ++r)
        memcpy(to + r * entries, from + r * stride, entries * sizeof(real));
}

/* ---- a team of threads ------------------------------------------------------------------ */

/* Members share the blocks of every pass, never a sum: the same bits for any number of them. They
 * wait for each other after every pass, so each wants a share of multiplications in it; more where
 * the team meets for one step alone. */
#ifndef SHARE_OF_LOOP
#define SHARE_OF_LOOP (1 << 16)
#define SHARE_OF_STEP (1 << 18)
#endif

ALWAYS size_t team_of(size_t threads, size_t multiplications, size_t share)
{
    const size_t shares = multiplications / share;
    return least(threads, shares < 1 ? 1 : shares);
}

/* Calls a function of one member, by all of the team at once. */
#ifdef _OPENMP
#define TEAM(function, ...)                                                                      \
    if (team > 1) {                                                                              \
        _Pragma("omp parallel num_threads((int)team)")                                           \
        function(__VA_ARGS__, (size_t)omp_get_thread_num(), (size_t)omp_get_num_threads());      \
    } else {                                                                                     \
        function(__VA_ARGS__, 0, 1);                                                             \
    }
#define BARRIER if (members > 1) { _Pragma("omp barrier") }
#else
#define TEAM(function, ...) (void)team, function(__VA_ARGS__, 0, 1);
#define BARRIER
#endif

#endif
