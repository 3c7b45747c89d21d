/* ---- sizes of memory -------------------------------------------------------------------- */

ALWAYS size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

ALWAYS size_t round_up(size_t entries, size_t multiple)
{
    return (entries + multiple - 1) / multiple * multiple;
}

/* The next part of a count in parts of at most `most`, as even as can be. */
ALWAYS size_t balanced_chunk(size_t count, size_t most)
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
    const size_t lanes = round_up(entries, LANES);
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
    return min_size(vectors, (units - block * vectors * LANES + LANES - 1) / LANES);
}

/* Some blocks of an axis with so many units, from `low` to `high`, in this order or `back`. */
typedef struct block_range {
    size_t units, vectors, low, high;
    int back;
} block_range;

/* Rows that a pass takes at a time, so that they stay in the cache while every panel passes. */
enum { ROWS_AT_ONCE = 96 };

/* Blocks whose products are computed before the equations that follow from them, where the rows
 * are so few that one block's equations would wait for each other. */
ALWAYS size_t blocks_per_batch(size_t rows)
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
    const size_t rows = fitting < FEWEST ? FEWEST : min_size(fitting, ROWS_AT_ONCE);
    if (batch == 0)
        return steps;
    return balanced_chunk(steps, batch < rows ? rows / batch : 1);
}

/* Steps after which what follows from a scan is computed, reductions among it: as many as fit into
 * half a megabyte. All of them where those rows are fewer than a panel of right factors can hold:
 * then the weights, which are read once a chunk, count for more. */
enum { DEEP = VECTOR_BYTES == 64 ? 128 : 192 };

ALWAYS size_t steps_together(size_t steps, size_t batch, size_t row)
{
    const size_t rows = (1 << 19) / (row * sizeof(real));
    return rows < DEEP || batch == 0 ? steps : min_size(steps, (rows + batch - 1) / batch);
}

/* Which way a streaming step takes the blocks: the other way than the step before, so that what
 * that one read last is still in the cache. Whatever stands there at first will do. */
ALWAYS size_t way(const real *turn)
{
    return *turn == 1;
}

