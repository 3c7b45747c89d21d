/* ---- products --------------------------------------------------------------------------- */

/* One factor of a product: `rows` rows of so many entries, `stride` apart, and the panels of all
 * weights that meet it: a few vectors side by side, entry by entry. */
typedef struct operand {
    const real *rows;
    size_t stride, entries;
    const void *panels; /* of weights; in reductions of numbers as all others */
} operand;

/* Where the sums of blocks lie, that of `block` first: so many rows for each block, of which those
 * from `first` on are wanted. */
typedef struct sums {
    real *tiles;
    size_t block, rows, first;
} sums;

/* So many tiles of one shape, which one call computes: a call costs as much as a small tile. `tile`
 * is where the sums of the first one lie, and `accumulate` tells whether they are added to those.
 *
 *                     tiles lie          rows of sums    from tile to tile
 * product             below each other   `row` apart     the next rows of operands, from `first` on
 * reduction           below each other   `row` apart     left factors `apart` numbers further
 * product of one row  in blocks          `row` a tile    panels `apart` vectors further, or back
 */
typedef struct tile_batch {
    size_t tiles, first;
    ptrdiff_t apart, row;
    real *tile;
    int accumulate;
} tile_batch;

#ifdef SYMRNN_BLAS

enum { MOST_OF_ROW = 0 }; /* a call takes one block */

/* tile[rows][vectors] (+)= the sum over the operands of operand times panels, from the vector
 * `before` on: so many vectors at a time are a matrix [entries][width * LANES]. */
MAYBE void product(size_t rows, size_t before, size_t vectors, const operand *operands,
                   size_t count, tile_batch *batch)
{
    const size_t row = vectors * LANES;
    real *const tile = batch->tile;
    const int accumulate = batch->accumulate;
    for (size_t v = 0, width; v < vectors; v += width) {
        width = balanced_chunk(vectors - v, WIDEST);
        const size_t columns = width * LANES;
        for (size_t o = 0; o < count; ++o) {
            const operand by = operands[o];
            const real *const panel = (const real *)by.panels + (before + v) * LANES * by.entries;
            if (rows == 1)
                BLAS(gemv)(CblasRowMajor, CblasTrans, by.entries, columns, 1, panel, columns,
                           by.rows, 1, accumulate || o, tile + v * LANES, 1);
            else
                BLAS(gemm)(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, columns, by.entries,
                           1, by.rows, by.stride, panel, columns, accumulate || o, tile + v * LANES,
                           row);
        }
    }
}

#else /* tiles */

/* The first tile that reads a panel waits for it where it is far away: then it prefetches, a line
 * at a time, AHEAD of what it reads. That is a page, where the prefetchers of many processors
 * stop; and 4096 bytes on their way during the 80 ns that memory takes are 51 GB/s, more than a
 * core draws.
 *
 * A panel is taken for far from FAR bytes on: with 128 bytes an entry (one row, four vectors of
 * AVX) that is 512 entries, and a square matrix of 512 x 512 floats has a megabyte a gate. From
 * FAR_FOR_ROWS where other rows follow, whose tiles then find the panel in the first cache: with
 * 64 bytes an entry 256 entries, a quarter of a megabyte a gate. Smaller ones come by themselves,
 * and to prefetch them would only take a place among the loads. */
enum { FAR = 1 << 16, FAR_FOR_ROWS = 1 << 14, AHEAD = 4096, LINE = 64 };

/* Holds a vector in its register: GCC, which may fold a load into an instruction, would read it
 * from memory again for every row. With AVX-512 it is the number of the operand that is folded. */
#if VECTOR_BYTES < 64 && defined(__x86_64__)
#define HOLD(vector) __asm__("" : "+x"(vector))
#elif defined(__aarch64__)
#define HOLD(vector) __asm__("" : "+w"(vector))
#else
#define HOLD(vector) (void)(vector)
#endif

