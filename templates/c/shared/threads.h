/* ---- a team of threads ------------------------------------------------------------------ */

/* Threads share the blocks of a loop nest, rows of blocks that do not go round, or the tiles of a
 * reduction. One sum is never split over threads, and in which order it adds up does not depend on
 * how many threads there are; so every sum adds the same numbers in the same order, and the bits
 * are the same for any number of threads.
 *
 * They wait for each other after every loop nest, but in a scan whose units do not read each other
 * only behind its last step. With two threads a barrier takes a quarter of a microsecond, measured,
 * where each has a core of its own; each further thread, which touches the same counter, is taken
 * to add an eighth. A share of 2^16 multiplications takes 4096 cycles with AVX, 16 a cycle: 1.4
 * microseconds at 3 GHz. So 2^13 of them, a share / PARTS, take as long as one thread more costs at
 * a barrier; the last of so many saves a part in threads (threads - 1) of the work, and comes where
 * that is more. Where work is not worth all threads, a number of them is taken that divides much:
 * blocks and rows go round. A team that meets seldom, or for one step alone, must be woken for it,
 * which takes longer: four times that share. */
#ifndef SHARE_OF_LOOP
#define SHARE_OF_LOOP (1 << 16)
#define SHARE_OF_STEP (1 << 18)
#endif
#ifndef SHARE_OF_MEETING /* of each thread at a barrier */
#define SHARE_OF_MEETING (1 << 13)
#endif

MAYBE size_t team_of(size_t threads, size_t multiplications, size_t share)
{
    enum { PARTS = 8 };
    const size_t shares = multiplications / share;
    size_t most = min_size(threads, shares < 1 ? 1 : shares), team = 1;
    while (most > 2 && most * (most - 1) * share > PARTS * multiplications)
        --most;
    if (most == threads)
        return threads;
    while (next_divisor(team) <= most)
        team = next_divisor(team);
    return team;
}

/* Calls a function of one thread, by all of the team at once. How a thread waits at a barrier is
 * the OpenMP library's own: usually it spins for a while, then sleeps, as OMP_WAIT_POLICY tells.
 * One thread alone meets no barrier: it may belong to a caller's team, which it would wait for.
 * Where the caller's OMP_PLACES tells where threads may run, neighbours take places close to each
 * other, as they share what they compute; with ll_caches those are behind one cache. */
#if defined _OPENMP && _OPENMP >= 201307
#define IN_PARALLEL _Pragma("omp parallel num_threads((int)team) proc_bind(close)")
#else
#define IN_PARALLEL _Pragma("omp parallel num_threads((int)team)")
#endif
#ifdef _OPENMP
#define TEAM(function, ...)                                                                      \
    if (team > 1) {                                                                              \
        IN_PARALLEL                                                                              \
        function(__VA_ARGS__, (size_t)omp_get_thread_num(), (size_t)omp_get_num_threads());      \
    } else {                                                                                     \
        function(__VA_ARGS__, 0, 1);                                                             \
    }
#define BARRIER if (threads > 1) { _Pragma("omp barrier") }
#else
#define TEAM(function, ...) (void)team, function(__VA_ARGS__, 0, 1);
#define BARRIER
#endif

/* What the caller gives; where it is NULL, so many entries of a value, in a room for them. The
 * first thread fills it, the others wait; that something is given is the same for all of them. */
MAYBE const real *given_or(const real *given, real value, size_t entries, real *room,
                           size_t thread, size_t threads)
{
    (void)threads;
    if (LIKELY(given != NULL))
        return given;
    for (size_t j = 0; thread == 0 && j < entries; ++j)
        room[j] = value;
    BARRIER
    return room;
}

