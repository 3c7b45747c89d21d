
/* A team of one: no thread waits for another. */
enum { SHARE_OF_LOOP = 1, SHARE_OF_STEP = 1 };
#define TEAM(function, ...) (void)team, function(__VA_ARGS__, 0, 1)

static size_t team_of(size_t threads, size_t multiplications, size_t share)
{
    (void)threads, (void)multiplications, (void)share;
    return 1;
}

typedef struct side { size_t multiplications, weights, meets, behind; } side;
typedef struct meeting { unsigned met; } meeting;
typedef struct team_part { size_t thread, threads; } team_part;

static size_t team_of_sides(size_t team, size_t threads, size_t count, size_t fewest,
                            size_t spared)
{
    (void)threads, (void)count, (void)fewest, (void)spared;
    return team;
}

static size_t max_size(size_t a, size_t b) { return a > b ? a : b; }

static team_part part_of(size_t number, const side *sides, size_t count, size_t steps,
                         size_t thread, size_t threads, meeting *meetings)
{
    (void)number, (void)sides, (void)count, (void)steps, (void)meetings;
    return (team_part){thread, threads};
}

static size_t steps_beside(size_t steps, size_t span, size_t behind)
{
    (void)span, (void)behind;
    return steps;
}

static size_t steps_in_turn(const side *sides, size_t count, size_t steps, size_t threads)
{
    (void)sides, (void)count, (void)threads;
    return steps;
}

/* One after the other: what a side reads is there. */
#define AWAIT(part, steps) (void)0
#define TELL(part, steps) (void)0

static size_t share_from(size_t count, size_t thread, size_t threads)
{
    return count * thread / threads;
}

typedef struct block_share { size_t from, to, lane, lanes; } block_share;

static block_share share_of(size_t count, size_t rows, size_t thread, size_t threads)
{
    (void)rows;
    return (block_share){count * thread / threads, count * (thread + 1) / threads, 0, 1};
}

static size_t row_from(size_t rows, size_t lane, size_t lanes) { return rows * lane / lanes; }

static int is_mine(block_share share, size_t begin) { (void)share, (void)begin; return 1; }

static const real *given_or(const real *given, real value, size_t entries, real *room,
                            size_t thread, size_t threads)
{
    (void)thread, (void)threads;
    for (size_t j = 0; given == NULL && j < entries; ++j)
        room[j] = value;
    return given != NULL ? given : room;
}

static void copy_rows(size_t rows, size_t entries, const real *from, size_t stride, real *to)
{
    for (size_t r = 0; to != NULL && r < rows; ++r)
        memcpy(to + r * entries, from + r * stride, entries * sizeof(real));
}

static void clear(real *to, size_t entries)
{
    for (size_t j = 0; to != NULL && j < entries; ++j)
        to[j] = 0;
}
