/* ---- sizes of memory -------------------------------------------------------------------- */

ALWAYS size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

ALWAYS size_t max_size(size_t a, size_t b)
{
    return a > b ? a : b;
}

ALWAYS size_t round_up(size_t entries, size_t multiple)
{
    return (entries + multiple - 1) / multiple * multiple;
}

/* The next number behind one of 1, 2, 3, 4, 6, 8, 12, 16 and so on: those that divide much. */
ALWAYS size_t next_divisor(size_t number)
{
    return number + (number < 3 ? 1 : number & (number - 1) ? number / 3 : number / 2);
}

/* The next part of a count in parts of at most `most`, as even as can be: 100 rows in parts of 96
 * are 50 + 50, not 96 + 4, whose 4 would read all weights for little. */
ALWAYS size_t balanced_chunk(size_t count, size_t most)
{
    if (count <= most)
        return count; /* without a division: some 20 cycles, as many as a small tile takes */
    const size_t parts = (count + most - 1) / most;
    return (count + parts - 1) / parts;
}

/* Entries from one row to the next: whole vectors, and no multiple of 512 bytes. A first cache has
 * 64 sets of lines, and an address picks one of them by its last 12 bits: rows 512 bytes apart
 * would share 4096 / 512 = 8 sets and leave 56 unused. One vector more, and they meet all sets. */
ALWAYS size_t padded(size_t entries)
{
    const size_t lanes = round_up(entries, LANES);
    return lanes * sizeof(real) % 512 ? lanes : lanes + LANES;
}

/* Entries from one array to the next: no multiple of 2048 bytes. Else the same row of all arrays,
 * which equations read side by side, would lie in one or two of the 64 sets, and a set has 8 lines:
 * a backward pass has more arrays than that. 320 bytes are 5 lines; as 5 and 64 have no common
 * factor, 64 arrays get 64 sets. It is a multiple of every vector, too. */
ALWAYS size_t spaced(size_t entries)
{
    enum { SPACE = 320 / sizeof(real) };
    return entries * sizeof(real) % 2048 ? entries : entries + SPACE;
}

/* Vectors of units in a tile; vectors of units in a block with so many gates; blocks of an axis.
 *
 * A tile of R rows x W vectors keeps R W sums in registers, and W vectors of the panel and one
 * number of the operand for each entry: R W + W + 1 of them. It loads R + W for R W multiply-adds,
 * of which two start a cycle, as do two loads: wide and tall tiles wait for arithmetic alone. And
 * two a cycle with a latency of four or five want eight to ten sums that do not depend on each
 * other.
 *
 *                 registers   tile    sums   registers used   loads
 * AVX-512            32       8 x 3    24          28           11
 * AVX-512            32       6 x 4    24          29           10
 * AVX, SSE           16       6 x 2    12          15            8
 *
 * (NEON has 32 as well and takes 6 x 2: its vectors are narrow, and rows are rarely many.) A row of
 * a matrix for BLAS has a kilobyte, so that its calls are few. */
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

/* Vectors of units in one block: the last block may have fewer. */
ALWAYS size_t vectors_of(size_t units, size_t vectors, size_t block)
{
    if (vectors == 1)
        return 1;
    return min_size(vectors, (units - block * vectors * LANES + LANES - 1) / LANES);
}

/* Some blocks of an axis with so many units: from `low` to below `high`, `back` from the last one
 * to the first. */
typedef struct block_range {
    size_t units, vectors, low, high;
    int back;
} block_range;

/* Rows that a loop nest takes at a time. 96 are whole tiles of 6 rows and of 8, and each weight
 * that is read serves 96 multiply-adds. Operands of 512 floats a row have 192 KB, which stay in the
 * second cache while the panels of all blocks pass. On the stack, sums of four gates of a block are
 * 96 x 4 vectors: 12 KB with AVX and 24 with AVX-512, which stay in the first cache. */
enum { ROWS_AT_ONCE = 96 };

/* Blocks in a tile batch: their products are computed first, then the equations that follow from
 * them. With few rows one block's equations would be a chain of functions each of which waits for
 * the one before; several blocks fill that time. Their room is that of ROWS_AT_ONCE rows of one. */
ALWAYS size_t blocks_per_batch(size_t rows)
{
    enum { OF_ONE_ROW = 64 }; /* a constant, not 96: told without a division, for a stream */
    return rows == 1 ? OF_ONE_ROW : ROWS_AT_ONCE / rows;
}

/* Steps whose input products are computed ahead: those whose sums, so many entries a row, fit into
 * half a megabyte, a second cache, where they lie until their step reads them; but no more rows
 * than a loop nest takes at a time, as more do not read the weights less often. */
ALWAYS size_t steps_ahead(size_t steps, size_t batch, size_t row)
{
    enum { FEWEST = 24 }; /* rows: as MANY_ROWS; fewer would read the weights too often */
    const size_t fitting = (1 << 19) / (row * sizeof(real));
    const size_t rows = fitting < FEWEST ? FEWEST : min_size(fitting, ROWS_AT_ONCE);
    if (batch == 0)
        return steps;
    return balanced_chunk(steps, batch < rows ? rows / batch : 1);
}

/* Rows of right factors in a panel of a reduction: DEEP x WIDEST vectors, which are read again for
 * every tile of left factors and stay in the first cache beside those: 12 KB with AVX (192 x 2 x 32
 * bytes), 6 with SSE, 32 with AVX-512 (128 x 4 x 64), whose cores have 48. */
enum { DEEP = VECTOR_BYTES == 64 ? 128 : 192 };

/* Steps in a chunk of a scan, after which what follows from it is computed, reductions among it: as
 * many as fit into half a megabyte, so that reductions find the chunk's rows in the second cache.
 * Where those rows would not fill a panel the chunk is the whole scan: gradients and weights, which
 * are read once a chunk, would then count for more. */

ALWAYS size_t steps_together(size_t steps, size_t batch, size_t row)
{
    const size_t rows = (1 << 19) / (row * sizeof(real));
    return rows < DEEP || batch == 0 ? steps : min_size(steps, (rows + batch - 1) / batch);
}

/* Steps in a chunk of stacked scans, each of which begins a chunk behind the one below it: a part
 * of all steps, as the last of several threads waits for as many chunks as there are scans below
 * its own, but no fewer rows than read the weights seldom enough. */
SELDOM size_t steps_stacked(size_t steps, size_t batch, size_t row)
{
    enum { FEWEST = 48, FEWEST_STEPS = 4, PARTS_OF_ALL = 16 };
    const size_t most = steps_ahead(steps, batch, max_size(row, 1));
    const size_t least = max_size(FEWEST_STEPS, (FEWEST + batch - 1) / max_size(batch, 1));
    return batch == 0 ? steps : balanced_chunk(most, max_size(least, steps / PARTS_OF_ALL));
}

/* 0 or 1 by turns, step by step of a stream: odd steps take the blocks from the last one to the
 * first, so that the weights that the step before read last, which are still in the cache, come
 * first. The workspace keeps the parity; a caller need not clear it, as any other number is 0. */
ALWAYS size_t parity_of(const real *kept)
{
    return *kept == 1;
}

