/* ---- reductions over all rows ----------------------------------------------------------- */

/* Rows of one value over all steps. Those of a delayed value lie in two arrays: a step's in `inner`
 * (the steps before or after it) and in `edge` (the initial state, or the cotangent of the final
 * one), for rows from `start` to below `start + edges`. Without a delay there is no edge. `inner`
 * begins at the row `origin`: other than 0 where it holds the rows of a chunk alone. */
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

/* One reduction: out[units, columns] (+)= the sum over rows of scale times left times right^T; a
 * row of left has `units` entries, one of right `columns`. `out` is NULL where nobody wants it. */
typedef struct reduction {
    series left;
    size_t units;
    real scale;
    real *out;
    int accumulate;
} reduction;

/* Rows from `row` on that lie one behind the other, at most so many. */
ALWAYS size_t contiguous_rows(const series *from, size_t row, size_t most)
{
    if (row < from->start)
        return min_size(most, from->start - row);
    const size_t end = from->start + from->edges;
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

/* The part of one reduction that belongs to these units: a product for each run of rows. */
MAYBE void add_reduction(size_t first, size_t rows, const series *right, size_t columns,
                          const reduction *by, size_t unit, size_t units)
{
    for (size_t from = first, deep; from < first + rows; from += deep) {
        deep = contiguous_rows(right, from, contiguous_rows(&by->left, from, first + rows - from));
        BLAS(gemm)(CblasRowMajor, CblasTrans, CblasNoTrans, units, columns, deep, by->scale,
                   row_of(&by->left, from) + unit, stride_of(&by->left, from),
                   row_of(right, from), stride_of(right, from), from > first || by->accumulate,
                   by->out + unit * columns, columns);
    }
}

/* All reductions with one right factor [rows, columns], over `rows` rows from `first` on, for the
 * units that are this thread's. */
MAYBE void reduce_rows(size_t first, size_t rows, const series *right, size_t columns,
                      const reduction *all, size_t count, size_t thread, size_t threads,
                      real *scratch)
{
    (void)scratch;
    for (const reduction *by = all; by < all + count; ++by)
        for (size_t unit = thread * TALL; by->out != NULL && unit < by->units;
             unit += threads * TALL)
            add_reduction(first, rows, right, columns, by, unit, min_size(TALL, by->units - unit));
}

#else /* tiles */

/* A reduction is a product of matrices [units, rows] times [rows, columns]. A panel of right
 * factors, as wide as a tile, is packed for some rows, and tiles of left factors pass it; their
 * sums are kept in the gradient itself.
 *
 * A kilobyte of columns or more is several panels (16 with AVX), each of which reads the left
 * factors again; then those are packed, too: TALL tiles of 6 units for TALL_DEEP rows have 80 x 6
 * x 96 floats = 180 KB, which stay in a second cache of half a megabyte; the right panel, 6 KB
 * with AVX (96 x 2 x 32 bytes) and 24 with AVX-512 (96 x 4 x 64), stays in the first. */
enum { TALL = 80, TALL_DEEP = 96, MANY = 1024 / sizeof(real) };

/* Rows at a time, at most. Left factors that are not packed are read by one panel after the other;
 * those of all reductions together stay in a second cache of half a megabyte, beside the sums. */
ALWAYS size_t deepest(size_t columns, const reduction *all, size_t count)
{
    enum { LEFT_BYTES = 320 << 10, FEWEST = 24 }; /* fewer: sums are read and written too often */
    size_t row = 1;
    for (size_t r = 0; r < count; ++r)
        row += all[r].left.stride;
    const size_t near = LEFT_BYTES / (row * sizeof(real));
    return columns >= MANY ? TALL_DEEP : near < FEWEST ? FEWEST : min_size(near, DEEP);
}

/* Entries that a thread wants for reductions with so many columns. */
ALWAYS size_t scratch_for(size_t columns)
{
    const size_t left = columns < MANY ? 0 : TALL_DEEP * TALL * MOST_ROWS + LANES;
    return (DEEP + MOST_ROWS) * WIDEST * LANES + left;
}

/* The panel of some columns and rows, as wide as a tile. */
MAYBE void pack_right(const series *right, size_t column, size_t columns, size_t width,
                      size_t from, size_t deep, real *to)
{
    for (size_t k = 0; k < deep; ++k, to += width * LANES) {
        const real *row = row_of(right, from + k) + column;
        for (size_t v = 0; v < width; ++v)
            store(to + v * LANES, load_part(row + v * LANES, columns - v * LANES));
    }
}

/* Some tiles of a reduction, from `first` to below `last`. Its units are cut into as few tiles as
 * can be: `higher` of them are one unit higher than the others, which have `height`. The cut
 * depends on the units alone, so bits do not depend on the number of threads. */
typedef struct share_of_tiles {
    size_t units, height, higher, first, last;
} share_of_tiles;

ALWAYS share_of_tiles tiles_of(size_t units, size_t most, size_t lane, size_t lanes)
{
    const size_t all = (units + most - 1) / most;
    return (share_of_tiles){units, units / all, units % all, share_from(all, lane, lanes),
                            share_from(all, lane + 1, lanes)};
}

/* The share of a thread in reductions with so many columns: panels, and a lane of the tiles of
 * units. Few columns are blocks, whose lanes share units, so that few threads pack the same panel.
 * Where left factors are packed, too, tiles are the blocks, whose lanes share columns. */
ALWAYS block_share columns_of(size_t columns, const reduction *all, size_t count, size_t thread,
                              size_t threads)
{
    size_t units = 1;
    for (size_t r = 0; r < count; ++r)
        units = all[r].units > units ? all[r].units : units;
    const size_t panels = blocks(columns, WIDEST), vectors = blocks(columns, 1);
    if (threads == 1 || columns < MANY)
        return share_of(panels, units, thread, threads);
    const size_t most = rows_of[WIDEST - 1], many = (units + most - 1) / most;
    const size_t lanes = lanes_of(many, vectors, threads);
    const size_t groups = threads / lanes, group = thread / lanes, lane = thread % lanes;
    return group < groups ? (block_share){share_from(panels, lane, lanes),
                                          share_from(panels, lane + 1, lanes), group, groups}
                          : (block_share){panels, panels, 0, 1};
}

ALWAYS size_t edge_of_tile(const share_of_tiles *some, size_t tile)
{
    return some->height * tile + min_size(tile, some->higher);
}

/* The tiles from the first on that are as high as it is. */
ALWAYS size_t equal_tiles(const share_of_tiles *some)
{
    return (some->first < some->higher ? min_size(some->higher, some->last) : some->last)
           - some->first;
}

/* Packs left factors tile by tile, entry by entry, in the order in which tiles read them. */
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

/* From the sums of one tile to their place in the reduction: the last columns, which are fewer than
 * the tile is wide, or sums that are scaled. */
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

/* One panel's part in one reduction, whose array begins at `out`: its columns from `column` on. */
MAYBE void add_reduction(share_of_tiles some, operand left, const real *packed, real scale,
                         const real *panel, size_t width, real *out, size_t columns,
                         size_t column, real *edge, int accumulate)
{
    const int full = column + width * LANES <= columns && scale == 1;
    for (size_t equal; some.first < some.last; some.first += equal) {
        equal = full ? equal_tiles(&some) : 1;
        const size_t unit = edge_of_tile(&some, some.first);
        const size_t height = edge_of_tile(&some, some.first + 1) - unit;
        const tile_function times = transposed_tiles[width - 1][height - 1];
        real *const here = out + unit * columns + column;
        operand part = {left.rows + unit, left.stride, left.entries, panel};
        size_t apart = height;
        if (packed) {
            part = (operand){packed, height, left.entries, panel};
            apart = height * left.entries;
            packed += equal * apart;
        }
        if (full) {
            times(&part, 1, 0,
                  &(tile_batch){equal, 0, (ptrdiff_t)apart, (ptrdiff_t)columns, here, accumulate});
            continue;
        }
        times(&part, 1, 0, &(tile_batch){1, 0, 0, (ptrdiff_t)(width * LANES), edge, 0});
        add_edge(height, scale, edge, width, here, columns, column, accumulate);
    }
}

/* One reduction over `deep` rows from `from` on, its left factors packed. */
MAYBE void tall_reduction(const reduction *by, const series *right, size_t columns, size_t from,
                      size_t deep, block_share own, real *scratch, int accumulate)
{
    real *const panel = scratch, *const edge = panel + DEEP * WIDEST * LANES;
    real *const packed = edge + MOST_ROWS * WIDEST * LANES;
    const size_t panels = blocks(columns, WIDEST), vectors = blocks(columns, 1);
    const operand left = {row_of(&by->left, from), stride_of(&by->left, from), deep, NULL};
    share_of_tiles some = tiles_of(by->units, rows_of[WIDEST - 1], own.lane, own.lanes);
    for (const size_t end = some.last; some.first < end; some.first = some.last) {
        some.last = min_size(end, some.first + TALL);
        pack_left(&some, &left, packed);
        for (size_t p = own.from; p < own.to; ++p) {
            const size_t before = part_from(vectors, p, panels), column = before * LANES;
            const size_t width = part_from(vectors, p + 1, panels) - before;
            pack_right(right, column, columns - column, width, from, deep, panel);
            add_reduction(some, left, packed, by->scale, panel, width, by->out, columns, column,
                          edge, accumulate);
        }
    }
}

/* All reductions with one right factor [rows, columns], over `rows` rows from `first` on, for the
 * columns and units that are this thread's. */
MAYBE void reduce_rows(size_t first, size_t rows, const series *right, size_t columns,
                      const reduction *all, size_t count, size_t thread, size_t threads,
                      real *scratch)
{
    real *const panel = scratch, *const edge = panel + DEEP * WIDEST * LANES;
    const size_t most = deepest(columns, all, count);
    const size_t panels = blocks(columns, WIDEST), vectors = blocks(columns, 1);
    const block_share own = columns_of(columns, all, count, thread, threads);
    if (own.from == own.to || !is_wanted(all, count))
        return;
    for (size_t from = first, deep; from < first + rows; from += deep) {
        deep = balanced_chunk(first + rows - from, most);
        for (size_t r = 0; r < count; ++r)
            deep = contiguous_rows(&all[r].left, from, deep);
        for (const reduction *by = all; columns >= MANY && by < all + count; ++by)
            if (by->out != NULL)
                tall_reduction(by, right, columns, from, deep, own, scratch,
                               from > first || by->accumulate);
        for (size_t p = own.from; columns < MANY && p < own.to; ++p) {
            const size_t before = part_from(vectors, p, panels), column = before * LANES;
            const size_t width = part_from(vectors, p + 1, panels) - before;
            pack_right(right, column, columns - column, width, from, deep, panel);
            for (const reduction *by = all; by < all + count; ++by) {
                if (by->out == NULL)
                    continue;
                const operand left = {row_of(&by->left, from), stride_of(&by->left, from), deep,
                                      NULL};
                add_reduction(tiles_of(by->units, rows_of[width - 1], own.lane, own.lanes), left,
                              NULL, by->scale, panel, width, by->out, columns, column, edge,
                              from > first || by->accumulate);
            }
        }
    }
}

#endif

