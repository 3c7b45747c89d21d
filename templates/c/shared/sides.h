/* ---- sides ------------------------------------------------------------------------------- */

/* Loops over time that read nothing of each other, such as two directions, are sides. A team takes
 * one after the other, and meets at every step; or it parts, each side has threads of its own, and
 * these meet among themselves. A thread that has a side for itself meets nobody before the end.
 * Stacked layers are sides, too: each is some steps behind the one before it, whose steps it reads.
 *
 * A side has so many multiplications a step, and weights that every step reads; its threads meet
 * so many times a step; and it begins so many steps behind the side before it. */
typedef struct side { size_t multiplications, weights, meets, behind; } side;

/* Where the threads of one side meet: how many have come, how often all had, and how many steps are
 * done. A line of the cache for itself, as threads that wait read it over and over. */
typedef struct meeting {
    unsigned arrived, met;
    size_t done;
    char apart[64 - 2 * sizeof(unsigned) - sizeof(size_t)];
} meeting;

/* A part of a team: which of its threads this one is, and where they meet. In a part of no threads
 * it has nothing to do; at no place of their own all threads of the team meet. */
typedef struct team_part { size_t thread, threads; meeting *at; } team_part;

/* How long a step of a side takes so many threads, in multiplications: its own, those that pass
 * while weights are read, and those while threads meet. A second cache of half a megabyte keeps as
 * many weights from step to step, as blocks go forwards and backwards by turns; it gives half a
 * vector a cycle, in which two are multiplied. What does not fit comes from behind it, four times
 * as slowly. So a team parts where a side's weights fit there as a whole: where only a thread's
 * share of them does, or none, all threads together read less from afar. */
MAYBE size_t time_of_step(const side *one, size_t threads)
{
    enum { SECOND_CACHE = 1 << 19, NEAR_WEIGHT = 2, FAR_WEIGHT = 8 };
    const size_t own = one->weights / threads;
    const size_t fitting = min_size(own, SECOND_CACHE / sizeof(weight));
    const size_t work = one->multiplications / threads + fitting * NEAR_WEIGHT
                        + (own - fitting) * FAR_WEIGHT;
    return threads == 1 ? work : work + one->meets * threads * SHARE_OF_MEETING;
}

/* How many threads the first `before` sides have, where a team parts: one for each side, and the
 * others by what there is to multiply. Where there are fewer threads than sides, which are stacked
 * then, it is the thread that takes the next side: they are dealt out by what there is to multiply,
 * by the middle of each. */
MAYBE size_t threads_before(const side *sides, size_t count, size_t before, size_t threads)
{
    size_t part = 0, all = 0;
    for (size_t k = 0; k < count; ++k) {
        part += k < before ? sides[k].multiplications : 0;
        all += sides[k].multiplications;
    }
    if (threads < count)
        return (2 * part + sides[before].multiplications) * threads / (2 * all + 1);
    return all == 0 ? before : before + ((threads - count) * part + all / 2) / all;
}

MAYBE size_t threads_of(const side *sides, size_t count, size_t number, size_t threads)
{
    return threads < count ? 1 : threads_before(sides, count, number + 1, threads)
                                 - threads_before(sides, count, number, threads);
}

/* Whether a team parts: where its slowest thread is done with all steps, and with those that it is
 * behind, before all sides one after the other. Parts of several threads, or of those that wait for
 * each other's steps, want a system in which a thread that waits can let others run. */
MAYBE int team_parts(const side *sides, size_t count, size_t steps, size_t threads)
{
    const int stacked = sides[count - 1].behind > 0;
    uint64_t together = 0, slowest = 0, own = 0, behind = 0;
    if (threads < (stacked ? 2 : count) || ((stacked || threads > count) && !MAY_LET_OTHERS_RUN))
        return 0;
    for (size_t k = 0, last = threads, first; k < count; ++k, last = first) {
        first = threads_before(sides, count, k, threads);
        own = (first == last ? own : 0)
              + time_of_step(sides + k, threads_of(sides, count, k, threads));
        slowest = own > slowest ? own : slowest;
        behind += first == last ? 0 : sides[k].behind;
        together += time_of_step(sides + k, threads);
    }
    return slowest * (steps + behind) <= together * steps;
}

