/* ---- what a core has ------------------------------------------------------------------------ */

/* Vectors as wide as the target's, but no wider than units fill. */
#if defined(__AVX512F__) && WIDEST_LANES >= 16
#define VECTOR_BYTES 64
#elif defined(__AVX__) && WIDEST_LANES >= 8
#define VECTOR_BYTES 32
#else
#define VECTOR_BYTES 16
#endif

/* So many sums stay in registers beside an entry, its weights and what the compiler needs. */
#if defined(__AVX512VL__) || defined(__aarch64__)
enum { MOST_SUMS = 20 };
#else
enum { MOST_SUMS = 12 };
#endif

/* Of the first cache, of 32 KB or more, what weights may fill. */
enum { FIRST_CACHE = 30000 };

