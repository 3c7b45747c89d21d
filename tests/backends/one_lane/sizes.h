/* one_lane.h: what trees of tiled plans call, in plain C99: a vector is one number.
 *
 * A dialect for tests. Nothing in it is fast; parts, blocks and chunks are small, so that small
 * networks have several. Wants the type `real`, and SYMRNN_DOUBLE where that is double.
 */
#include <math.h>
#include <stddef.h>
#include <string.h>

#ifdef SYMRNN_DOUBLE
#define MATH(function) function
#else
#define MATH(function) function##f
#endif
#define REAL(number) ((real)(number))
#define MAYBE static
#define MOST_VECTORS(gates) 2
enum { LANES = 1, ROWS_AT_ONCE = 3 };

static size_t min_size(size_t a, size_t b) { return a < b ? a : b; }
static size_t round_up(size_t entries, size_t multiple) { (void)multiple; return entries; }
static size_t balanced_chunk(size_t count, size_t most) { return min_size(count, most); }
static size_t padded(size_t entries) { return entries; }
static size_t spaced(size_t entries) { return entries; }
static size_t blocks_per_batch(size_t rows) { return ROWS_AT_ONCE / rows; }
static size_t steps_ahead(size_t steps, size_t batch, size_t row)
{
    (void)batch, (void)row;
    return steps < 2 ? steps : 2;
}
#define steps_together steps_ahead
#define steps_stacked steps_ahead
static size_t ahead_of(size_t batch, size_t entries) { return batch < 3 && entries > 0; }
static size_t parity_of(const real *kept) { return *kept == 1; }

typedef struct block_range { size_t units, vectors, low, high; int back; } block_range;

static size_t blocks(size_t units, size_t vectors) { return (units + vectors - 1) / vectors; }
static size_t vectors_of(size_t units, size_t vectors, size_t block)
{
    return min_size(vectors, units - block * vectors);
}

/* A vector of one unit is never a part. */
static real load_part(const real *from, size_t left) { (void)left; return *from; }
static void store_part(real *to, real value, size_t left) { (void)left, *to = value; }
