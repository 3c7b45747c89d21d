/* ---- blocks of samples ------------------------------------------------------------------ */

/* The samples of one block, one in each lane of a vector, and where they lie in arrays of the
 * caller: their rows at step 0 of [T, B, ...], those of states and of what no step changes, and
 * how many rows lie between two steps. Lanes behind `count` repeat the last sample: they read what
 * there is, and compute what nobody takes. Inputs and outputs whose digits of `lying` are 1 lie as
 * blocks have them, one behind the other; `place` is that of this block. */
typedef struct samples {
    size_t count, steps, stride, lying, place;
    size_t first[LANES], state[LANES], batch[LANES];
} samples;

/* A sequence in pieces of `length` steps; what is over, or all where there is no step, is one more
 * piece. Blocks have whole pieces, or such last ones. */
ALWAYS size_t whole_pieces(size_t T, size_t length)
{
    return length ? T / length : 0;
}

ALWAYS size_t blocks_of(size_t T, size_t B, size_t length)
{
    const size_t whole = whole_pieces(T, length), vectors = round_up(B, LANES) / LANES;
    return round_up(whole * B, LANES) / LANES + (whole * length < T || T == 0 ? vectors : 0);
}

MAYBE samples samples_of(size_t T, size_t B, size_t length, size_t lying, size_t block)
{
    const size_t whole = whole_pieces(T, length), many = round_up(whole * B, LANES) / LANES;
    const int over = block >= many;
    const size_t from = over ? whole * B + (block - many) * LANES : block * LANES;
    const size_t last = (over ? whole + 1 : whole) * B - 1;
    samples of = {min_size(LANES, last - from + 1), over ? T - whole * length : length, B,
                  lying, block * length, {0}, {0}, {0}};
    for (size_t lane = 0; lane < LANES; ++lane) {
        const size_t sample = min_size(from + lane, last);
        of.state[lane] = sample;
        of.batch[lane] = sample % B;
        of.first[lane] = sample / B * length * B + sample % B;
    }
    return of;
}

/* Threads that so many blocks and entries are worth: an entry takes some operations, and a thread
 * must be woken. */
MAYBE size_t team_for(size_t threads, size_t blocks, size_t entries)
{
    enum { OPERATIONS = 8 };
    return min_size(team_of(threads, entries * OPERATIONS, SHARE_OF_STEP), blocks);
}

/* Memory as vectors; it begins at one. */
ALWAYS vec *vectors_at(real *memory)
{
    return (vec *)memory;
}

ALWAYS const vec *vectors_in(const real *memory)
{
    return (const vec *)memory;
}

MAYBE void clear_vectors(vec *to, size_t entries)
{
    for (size_t entry = 0; entry < entries; ++entry)
        to[entry] = (vec){0};
}

/* Rows of the caller, `stride` apart from step to step, as vectors, one row in each lane. Where
 * the numbers of a row lie together over all steps, squares of them are transposed; where the rows
 * of all lanes lie together, a step of theirs is dealt out. */
MAYBE void take_rows(const real *from, size_t entries, const size_t *rows, size_t steps,
                     size_t stride, vec *to)
{
    const size_t flat = steps * entries, squares = stride == 1 ? flat / LANES * LANES : 0;
    for (size_t at = 0; at < squares; at += LANES) {
        vec square[LANES];
        UNROLLED for (int lane = 0; lane < LANES; ++lane)
            square[lane] = load(from + rows[lane] * entries + at);
        transpose(square);
        UNROLLED for (int lane = 0; lane < LANES; ++lane)
            to[at + lane] = square[lane];
    }
    if (stride != 1 && are_together(rows) && may_be_dealt(entries)) {
        for (size_t t = 0; t < steps; ++t)
            deal(from + (rows[0] + t * stride) * entries, entries, to + t * entries);
        return;
    }
    for (size_t at = squares, t = at / entries, entry = at % entries; at < flat; ++at) {
        const real *const row = from + t * stride * entries + entry;
        vec all = {0};
        for (int lane = 0; lane < LANES; ++lane)
            all[lane] = row[rows[lane] * entries];
        to[at] = all;
        if (++entry == entries)
            entry = 0, ++t;
    }
}

