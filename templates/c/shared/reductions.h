/* ---- reductions over all rows --------------------------------------------------------------- */

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

/* One total: out[units, columns] = sum over rows of left times right^T; NULL: nobody wants it. */
typedef struct reduction {
    series left;
    size_t units;
    real scale;
    real *out;
    int accumulate;
} reduction;

/* Rows from `row` on that lie one behind the other, at most so many. */
ALWAYS size_t contiguous_rows(const series *one, size_t row, size_t most)
{
    if (row < one->start)
        return min_size(most, one->start - row);
    const size_t end = one->start + one->edges;
    return row < end ? min_size(most, end - row) : most;
}

/* Whether anybody wants one of some reductions. */
ALWAYS int is_wanted(const reduction *all, size_t count)
{
    while (count > 0 && all[count - 1].out == NULL)
        --count;
    return count > 0;
}

#ifdef SYMRNN_BLAS

/* Units of one call, for any number of threads: a call of another size might round otherwise. */
enum { TALL = 64 };

ALWAYS size_t scratch_for(size_t columns)
{
    (void)columns;
    return 0;
}

/* The part of one total that belongs to these units: a product for each run of rows. */
MAYBE void add_reduction(size_t first, size_t rows, const series *right, size_t columns,
                     const reduction *one, size_t unit, size_t units)
{
    for (size_t from = first, deep; from < first + rows; from += deep) {
        deep = contiguous_rows(right, from, contiguous_rows(&one->left, from, first + rows - from));
        BLAS(gemm)(CblasRowMajor, CblasTrans, CblasNoTrans, units, columns, deep, one->scale,
                   row_of(&one->left, from) + unit, stride_of(&one->left, from),
                   row_of(right, from), stride_of(right, from), from > first || one->accumulate,
                   one->out + unit * columns, columns);
    }
}

/* All reductions with one right factor [rows, columns], over `rows` rows from `first` on, for the
 * units that are this thread's. */
MAYBE void reduce_rows(size_t first, size_t rows, const series *right, size_t columns,
                  const reduction *all, size_t count, size_t thread, size_t threads, real *scratch)
{
    (void)scratch;
    for (size_t one = 0; one < count; ++one)
        for (size_t unit = thread * TALL; all[one].out != NULL && unit < all[one].units;
             unit += threads * TALL)
            add_reduction(first, rows, right, columns, all + one, unit,
                      min_size(TALL, all[one].units - unit));
}

#else /* tiles */

/* Left factors are packed too where MANY columns read them again and again: as many units at a
 * time as TALL tiles have, which stay in the second cache (of half a megabyte). */
enum { TALL = 80, TALL_DEEP = 96, MANY = 1024 / sizeof(real) };

/* Rows at a time, at most. Left factors that are not packed are read by one panel after the other:
 * all of them stay in the second cache. */
ALWAYS size_t deepest(size_t columns, const reduction *all, size_t count)
{
    enum { LEFT_BYTES = 320 << 10, FEWEST = 24 }; /* fewer: a total is read and written too often */
    size_t row = 1;
    for (size_t one = 0; one < count; ++one)
        row += all[one].left.stride;
    const size_t near = LEFT_BYTES / (row * sizeof(real));
    return columns >= MANY ? TALL_DEEP : near < FEWEST ? FEWEST : min_size(near, DEEP);
}

/* Entries that a thread wants for reductions with so many columns. */
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

ALWAYS share_of_tiles tiles_of(size_t units, size_t most, size_t thread, size_t threads)
{
    const size_t all = (units + most - 1) / most;
    return (share_of_tiles){units, units / all, units % all, share_from(all, thread, threads),
                            share_from(all, thread + 1, threads)};
}

ALWAYS size_t edge_of_tile(const share_of_tiles *some, size_t tile)
{
    return some->height * tile + min_size(tile, some->higher);
}

