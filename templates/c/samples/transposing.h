/* ---- vectors of samples from rows, and back --------------------------------------------- */

#if defined(__clang__) || __GNUC__ >= 12
#define SHUFFLED(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLED(a, b, ...) __builtin_shuffle(a, b, (mask){__VA_ARGS__})
#endif

/* Places in two vectors, side by side: of pairs from both, and of every other number. */
#define PAIR(n, k) k, n + (k)
#define PAIRS_2(n, k) PAIR(n, k), PAIR(n, k + 1)
#define PAIRS_4(n, k) PAIRS_2(n, k), PAIRS_2(n, k + 2)
#define PAIRS_8(n, k) PAIRS_4(n, k), PAIRS_4(n, k + 4)
#define OTHERS_2(k) k, k + 2
#define OTHERS_4(k) OTHERS_2(k), OTHERS_2(k + 4)
#define OTHERS_8(k) OTHERS_4(k), OTHERS_4(k + 8)
#define OTHERS_16(k) OTHERS_8(k), OTHERS_8(k + 16)

#ifdef SYMRNN_DOUBLE
#define NUMBERS_OF_VECTOR (VECTOR_BYTES / 8)
#else
#define NUMBERS_OF_VECTOR (VECTOR_BYTES / 4)
#endif
#if NUMBERS_OF_VECTOR == 16
enum { HALVINGS = 4 };
#define LOWER_PAIRS PAIRS_8(16, 0)
#define UPPER_PAIRS PAIRS_8(16, 8)
#define EVEN OTHERS_16(0)
#define ODD OTHERS_16(1)
#elif NUMBERS_OF_VECTOR == 8
enum { HALVINGS = 3 };
#define LOWER_PAIRS PAIRS_4(8, 0)
#define UPPER_PAIRS PAIRS_4(8, 4)
#define EVEN OTHERS_8(0)
#define ODD OTHERS_8(1)
#elif NUMBERS_OF_VECTOR == 4
enum { HALVINGS = 2 };
#define LOWER_PAIRS PAIRS_2(4, 0)
#define UPPER_PAIRS PAIRS_2(4, 2)
#define EVEN OTHERS_4(0)
#define ODD OTHERS_4(1)
#else
enum { HALVINGS = 1 };
#define LOWER_PAIRS PAIR(2, 0)
#define UPPER_PAIRS PAIR(2, 1)
#define EVEN OTHERS_2(0)
#define ODD OTHERS_2(1)
#endif

/* Rows of a square as its columns. Of the place of a number, row and column in binary digits, each
 * turn moves the first digit of the row to the end of the column and the other way round. */
ALWAYS void transpose(vec *square)
{
    UNROLLED for (int turn = 0; turn < HALVINGS; ++turn) {
        vec next[LANES];
        UNROLLED for (int k = 0; k < LANES / 2; ++k) {
            next[2 * k] = SHUFFLED(square[k], square[k + LANES / 2], LOWER_PAIRS);
            next[2 * k + 1] = SHUFFLED(square[k], square[k + LANES / 2], UPPER_PAIRS);
        }
        UNROLLED for (int k = 0; k < LANES; ++k)
            square[k] = next[k];
    }
}

/* True where the rows of all lanes lie one behind the other. */
ALWAYS int are_together(const size_t *rows)
{
    int together = 1;
    for (size_t lane = 1; lane < LANES; ++lane)
        together &= rows[lane] == rows[0] + lane;
    return together;
}

/* Rows of so many numbers are dealt out in registers. */
ALWAYS int may_be_dealt(size_t entries)
{
    return entries <= 16 && !(entries & (entries - 1));
}

/* LANES rows of 2^turns numbers, one behind the other, as vectors of the first numbers of all rows,
 * of the second ones, and so on: each turn moves the last digit of a place to the front. */
ALWAYS void deal_in(const real *from, const int turns, vec *to)
{
    const int entries = 1 << turns;
    vec all[16], next[16];
    UNROLLED for (int k = 0; k < entries; ++k)
        all[k] = load(from + k * LANES);
    UNROLLED for (int turn = 0; turn < turns; ++turn) {
        UNROLLED for (int k = 0; k < entries / 2; ++k) {
            next[k] = SHUFFLED(all[2 * k], all[2 * k + 1], EVEN);
            next[k + entries / 2] = SHUFFLED(all[2 * k], all[2 * k + 1], ODD);
        }
        UNROLLED for (int k = 0; k < entries; ++k)
            all[k] = next[k];
    }
    UNROLLED for (int k = 0; k < entries; ++k)
        to[k] = all[k];
}

/* The same back again. */
ALWAYS void collect_in(const vec *from, const int turns, real *to)
{
    const int entries = 1 << turns;
    vec all[16], next[16];
    UNROLLED for (int k = 0; k < entries; ++k)
        all[k] = from[k];
    UNROLLED for (int turn = 0; turn < turns; ++turn) {
        UNROLLED for (int k = 0; k < entries / 2; ++k) {
            next[2 * k] = SHUFFLED(all[k], all[k + entries / 2], LOWER_PAIRS);
            next[2 * k + 1] = SHUFFLED(all[k], all[k + entries / 2], UPPER_PAIRS);
        }
        UNROLLED for (int k = 0; k < entries; ++k)
            all[k] = next[k];
    }
    UNROLLED for (int k = 0; k < entries; ++k)
        store(to + k * LANES, all[k]);
}

MAYBE void deal(const real *from, size_t entries, vec *to)
{
    switch (entries) {
    case 1: deal_in(from, 0, to); break;
    case 2: deal_in(from, 1, to); break;
    case 4: deal_in(from, 2, to); break;
    case 8: deal_in(from, 3, to); break;
    default: deal_in(from, 4, to); break;
    }
}

MAYBE void collect(const vec *from, size_t entries, real *to)
{
    switch (entries) {
    case 1: collect_in(from, 0, to); break;
    case 2: collect_in(from, 1, to); break;
    case 4: collect_in(from, 2, to); break;
    case 8: collect_in(from, 3, to); break;
    default: collect_in(from, 4, to); break;
    }
}

