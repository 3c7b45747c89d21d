/* ---- packing ---------------------------------------------------------------------------- */

/* Weights are copied once, before all calls, so that a tile reads them strictly in order, W vectors
 * for each entry of its operand: every line of the cache is used whole, a prefetcher sees one
 * stream, and no tile asks how the matrix lay. Behind the last unit are zeros up to a vector. */

/* One factor of a panel: a matrix [units, entries], or its transpose; `scale` times it. */
typedef struct weights {
    const real *matrix;
    size_t across; /* from one unit to the next: 1, or a row of the matrix */
    size_t along;  /* from one entry of the operand to the next: the other one */
    real scale;
#if defined(SYMRNN_BFLOAT16) || defined(SYMRNN_INT8)
    int alike; /* whether all units have one step */
#endif
} weights;

/* What the numbers of a panel are multiples of, for each unit of a vector: 1, but where they are
 * whole, so that 127 is the largest one of the unit; 1 for a unit of zeros. */
MAYBE vec steps_of(const weights *from, size_t units, size_t first, size_t entries)
{
    vec found = splat(1);
#ifdef SYMRNN_INT8
    for (size_t lane = 0; lane < LANES && first + lane < units; ++lane) {
        const size_t low = from->alike ? 0 : first + lane, high = from->alike ? units : low + 1;
        real largest = 0;
        for (size_t unit = low; unit < high; ++unit)
            for (size_t k = 0; k < entries; ++k) {
                const real size = MATH(fabs)(from->matrix[unit * from->across + k * from->along]);
                largest = size > largest ? size : largest;
            }
        found[lane] = largest > 0 ? largest / 127 : 1;
    }
#else
    (void)from, (void)units, (void)first, (void)entries;
#endif
    return found;
}

/* One vector of units of a panel, where the entries of a row of the matrix are units. */
ALWAYS void pack_along(const real *from, size_t step, size_t units, size_t entries, vec scale,
                       weight *to, size_t width, size_t w)
{
    for (size_t k = 0; k < entries; ++k)
        put_weights(to, k, width, w, scale * load_part(from + k * step, units));
}

/* The same where every unit is a row of the matrix: LANES x LANES entries at a time are transposed,
 * so that both matrix and panel are read and written by whole vectors. */
ALWAYS void pack_across(const real *from, size_t step, size_t units, size_t entries, vec scale,
                        weight *to, size_t width, size_t w)
{
    ALIGNED real square[LANES][LANES];
    for (size_t k = 0; k < entries; k += LANES) {
        const size_t some = min_size(LANES, entries - k);
        for (size_t lane = 0; lane < LANES; ++lane)
            store(square[lane], lane < units ? load_part(from + lane * step + k, some) : (vec){0});
        for (size_t i = 0; i < some; ++i) {
            vec column = {0};
            UNROLLED for (int lane = 0; lane < LANES; ++lane)
                column[lane] = square[lane][i];
            put_weights(to, k + i, width, w, scale * column);
        }
    }
}

/* Zeros where entries do not fill the last group; with WHOLE, what sums of a vector begin with. */
ALWAYS void end_panel(weight *panel, size_t entries, size_t width, size_t w)
{
    weight *const to = panel + weight_head(entries) * width * LANES;
    for (size_t k = entries; k < round_up(entries, GROUP); ++k)
        put_weights(to, k, width, w, (vec){0});
#ifdef WHOLE
    for (size_t part = 0; part * PART < entries; ++part)
        for (int lane = 0; lane < LANES; ++lane) {
            int32_t sum = 0;
            for (size_t k = part * PART; k < min_size(entries, (part + 1) * PART); ++k)
                sum += to[((k / GROUP * width + w) * LANES + lane) * GROUP + k % GROUP];
            sum *= -BIAS;
            memcpy(panel + (((1 + part) * width + w) * LANES + lane) * sizeof(real), &sum,
                   sizeof sum);
        }
#endif
}

/* The panel of one block, for all gates with one operand: first those vectors of the block that a
 * tile takes together, entry by entry, then the next ones. Vectors go gate by gate, and tiles share
 * them evenly: `product` cuts them in the same way. */
