/* ---- a team of threads ------------------------------------------------------------------ */

/* Members share the blocks of every pass, never a sum: the same bits for any number of them. They
 * wait for each other after every pass, so each wants a share of multiplications in it; more where
 * the team meets for one step alone. */
#ifndef SHARE_OF_LOOP
#define SHARE_OF_LOOP (1 << 16)
#define SHARE_OF_STEP (1 << 18)
#endif

ALWAYS size_t team_of(size_t threads, size_t multiplications, size_t share)
{
    const size_t shares = multiplications / share;
    return min_size(threads, shares < 1 ? 1 : shares);
}

/* Calls a function of one thread, by all of the team at once. */
#ifdef _OPENMP
#define TEAM(function, ...)                                                                      \
    if (team > 1) {                                                                              \
        _Pragma("omp parallel num_threads((int)team)")                                           \
        function(__VA_ARGS__, (size_t)omp_get_thread_num(), (size_t)omp_get_num_threads());      \
    } else {                                                                                     \
        function(__VA_ARGS__, 0, 1);                                                             \
    }
#define BARRIER if (threads > 1) { _Pragma("omp barrier") }
#else
#define TEAM(function, ...) (void)team, function(__VA_ARGS__, 0, 1);
#define BARRIER
#endif

/* What the caller gives; where it is NULL, so many entries of a value, in a room for them. */
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

