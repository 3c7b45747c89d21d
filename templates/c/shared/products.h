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
                   size_t count, tile_batch *of)
{
    const size_t row = vectors * LANES;
    real *const tile = of->tile;
    const int accumulate = of->accumulate;
    for (size_t v = 0, width; v < vectors; v += width) {
        width = balanced_chunk(vectors - v, WIDEST);
        const size_t columns = width * LANES;
        for (size_t o = 0; o < count; ++o) {
            const operand by = operands[o];
            const real *const panel = by.panels + (before + v) * LANES * by.entries;
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
    MAYBE void NAME(const operand *operands, size_t count, size_t v, const tile_batch *of)       \
    {                                                                                            \
        const size_t tiles = of->tiles;                                                          \
        const ptrdiff_t row = of->row;                                                           \
        real *restrict tile = of->tile;                                                          \
        for (size_t done = 0; done < tiles; ++done, tile += R * row) {                           \
            vec sum[S][R][N];                                                                    \
            UNROLLED for (int s = 0; s < S; ++s)                                                 \
                UNROLLED for (int r = 0; r < R; ++r)                                             \
                    UNROLLED for (int w = 0; w < N; ++w)                                         \
                        sum[s][r][w] = of->accumulate && s == 0 ? load(tile + r * row + w * LANES) \
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
    TILE_AS(turned_##R##_##N, R, N, 1, 0, (ptrdiff_t)done * of->apart, 1, stride)
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
    MAYBE void NAME(const operand *operands, size_t count, size_t v, const tile_batch *of)       \
    {                                                                                            \
        const size_t tiles = of->tiles;                                                          \
        const ptrdiff_t row = of->row, apart = of->apart;                                        \
        real *restrict tile = of->tile;                                                          \
        for (size_t done = 0; done < tiles; ++done, tile += row, v += (size_t)apart) {           \
            vec sum[S][N + M];                                                                   \
            UNROLLED for (int s = 0; s < S; ++s)                                                 \
                UNROLLED for (int w = 0; w < N + M; ++w)                                         \
                    sum[s][w] = of->accumulate && s == 0 ? load(tile + w * LANES) : (vec){0};    \
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
                    UNROLLED for (int s = 0; s < S; ++s, panel += N * LANES, second += M * LANES) \
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
    TILE_AS(turned_1_##N, 1, N, 1, 0, (ptrdiff_t)done * of->apart, 1, stride)

typedef void (*tile_function)(const operand *, size_t, size_t, const tile_batch *);

/* The tiles for every number of rows and vectors. They may be compiled once for many networks:
 * SYMRNN_TILES_APART leaves them to another file, SYMRNN_TILES_SHARED makes this file that one, or
 * two, of which one has SYMRNN_TURNED_APART, the other, for reductions alone,
 * SYMRNN_TURNED_ALONE. */
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
                        tile_batch *of)
{
    const size_t entries = entries_of_all(operands, count);
    for (size_t v = 0, width; v < vectors; v += width, of->tile += width * LANES) {
        width = VECTOR_BYTES == 64 ? balanced_chunk(vectors - v, WIDEST)
                                   : min_size(vectors - v, MOST_OF_ROW); /* pairs of panels */
        const int is_far = entries * width * VECTOR_BYTES >= FAR;
        (is_far ? first_row_tiles : row_tiles)[width - 1](operands, count, before + v, of);
    }
}

/* So many tiles of one height, if any; moves on to where the next begin. */
ALWAYS void add_tiles(tile_function times, const operand *operands, size_t count, size_t v,
                      size_t several, size_t height, tile_batch *of)
{
    if (several == 0)
        return;
    of->tiles = several;
    times(operands, count, v, of);
    of->first += several * height, of->tile += (ptrdiff_t)(several * height) * of->row;
}

/* Many rows: tiles of two heights, one more and one less, the first of them far from its panel. */
MAYBE void rows_product(size_t rows, size_t before, size_t vectors, const operand *operands,
                        size_t count, real *tile, int accumulate)
{
    const size_t entries = entries_of_all(operands, count);
    for (size_t v = 0, width; v < vectors; v += width) {
        width = balanced_chunk(vectors - v, WIDEST);
        const size_t all = (rows + rows_of[width - 1] - 1) / rows_of[width - 1];
        const size_t height = rows / all, higher = rows % all, top = height + (higher > 0);
        const size_t far = entries * width * VECTOR_BYTES >= FAR_FOR_ROWS;
        tile_batch of = {0, 0, 0, (ptrdiff_t)(vectors * LANES), tile + v * LANES, accumulate};
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
                    size_t count, tile_batch *of)
{
    if (rows == 1)
        row_product(before, vectors, operands, count, of);
    else
        rows_product(rows, before, vectors, operands, count, of->tile, of->accumulate);
}

#endif

/* Blocks from `one` on, which is whole, that one call takes: of one row all that are alike, if it
 * takes all vectors of a block at a time. */
ALWAYS size_t blocks_alike(size_t rows, size_t gates, const block_range *of, size_t one)
{
    if (rows > 1 || gates * of->vectors > MOST_OF_ROW)
        return 1;
    const size_t whole_ones = (of->units + LANES - 1) / LANES / of->vectors;
    return (of->back || of->vectors == 1 ? of->high : min_size(of->high, whole_ones)) - one;
}

/* The products of all blocks of a block_range: their sums are [rows][gates][vectors]. */
ALWAYS void products(size_t rows, size_t gates, const block_range *of, const operand *operands,
                     size_t count, const sums *into, int accumulate)
{
    const ptrdiff_t apart = (ptrdiff_t)(of->vectors * gates), turn = of->back ? -1 : 1;
    const ptrdiff_t distance = apart * LANES * (ptrdiff_t)into->rows; /* of their sums */
    if (count == 0 || rows == 0)
        return; /* all of it was computed ahead, or there are no samples */
    for (size_t one = of->low, alike; one < of->high; one += alike) {
        const size_t block = of->back ? of->low + of->high - 1 - one : one;
        const size_t own = vectors_of(of->units, of->vectors, block);
        real *const tile = into->tiles + (ptrdiff_t)(block - into->block) * distance
                           + into->first * own * gates * LANES;
        alike = own < of->vectors ? 1 : blocks_alike(rows, gates, of, one);
        product(rows, block * (size_t)apart, own * gates, operands, count,
                &(tile_batch){alike, 0, turn * apart, turn * distance, tile, accumulate});
    }
}