/* The part of a team that takes side `number`. */
SELDOM team_part part_of(size_t number, const side *sides, size_t count, size_t steps,
                        size_t thread, size_t threads, meeting *meetings)
{
    if (!team_parts(sides, count, steps, threads))
        return (team_part){thread, threads, NULL};
    const size_t from = threads_before(sides, count, number, threads);
    const size_t all = threads_of(sides, count, number, threads);
    if (thread < from || thread >= from + all)
        return (team_part){0, 0, NULL};
    return (team_part){thread - from, all, meetings + number};
}

/* How many steps of stacked sides a thread takes before it goes on to the next side: where it has
 * several, as many as that one is behind, else all of them. */
SELDOM size_t steps_in_turn(const side *sides, size_t count, size_t steps, size_t threads)
{
    return threads < count && team_parts(sides, count, steps, threads) ? sides[count - 1].behind
                                                                       : steps;
}

/* In how many of all steps the last of stacked sides is at work beside the first, span by span. */
MAYBE size_t steps_beside(size_t steps, size_t span, size_t behind)
{
    return span > behind ? steps / span * (span - behind) : 0;
}

/* The threads of a team, or as many as there are sides, or, of stacked sides, from `fewest` on:
 * these meet seldom, so that they are worth it as soon as what one of them is `spared` in all steps
 * is. */
MAYBE size_t team_of_sides(size_t team, size_t threads, size_t count, size_t fewest,
                           size_t spared)
{
    const size_t parts = min_size(threads, count);
    return team < parts && parts >= fewest && spared >= SHARE_OF_STEP ? parts : team;
}

#ifdef _OPENMP
/* Where threads meet is told by values, not by the address of a part: so the compiler knows that
 * nothing changes the part, and works out its shares once for all steps. */

/* Tells the others of a part that this thread has come, which opens the way if it is the last.
 * What it gives is asked of `has_met`. */
MAYBE unsigned arrive(meeting *at, size_t threads)
{
    const unsigned met = __atomic_load_n(&at->met, __ATOMIC_RELAXED);
    if (__atomic_add_fetch(&at->arrived, 1, __ATOMIC_ACQ_REL) == threads) {
        __atomic_store_n(&at->arrived, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&at->met, met + 1, __ATOMIC_RELEASE);
    }
    return met;
}

MAYBE int has_met(const meeting *at, unsigned before)
{
    return __atomic_load_n(&at->met, __ATOMIC_ACQUIRE) != before;
}

/* Waits for the others of a part: for some microseconds it asks again and again, then it lets other
 * threads run in between, of which there may be more than cores. */
SELDOM void wait_for_part(meeting *at, size_t threads)
{
    enum { TIMES = 1 << 12 };
    const unsigned before = arrive(at, threads);
    for (size_t asked = 0; !has_met(at, before); ++asked)
        if (asked >= TIMES)
            LET_OTHERS_RUN;
}

/* Whether a side has done so many steps: then all that it wrote for them is there. Its own threads
 * had met before one of them told so, and it had waited itself for the side before it. */
MAYBE int are_done(const meeting *at, size_t steps)
{
    return __atomic_load_n(&at->done, __ATOMIC_ACQUIRE) >= steps;
}

/* Waits for steps, and asks longer: about as long as a chunk of them takes. */
SELDOM void wait_for_steps(const meeting *at, size_t steps)
{
    enum { TIMES = 1 << 15 };
    for (size_t asked = 0; !are_done(at, steps); ++asked)
        if (asked >= TIMES)
            LET_OTHERS_RUN;
}

SELDOM void tell_steps(meeting *at, size_t thread, size_t steps)
{
    if (thread == 0)
        __atomic_store_n(&at->done, steps, __ATOMIC_RELEASE);
}

#define MEET(part)                                                                               \
    if ((part).at == NULL) {                                                                     \
        BARRIER                                                                                  \
    } else if ((part).threads > 1) {                                                             \
        wait_for_part((part).at, (part).threads);                                                \
    }
/* All threads of a team take one side after the other, so that what they read is there. */
#define AWAIT(part, steps)                                                                       \
    if ((part).at != NULL)                                                                       \
        wait_for_steps((part).at - 1, steps)
#define TELL(part, steps)                                                                        \
    if ((part).at != NULL)                                                                       \
        tell_steps((part).at, (part).thread, steps)
#else
#define MEET(part)
#define AWAIT(part, steps)
#define TELL(part, steps)
#endif