/* tile[R][N vectors] (+)= the sum over the operands of a[R][entries] times panel[entries][N
 * vectors], the vectors from v on: a is an operand from BEGIN on, the first row of this tile; its
 * rows lie ACROSS and its entries ALONG apart.
 *
 * An addition takes four cycles or five, and two start a cycle: with fewer than eight sums a tile
 * would wait for its own additions. So R N S is 8 or more: S sums side by side for each one, of
 * every S-th entry, added up at the end. From four rows on it depends on N alone, so that threads
 * may cut rows there: see may_share. Transposed tiles, of reductions, have S = 1: there are mostly
 * units enough for the highest ones. Entries are taken STEPS at a time: narrow vectors are
 * used up so soon that counting a loop for each of them shows.
 *
 * `sum` is an array in registers: every loop over it is unrolled, every index a constant. */
#define STEPS(S, OF) ((S) == 1 && VECTOR_BYTES < 64 ? 2 : (S) * OF##_GROUP)
#define TILE_AS(NAME, R, N, S, FETCHING, OF, BEGIN, ACROSS, ALONG)                               \
    MAYBE void NAME(const operand *operands, size_t count, size_t v, const tile_batch *batch)    \
    {                                                                                            \
        const size_t tiles = batch->tiles;                                                       \
        const ptrdiff_t row = batch->row;                                                        \
        real *restrict tile = batch->tile;                                                       \
        for (size_t done = 0; done < tiles; ++done, tile += R * row) {                           \
            vec sum[S][R][N];                                                                    \
            UNROLLED for (int s = 0; s < S; ++s)                                                 \
                UNROLLED for (int r = 0; r < R; ++r)                                             \
                    UNROLLED for (int w = 0; w < N; ++w)                                         \
                        sum[s][r][w] = begun(OF##_SCALED, batch->accumulate && s == 0,           \
                                             tile + r * row + w * LANES);                        \
            for (const operand *by = operands; by < operands + count; ++by) {                    \
                const OF *restrict panel = PANEL(OF, by, v) + N * LANES * OF##_head(by->entries);\
                const size_t stride = by->stride;                                                \
                const real *const begin = by->rows + (BEGIN);                                    \
                const real *a[R];                                                                \
                a[0] = begin;                                                                    \
                UNROLLED for (int r = 1; r < R; ++r)                                             \
                    a[r] = a[r - 1] + (ACROSS);                                                  \
                size_t left = by->entries, k = 0;                                                \
                for (; left >= STEPS(S, OF); left -= STEPS(S, OF)) {                             \
                    UNROLLED for (int i = 0; i < STEPS(S, OF); ++i, ++k) {                       \
                        vec b[N];                                                                \
                        UNROLLED for (int w = 0; w < N; ++w) {                                   \
                            b[w] = OF##_at(panel, AT(i, N, w));                                  \
                            if (R > 1)                                                           \
                                HOLD(b[w]);                                                      \
                            if (FETCHING && (i * N + w) * LANES * (int)sizeof(OF) % LINE == 0)   \
                                __builtin_prefetch((const char *)(panel + (i * N + w) * LANES)   \
                                                   + AHEAD);                                     \
                        }                                                                        \
                        UNROLLED for (int r = 0; r < R; ++r) /* an entry, times all vectors */   \
                            UNROLLED for (int w = 0; w < N; ++w)                                 \
                                sum[i % S][r][w] += a[r][k * (ALONG)] * b[w];                    \
                    }                                                                            \
                    panel += STEPS(S, OF) * N * LANES;                                           \
                }                                                                                \
                for (size_t i = 0; i < left; ++i, ++k)                                           \
                    UNROLLED for (int r = 0; r < R; ++r)                                         \
                        UNROLLED for (int w = 0; w < N; ++w)                                     \
                            sum[0][r][w] += a[r][k * (ALONG)] * OF##_at(panel, AT(i, N, w));     \
            }                                                                                    \
            UNROLLED for (int r = 0; r < R; ++r)                                                 \
                UNROLLED for (int w = 0; w < N; ++w) {                                           \
                    UNROLLED for (int s = 1; s < S; ++s)                                         \
                        sum[0][r][w] += sum[s][r][w];                                            \
                    real *const to = tile + r * row + w * LANES;                                 \
                    store(to, ended(OF##_SCALED, PANEL(OF, operands, v), w, sum[0][r][w],        \
                                    batch->accumulate, to));                                     \
                }                                                                                \
        }                                                                                        \
    }