MAYBE weight *pack_block(size_t units, size_t vectors, size_t block, const weights *matrices,
                         size_t gates, size_t entries, weight *panel)
{
    const size_t own = vectors_of(units, vectors, block), all = own * gates;
    for (size_t v = 0, width; v < all; v += width) {
        width = balanced_chunk(all - v, WIDEST);
        for (size_t w = 0; w < width; ++w) {
            const weights from = matrices[(v + w) / own];
            const size_t first = (block * vectors + (v + w) % own) * LANES;
            const real *const start = from.matrix + first * from.across;
            weight *const to = panel + weight_head(entries) * width * LANES;
            vec scale = splat(from.scale);
            if (SCALED) {
                const vec step = steps_of(&from, units, first, entries);
                store((real *)(void *)panel + w * LANES, scale * step);
                scale = 1 / step;
            }
            if (from.across == 1)
                pack_along(start, from.along, units - first, entries, scale, to, width, w);
            else
                pack_across(start, from.across, units - first, entries, scale, to, width, w);
            end_panel(panel, entries, width, w);
        }
        panel += weight_depth(entries) * width * LANES;
    }
    return panel;
}

/* The panels of all blocks. Returns where those of the next operand may begin. */
MAYBE weight *pack(size_t units, size_t vectors, const weights *matrices, size_t gates,
                   size_t entries, weight *panel)
{
    for (size_t block = 0; block < blocks(units, vectors); ++block)
        panel = pack_block(units, vectors, block, matrices, gates, entries, panel);
    return panel;
}

/* Where a thread's share of `count` things begins; it ends where the next one's begins. Shares
 * differ by one at most. */
ALWAYS size_t share_from(size_t count, size_t thread, size_t threads)
{
    return threads == 1 ? count * thread : count * thread / threads;
}

/* Where a part of `count` things begins, if parts are cut as balanced_chunk does: the first ones
 * may have one more. */
ALWAYS size_t part_from(size_t count, size_t part, size_t parts)
{
    return part * (count / parts) + min_size(part, count % parts);
}

/* A thread's share of a nest: its blocks, and of their rows those of one lane. */
typedef struct block_share { size_t from, to, lane, lanes; } block_share;

#ifdef SYMRNN_BLAS

/* A call of another size might round otherwise, so lanes get whole parts of the rows: those that a
 * nest takes at a time. */
ALWAYS size_t lanes_of(size_t count, size_t rows, size_t threads)
{
    (void)rows;
    return count >= threads || count == 0 ? 1 : threads / count;
}

ALWAYS size_t row_from(size_t rows, size_t lane, size_t lanes)
{
    const size_t parts = (rows + ROWS_AT_ONCE - 1) / ROWS_AT_ONCE;
    return lanes == 1 ? rows * lane : part_from(rows, share_from(parts, lane, lanes), parts);
}

#else

/* Whether so many lanes may share rows. A tile of four rows or more adds up entries in the same
 * order as any other of its width (see TILE), a lower one does not; seven may be four and three. */
ALWAYS int may_share(size_t rows, size_t lanes)
{
    return rows / lanes >= 8 || (rows / lanes >= 4 && (rows + lanes - 1) / lanes <= 6);
}

/* How many lanes share the rows of each block. One, where every thread has as many blocks as the
 * others. Else some would wait for those that have one more, or have none; then a block is shared,
 * and each lane reads its panels for fewer rows. To read them takes as long as READING rows: the
 * second cache gives half a vector a cycle, in which two are multiplied. */
MAYBE size_t lanes_of(size_t count, size_t rows, size_t threads)
{
    enum { READING = 4 };
    size_t best = 1, least = (size_t)-1;
    if (count % threads == 0)
        return 1;
    for (size_t lanes = 1; lanes <= threads && (lanes == 1 || rows / lanes >= 4);
         lanes = next_divisor(lanes)) {
        const size_t groups = threads / lanes;
        const size_t time = (count + groups - 1) / groups * ((rows + lanes - 1) / lanes + READING);
        if (time < least && (lanes == 1 || may_share(rows, lanes)))
            best = lanes, least = time;
    }
    return best;
}

/* Where the rows of a lane begin; they end where those of the next one do. */
ALWAYS size_t row_from(size_t rows, size_t lane, size_t lanes)
{
    return share_from(rows, lane, lanes);
}

#endif

/* The share of a thread in so many blocks of so many rows; some threads may be over. */
ALWAYS block_share share_of(size_t count, size_t rows, size_t thread, size_t threads)
{
    if (threads == 1)
        return (block_share){0, count, 0, 1};
    const size_t lanes = lanes_of(count, rows, threads);
    const size_t groups = threads / lanes, group = thread / lanes;
    if (group >= groups)
        return (block_share){count, count, 0, lanes};
    return (block_share){share_from(count, group, groups), share_from(count, group + 1, groups),
                         thread % lanes, lanes};
}

/* Whether a part of the rows belongs to the lane, where all parts are the same for any number of
 * threads: those that lie on both sides of an edge are cut there. */
ALWAYS int is_mine(block_share share, size_t begin)
{
    return share.lanes == 1 || begin / ROWS_AT_ONCE % share.lanes == share.lane;
}