/* Those from the first on that have its height. */
ALWAYS size_t tiles_alike(const share_of_tiles *some)
{
    return (some->first < some->higher ? min_size(some->higher, some->last) : some->last)
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
                    size_t columns, size_t column, int accumulate)
{
    for (size_t r = 0; r < height; ++r)
        for (size_t v = 0; v < width; ++v) {
            real *const to = out + r * columns + v * LANES;
            const size_t count = columns - column - v * LANES;
            const vec sum = scale * load(edge + (r * width + v) * LANES);
            store_part(to, accumulate ? sum + load_part(to, count) : sum, count);
        }
}

/* One panel's part in one total: `out` is its first row, from the panel's column on. */
MAYBE void add_reduction(share_of_tiles some, operand left, const real *packed, real scale,
                     const real *panel, size_t width, real *out, size_t columns, size_t column,
                     real *edge, int accumulate)
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
            times(&part, 1, 0,
                  &(tile_batch){alike, 0, (ptrdiff_t)apart, (ptrdiff_t)columns, here, accumulate});
            continue;
        }
        times(&part, 1, 0, &(tile_batch){1, 0, 0, (ptrdiff_t)(width * LANES), edge, 0});
        add_edge(height, scale, edge, width, here, columns, column, accumulate);
    }
}

/* One total over `deep` rows from `from` on, its left factors packed. */
MAYBE void tall_reduction(const reduction *one, const series *right, size_t columns, size_t from,
                      size_t deep, size_t thread, size_t threads, real *scratch, int accumulate)
{
    real *const panel = scratch, *const edge = panel + DEEP * WIDEST * LANES;
    real *const packed = edge + MOST_ROWS * WIDEST * LANES;
    const size_t vectors = round_up(columns, LANES) / LANES;
    const operand left = {row_of(&one->left, from), stride_of(&one->left, from), deep, NULL};
    share_of_tiles some = tiles_of(one->units, rows_of[WIDEST - 1], thread, threads);
    for (const size_t end = some.last; some.first < end; some.first = some.last) {
        some.last = min_size(end, some.first + TALL);
        pack_left(&some, &left, packed);
        for (size_t v = 0, width; v < vectors; v += width) {
            width = balanced_chunk(vectors - v, WIDEST);
            pack_right(right, v * LANES, columns - v * LANES, width, from, deep, panel);
            add_reduction(some, left, packed, one->scale, panel, width, one->out, columns,
                          v * LANES,
                      edge, accumulate);
        }
    }
}

/* All reductions with one right factor [rows, columns], over `rows` rows from `first` on, for the
 * units that are this thread's. */
MAYBE void reduce_rows(size_t first, size_t rows, const series *right, size_t columns,
                  const reduction *all, size_t count, size_t thread, size_t threads, real *scratch)
{
    real *const panel = scratch, *const edge = panel + DEEP * WIDEST * LANES;
    const size_t vectors = round_up(columns, LANES) / LANES, most = deepest(columns, all, count);
    for (size_t from = first, deep; is_wanted(all, count) && from < first + rows; from += deep) {
        deep = balanced_chunk(first + rows - from, most);
        for (size_t one = 0; one < count; ++one)
            deep = contiguous_rows(&all[one].left, from, deep);
        for (const reduction *one = all; columns >= MANY && one < all + count; ++one)
            if (one->out != NULL)
                tall_reduction(one, right, columns, from, deep, thread, threads, scratch,
                           from > first || one->accumulate);
        for (size_t v = 0, width; columns < MANY && v < vectors; v += width) {
            width = balanced_chunk(vectors - v, WIDEST);
            pack_right(right, v * LANES, columns - v * LANES, width, from, deep, panel);
            for (const reduction *one = all; one < all + count; ++one) {
                if (one->out == NULL)
                    continue;
                const operand left = {row_of(&one->left, from), stride_of(&one->left, from), deep,
                                      NULL};
                const share_of_tiles own = tiles_of(one->units, rows_of[width - 1], thread,
                                                    threads);
                add_reduction(own, left, NULL, one->scale, panel, width, one->out, columns,
                          v * LANES, edge, from > first || one->accumulate);
            }
        }
    }
}

#endif