#ifdef WHOLE /* those of reductions alone */
#define TILE(R, N, S)                                                                            \
    TILE_AS(transposed_##R##_##N, R, N, 1, 0, real, (ptrdiff_t)done * batch->apart, 1, stride)
#else
#define TILE(R, N, S)                                                                            \
    TILE_AS(tile_##R##_##N, R, N, S, 0, weight, (batch->first + done * R) * stride, stride, 1)   \
    TILE_AS(first_##R##_##N, R, N, S, 1, weight, (batch->first + done * R) * stride, stride, 1)  \
    TILE_AS(transposed_##R##_##N, R, N, 1, 0, real, (ptrdiff_t)done * batch->apart, 1, stride)
#endif
#define ROWS_OF_SIX(kind, N)                                                                     \
    {kind##_1_##N, kind##_2_##N, kind##_3_##N, kind##_4_##N, kind##_5_##N, kind##_6_##N}
#define ROWS_OF_EIGHT(kind, N)                                                                   \
    {kind##_1_##N, kind##_2_##N, kind##_3_##N, kind##_4_##N, kind##_5_##N, kind##_6_##N,         \
     kind##_7_##N, kind##_8_##N}

/* Entry i of several in every lane. A tile of one row loads a vector of weights for each
 * multiply-add: two loads a cycle are all there are, and none is left to bring every entry into
 * all lanes. So LANES entries are loaded at once and permuted: first the entry's 16 bytes to all
 * others, then within them, as most targets have instructions for these two. */
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

/* A tile of one row, which has registers for N + M vectors, two panels of N and M: each entry of
 * the row is brought into a register once for both. (N + M) S sums, 8 or more, as above. */
#define ROW_AS(NAME, N, M, S, FETCHING)                                                          \
    MAYBE void NAME(const operand *operands, size_t count, size_t v, const tile_batch *batch)    \
    {                                                                                            \
        const size_t tiles = batch->tiles;                                                       \
        const ptrdiff_t row = batch->row, apart = batch->apart;                                  \
        real *restrict tile = batch->tile;                                                       \
        for (size_t done = 0; done < tiles; ++done, tile += row, v += (size_t)apart) {           \
            vec sum[S][N + M];                                                                   \
            UNROLLED for (int s = 0; s < S; ++s)                                                 \
                UNROLLED for (int w = 0; w < N + M; ++w)                                         \
                    sum[s][w] = begun(SCALED, batch->accumulate && s == 0, tile + w * LANES);    \
            for (const operand *by = operands; by < operands + count; ++by) {                    \
                const real *restrict a = by->rows;                                               \
                const size_t head = weight_head(by->entries);                                    \
                const weight *restrict panel = PANEL(weight, by, v) + N * LANES * head;          \
                const weight *restrict second = PANEL(weight, by, v + N) + M * LANES * head;     \
                size_t left = by->entries % LANES;                                               \
                for (const real *const end = a + (by->entries - left); a < end; a += LANES) {    \
                    const vec several = load(a);                                                 \
                    UNROLLED for (int i = 0; i < LANES; ++i) {                                   \
                        const vec entry = entry_of(several, a, i);                               \
                        UNROLLED for (int w = 0; w < N + M; ++w) {                               \
                            sum[i % S][w] += entry * (w < N ? weight_at(panel, AT(i, N, w))      \
                                                            : weight_at(second, AT(i, M, w - N)));\
                            if (FETCHING && (i * N + w) * LANES * (int)sizeof(weight) % LINE == 0)\
                                __builtin_prefetch((const char *)(panel + (i * N + w) * LANES)   \
                                                   + AHEAD);                                     \
                        }                                                                        \
                    }                                                                            \
                    panel += N * LANES * LANES, second += M * LANES * LANES;                     \
                }                                                                                \
                for (; left >= S; left -= S, a += S) {                                           \
                    UNROLLED for (int s = 0; s < S; ++s)                                         \
                        UNROLLED for (int w = 0; w < N + M; ++w)                                 \
                            sum[s][w] += a[s] * (w < N ? weight_at(panel, AT(s, N, w))           \
                                                       : weight_at(second, AT(s, M, w - N)));    \
                    panel += S * N * LANES, second += S * M * LANES;                             \
                }                                                                                \
                for (size_t i = 0; i < left; ++i)                                                \
                    UNROLLED for (int w = 0; w < N + M; ++w)                                     \
                        sum[0][w] += a[i] * (w < N ? weight_at(panel, AT(i, N, w))               \
                                                   : weight_at(second, AT(i, M, w - N)));        \
            }                                                                                    \
            UNROLLED for (int w = 0; w < N + M; ++w) {                                           \
                UNROLLED for (int s = 1; s < S; ++s)                                             \
                    sum[0][w] += sum[s][w];                                                      \
                const void *const own = PANEL(weight, operands, w < N ? v : v + N);              \
                store(tile + w * LANES, ended(SCALED, own, w < N ? w : w - N, sum[0][w],         \
                                              batch->accumulate, tile + w * LANES));             \
            }                                                                                    \
        }                                                                                        \
    }

#ifdef WHOLE
#define ROW(N, S)                                                                                \
    TILE_AS(transposed_1_##N, 1, N, 1, 0, real, (ptrdiff_t)done * batch->apart, 1, stride)
#else
#define ROW(N, S)                                                                                \
    ROW_AS(tile_1_##N, N, 0, S, 0)                                                               \
    ROW_AS(first_1_##N, N, 0, S, 1)                                                              \
    TILE_AS(transposed_1_##N, 1, N, 1, 0, real, (ptrdiff_t)done * batch->apart, 1, stride)
#endif

typedef void (*tile_function)(const operand *, size_t, size_t, const tile_batch *);

/* Tiles of every height and width, in tables. They are most of what there is to compile, and the
 * same for all networks, so they may be compiled once: SYMRNN_TILES_APART leaves them to another
 * file, SYMRNN_TILES_SHARED makes this file that one, or two: one has SYMRNN_TRANSPOSED_APART, the
 * other, for reductions alone, SYMRNN_TRANSPOSED_ALONE. */
#if defined(SYMRNN_TILES_APART) || defined(SYMRNN_TILES_SHARED)
#define TILES __attribute__((visibility("hidden")))
#else
#define TILES static
#endif

/* The rows of the highest tile of each width: see WIDEST. Lower tiles are there for what is
 * left. */
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
                                 transposed_tiles[WIDEST][MOST_ROWS], row_tiles[MOST_OF_ROW],
                                 first_row_tiles[MOST_OF_ROW];
#endif
#if defined(SYMRNN_TILES_APART) /* that is all */
#elif VECTOR_BYTES == 64
ROW(1, 8) TILE(2, 1, 4) TILE(3, 1, 3) TILE(4, 1, 2)
TILE(5, 1, 2) TILE(6, 1, 2) TILE(7, 1, 2) TILE(8, 1, 2)
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
#ifndef WHOLE
ROW_AS(pair_2_1, 2, 1, 4, 0) ROW_AS(pair_2_2, 2, 2, 2, 0)
#endif
#define ALL_OF(kind) {ROWS_OF_SIX(kind, 1), ROWS_OF_SIX(kind, 2)}
#define ALL_OF_ROW(kind) {kind##_1_1, kind##_1_2, pair_2_1, pair_2_2}
#endif
#if !defined(SYMRNN_TILES_APART) && !defined(SYMRNN_TRANSPOSED_ALONE) && !defined(WHOLE)
TILES const tile_function tiles[WIDEST][MOST_ROWS] = ALL_OF(tile);
TILES const tile_function first_tiles[WIDEST][MOST_ROWS] = ALL_OF(first);
TILES const tile_function row_tiles[MOST_OF_ROW] = ALL_OF_ROW(tile);
TILES const tile_function first_row_tiles[MOST_OF_ROW] = ALL_OF_ROW(first);
#endif
#if !defined(SYMRNN_TILES_APART) && !defined(SYMRNN_TRANSPOSED_APART)
TILES const tile_function transposed_tiles[WIDEST][MOST_ROWS] = ALL_OF(transposed);
#endif

#ifdef WHOLE

/* Sums of whole numbers, for processors that multiply bytes: 64 products are one instruction. The
 * entries of a row become whole numbers of 23 bits, multiples of what the largest one leaves, in
 * three bytes: exact but for as much as float32 rounds. Sums of PART products of a weight and a
 * byte fit into 32 bits: 4096 x 127 x 255 is below 2^31. So nothing is lost until the three sums
 * become one float.
 *
 * Bytes of the row are unsigned, so the upper one has 128 added to it; what that adds to a sum, 128
 * times that of the weights, is taken away before: a panel has it behind its scales. */
enum { BYTES = 3, BIAS = 128 };
typedef struct whole_row {
    ALIGNED uint8_t bytes[BYTES][PART];
    real step;
} whole_row;
typedef uint8_t octets __attribute__((vector_size(LANES), aligned(1), may_alias));
typedef mask any_mask __attribute__((aligned(1), may_alias));

#if VECTOR_BYTES == 64
#define ADD_PRODUCTS(sum, bytes, weights)                                                        \
    (mask)_mm512_dpbusd_epi32((__m512i)(sum), (__m512i)(bytes), (__m512i)(weights))
#elif defined(__AVX512VNNI__)
#define ADD_PRODUCTS(sum, bytes, weights)                                                        \
    (mask)_mm256_dpbusd_epi32((__m256i)(sum), (__m256i)(bytes), (__m256i)(weights))
#else
#define ADD_PRODUCTS(sum, bytes, weights)                                                        \
    (mask)_mm256_dpbusd_avx_epi32((__m256i)(sum), (__m256i)(bytes), (__m256i)(weights))
#endif

/* Some entries, made whole. A NaN or an infinity makes a step that is none. */
ALWAYS void make_whole(const real *row, size_t entries, whole_row *to)
{
    vec largest = {0}, wrong = {0};
    for (size_t k = 0; k < entries; k += LANES) {
        const vec x = load_part(row + k, entries - k), size = where(x < 0, -x, x);
        largest = where(size > largest, size, largest);
        wrong += 0 * x;
    }
    real most = 0;
    for (int lane = 0; lane < LANES; ++lane)
        most = largest[lane] > most ? largest[lane] : most;
    enum { HIGHEST = (1 << 22) - 1 };
    to->step = (most > 0 ? most / HIGHEST : 1) + sum_of_lanes(wrong);
    const real times = most > 0 ? HIGHEST / most : 0;
    for (size_t k = 0; k < entries; k += LANES) {
        const vec x = load_part(row + k, entries - k) * times;
        const mask all = (mask)(x + ROUNDER) - (mask)splat(ROUNDER);
        *(octets *)&to->bytes[0][k] = __builtin_convertvector(all, octets);
        *(octets *)&to->bytes[1][k] = __builtin_convertvector(all >> 8, octets);
        *(octets *)&to->bytes[2][k] = __builtin_convertvector((all >> 16) + BIAS, octets);
    }
}

/* tile[width vectors] (+)= the entries of one part of a row times a panel, in all tiles of a batch.
 * The width is a constant wherever this is called. */
ALWAYS void whole_tiles(size_t width, const operand *by, size_t part, size_t v,
                        const whole_row *row, const tile_batch *batch, int accumulate)
{
    const size_t first = part * PART, groups = (min_size(PART, by->entries - first) + 3) / GROUP;
    real *tile = batch->tile;
    for (size_t done = 0; done < batch->tiles; ++done, tile += batch->row, v += batch->apart) {
        const weight *const panel = PANEL(weight, by, v);
        const any_mask *const taken = (const any_mask *)panel + (1 + part) * width;
        const char *from = (const char *)panel
                           + (weight_head(by->entries) + first) * width * LANES;
        mask sum[BYTES][WIDEST];
        UNROLLED for (size_t w = 0; w < width; ++w)
            sum[0][w] = sum[1][w] = (mask){0}, sum[2][w] = taken[w];
        for (size_t g = 0; g < groups; ++g, from += width * VECTOR_BYTES) {
            mask bytes[BYTES];
            UNROLLED for (int b = 0; b < BYTES; ++b) {
                int32_t four;
                memcpy(&four, &row->bytes[b][g * GROUP], sizeof four);
                bytes[b] = four - (mask){0};
            }
            UNROLLED for (size_t w = 0; w < width; ++w) {
                mask weights = *(const any_mask *)(from + w * VECTOR_BYTES);
                __asm__("" : "+v"(weights)); /* in a register: as memory it would be read thrice */
                UNROLLED for (int b = 0; b < BYTES; ++b)
                    sum[b][w] = ADD_PRODUCTS(sum[b][w], bytes[b], weights);
            }
        }
        UNROLLED for (size_t w = 0; w < width; ++w) {
            vec all = {0};
            UNROLLED for (int b = BYTES; b-- > 0;)
                all = all * 256 + __builtin_convertvector(sum[b][w], vec);
            real *const to = tile + w * LANES;
            store(to, ended(1, panel, (int)w, row->step * all, accumulate, to));
        }
    }
}

/* tile[rows][vectors] (+)= the operand times panels, from the vector `before` on: row by row, as
 * panels of bytes stay in the first cache for the next one. */
MAYBE void product(size_t rows, size_t before, size_t vectors, const operand *by, size_t count,
                   tile_batch *batch)
{
    whole_row whole_one;
    real *const tile = batch->tile;
    (void)count; /* operands with scales come one at a time */
    for (size_t r = 0; r < rows; ++r)
        for (size_t part = 0; part * PART < by->entries; ++part) {
            make_whole(by->rows + r * by->stride + part * PART,
                       min_size(PART, by->entries - part * PART), &whole_one);
            batch->tile = tile + r * vectors * LANES;
            const int accumulate = batch->accumulate || part;
            for (size_t v = 0, width; v < vectors; v += width, batch->tile += width * LANES) {
                width = balanced_chunk(vectors - v, WIDEST);
                if (width == 1)
                    whole_tiles(1, by, part, before + v, &whole_one, batch, accumulate);
                else if (WIDEST == 2 || width == 2)
                    whole_tiles(2, by, part, before + v, &whole_one, batch, accumulate);
#if VECTOR_BYTES == 64
                else if (width == 3)
                    whole_tiles(3, by, part, before + v, &whole_one, batch, accumulate);
                else
                    whole_tiles(4, by, part, before + v, &whole_one, batch, accumulate);
#endif
            }
        }
}

#else

ALWAYS size_t entries_of_all(const operand *operands, size_t count)
{
    size_t entries = 0;
    for (size_t o = 0; o < count; ++o)
        entries += operands[o].entries;
    return entries;
}

/* One row of one block or of several: as many vectors at a time as there may be. Narrow vectors
 * take two panels together; a panel is packed WIDEST vectors wide, whoever reads it. */
ALWAYS void row_product(size_t before, size_t vectors, const operand *operands, size_t count,
                        tile_batch *batch)
{
    const size_t entries = entries_of_all(operands, count);
    for (size_t v = 0, width; v < vectors; v += width, batch->tile += width * LANES) {
        width = VECTOR_BYTES == 64 ? balanced_chunk(vectors - v, WIDEST)
                                   : min_size(vectors - v, MOST_OF_ROW); /* pairs of panels */
        const int is_far = entries * width * LANES * sizeof(weight) >= (SCALED ? 2 * FAR : FAR);
        (is_far ? first_row_tiles : row_tiles)[width - 1](operands, count, before + v, batch);
    }
}

/* So many tiles of one height, if any; then moves the batch on to where the next tiles begin. */
ALWAYS void add_tiles(tile_function times, const operand *operands, size_t count, size_t v,
                      size_t several, size_t height, tile_batch *batch)
{
    if (several == 0)
        return;
    batch->tiles = several;
    times(operands, count, v, batch);
    batch->first += several * height, batch->tile += (ptrdiff_t)(several * height) * batch->row;
}

/* Many rows: as few tiles as can be, of two heights that differ by one. The first tile prefetches a
 * panel that is far away. */
MAYBE void rows_product(size_t rows, size_t before, size_t vectors, const operand *operands,
                        size_t count, real *tile, int accumulate)
{
    const size_t entries = entries_of_all(operands, count);
    for (size_t v = 0, width; v < vectors; v += width) {
        width = balanced_chunk(vectors - v, WIDEST);
        const size_t all = (rows + rows_of[width - 1] - 1) / rows_of[width - 1];
        const size_t height = rows / all, higher = rows % all, top = height + (higher > 0);
        const size_t far = entries * width * LANES * sizeof(weight) >= FAR_FOR_ROWS;
        tile_batch batch = {0, 0, 0, (ptrdiff_t)(vectors * LANES), tile + v * LANES, accumulate};
        add_tiles(first_tiles[width - 1][top - 1], operands, count, before + v, far, top, &batch);
        if (higher > far)
            add_tiles(tiles[width - 1][height], operands, count, before + v, higher - far, top,
                      &batch);
        add_tiles(tiles[width - 1][height - 1], operands, count, before + v,
                  all - (higher > far ? higher : far), height, &batch);
    }
}

/* tile[rows][vectors] (+)= the sum over the operands of operand times panels, from the vector
 * `before` on. */
ALWAYS void product(size_t rows, size_t before, size_t vectors, const operand *operands,
                    size_t count, tile_batch *batch)
{
    if (rows == 1)
        row_product(before, vectors, operands, count, batch);
    else
        rows_product(rows, before, vectors, operands, count, batch->tile, batch->accumulate);
}

#endif
#endif

/* How many blocks, from the full one at `place` of a range on, one call computes. A block of
 * several rows needs a call of its own, as does one with more vectors than a row takes at a time;
 * but a row that a call makes whole is so for all blocks.
 * Of one row, one call takes all full blocks: in a range that runs back the last block, which
 * alone may have fewer vectors, came first. */
ALWAYS size_t equal_blocks(size_t rows, size_t gates, const block_range *range, size_t place)
{
#ifdef WHOLE
    (void)gates;
    if (rows > 1)
        return 1;
#else
    if (rows > 1 || gates * range->vectors > MOST_OF_ROW)
        return 1;
#endif
    const size_t full = (range->units + LANES - 1) / LANES / range->vectors;
    const int is_full = range->back || range->vectors == 1;
    return (is_full ? range->high : min_size(range->high, full)) - place;
}

/* The products of all blocks of a range: the sums of each are [rows][gates][vectors]. */
ALWAYS void products(size_t rows, size_t gates, const block_range *range, const operand *operands,
                     size_t count, const sums *into, int accumulate)
{
    const ptrdiff_t apart = (ptrdiff_t)(range->vectors * gates), sign = range->back ? -1 : 1;
    const ptrdiff_t distance = apart * LANES * (ptrdiff_t)into->rows; /* from sums to sums */
    if (count == 0 || rows == 0)
        return; /* all of it was computed ahead, or there are no samples */
    for (size_t place = range->low, equal; place < range->high; place += equal) {
        const size_t block = range->back ? range->low + range->high - 1 - place : place;
        const size_t own = vectors_of(range->units, range->vectors, block);
        real *const tile = into->tiles + (ptrdiff_t)(block - into->block) * distance
                           + into->first * own * gates * LANES;
        equal = own < range->vectors ? 1 : equal_blocks(rows, gates, range, place);
        for (size_t o = 0, some = SCALED ? 1 : count; o < count; o += some)
            product(rows, block * (size_t)apart, own * gates, operands + o, some,
                    &(tile_batch){equal, 0, sign * apart, sign * distance, tile, accumulate || o});
    }
}