/* The same back again, of the first lanes; to NULL where nobody wants them. */
MAYBE void put_rows(const vec *from, size_t entries, const size_t *rows, size_t count,
                    size_t steps, size_t stride, real *to)
{
    if (to == NULL)
        return;
    const size_t flat = steps * entries, squares = stride == 1 ? flat / LANES * LANES : 0;
    for (size_t at = 0; at < squares; at += LANES) {
        vec square[LANES];
        UNROLLED for (int lane = 0; lane < LANES; ++lane)
            square[lane] = from[at + lane];
        transpose(square);
        for (size_t lane = 0; lane < count; ++lane)
            store(to + rows[lane] * entries + at, square[lane]);
    }
    if (stride != 1 && count == LANES && are_together(rows) && may_be_dealt(entries)) {
        for (size_t t = 0; t < steps; ++t)
            collect(from + t * entries, entries, to + (rows[0] + t * stride) * entries);
        return;
    }
    for (size_t at = squares, t = at / entries, entry = at % entries; at < flat; ++at) {
        real *const row = to + t * stride * entries + entry;
        const vec all = from[at];
        for (size_t lane = 0; lane < count; ++lane)
            row[rows[lane] * entries] = all[lane];
        if (++entry == entries)
            entry = 0, ++t;
    }
}

MAYBE void take_steps(const real *from, size_t entries, const samples *of, vec *to)
{
    take_rows(from, entries, of->first, of->steps, of->stride, to);
}

MAYBE void take_batch(const real *from, size_t entries, const samples *of, vec *to)
{
    take_rows(from, entries, of->batch, 1, 0, to);
}

MAYBE void put_steps(const vec *from, size_t entries, const samples *of, real *to)
{
    put_rows(from, entries, of->first, of->count, of->steps, of->stride, to);
}

MAYBE void put_batch(const vec *from, size_t entries, const samples *of, real *to)
{
    put_rows(from, entries, of->batch, of->count, 1, 0, to);
}

MAYBE void put_states(const vec *from, size_t entries, const samples *of, real *to)
{
    put_rows(from, entries, of->state, of->count, 1, 0, to);
}

ALWAYS vec *lying_at(const real *array, size_t entries, const samples *of)
{
    return (vec *)array + of->place * entries;
}

/* The steps of an input: in a room, or where they lie. */
MAYBE const vec *steps_in(const real *from, size_t entries, const samples *of, size_t place,
                          vec *room)
{
    if (of->lying >> place & 1)
        return lying_at(from, entries, of);
    take_steps(from, entries, of, room);
    return room;
}

/* Where the steps of an output are computed, and how they leave. */
ALWAYS vec *steps_for(real *to, size_t entries, const samples *of, size_t place, vec *room)
{
    return of->lying >> place & 1 ? lying_at(to, entries, of) : room;
}

MAYBE void steps_out(const vec *from, size_t entries, const samples *of, size_t place, real *to)
{
    if (!(of->lying >> place & 1))
        put_steps(from, entries, of, to);
}

/* The states that the caller gives; where it is NULL, so many of a value. */
MAYBE const vec *given_states(const real *given, real value, size_t entries, const samples *of,
                              vec *room)
{
    if (given != NULL)
        take_rows(given, entries, of->state, 1, 0, room);
    for (size_t entry = 0; given == NULL && entry < entries; ++entry)
        room[entry] = splat(value);
    return room;
}

/* Sums over the samples of a block: no more lanes than it has. */
MAYBE void add_lanes(const vec *from, size_t entries, const samples *of, real *to)
{
    for (size_t entry = 0; entry < entries; ++entry) {
        real sum = 0;
        for (size_t lane = 0; lane < of->count; ++lane)
            sum += from[entry][lane];
        to[entry] = sum;
    }
}

/* Sums over blocks, `each` so many numbers apart, in the order of the blocks. */
MAYBE void add_blocks(size_t blocks, size_t each, size_t entries, const real *from, real *to)
{
    if (to == NULL)
        return;
    for (size_t entry = 0; entry < entries; ++entry)
        to[entry] = 0;
    for (size_t block = 0; block < blocks; ++block)
        for (size_t entry = 0; entry < entries; ++entry)
            to[entry] += from[block * each + entry];
}
