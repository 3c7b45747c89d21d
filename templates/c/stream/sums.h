/* ---- sums in registers ---------------------------------------------------------------------- */

#define WHOLLY _Pragma("GCC unroll 64") /* arrays of vectors become registers */

/* Vectors of units that have their sums at the same time: all of them where registers suffice, else
 * an equal part; one where weights do not fit in the first cache. */
#define VECTORS(units) (((units) + LANES - 1) / LANES)
#define SPLITS(own, units, gates)                                                                 \
    (VECTORS(units) % (own) == 0 && (own) * ((gates) > 4 ? (gates) : 4) <= MOST_SUMS)
#define OWN(units, gates)                                                                         \
    (SERPENTINE ? 1                                                                               \
     : SPLITS(5, units, gates) ? 5                                                                \
     : SPLITS(4, units, gates) ? 4                                                                \
     : SPLITS(3, units, gates) ? 3                                                                \
     : SPLITS(2, units, gates) ? 2                                                                \
                               : 1)

/* Each sum is split into parts, which do not wait for each other: a multiply-add takes four cycles,
 * and two begin in each. */
#define PARTS(sums) ((sums) < 4 ? 4 : 2 * (sums) <= MOST_SUMS ? 2 : 1)

/* Weights that do not fit in the first cache are taken forwards and backwards by turns: what the
 * last step read last is still there. */
ALWAYS size_t in_turn(size_t order, size_t blocks, int serpentine, size_t turn)
{
    return serpentine && turn ? blocks - 1 - order : order;
}

ALWAYS void clear_sums(vec *sums, size_t count)
{
    WHOLLY for (size_t one = 0; one < count; ++one)
        sums[one] = (vec){0};
}

ALWAYS void begin_sum(vec *sums, size_t place, vec value)
{
    sums[place] = value;
}

ALWAYS vec sum_at(const vec *sums, size_t place)
{
    return sums[place];
}

/* Columns of weights times the entries of an operand, added to `count` of `all` sums. Returns the
 * columns behind them. */
ALWAYS const real *add_columns(vec *sums, size_t all, size_t parts, const real *columns,
                               size_t count, const real *operand, size_t entries)
{
    const size_t left = entries % parts, even = entries - left;
    for (size_t k = 0; k < even; k += parts, columns += parts * count * LANES)
        WHOLLY for (size_t part = 0; part < parts; ++part) {
            const vec entry = splat(operand[k + part]);
            WHOLLY for (size_t one = 0; one < count; ++one)
                sums[part * all + one] += load(columns + (part * count + one) * LANES) * entry;
        }
    WHOLLY for (size_t part = 0; part < left; ++part) {
        const vec entry = splat(operand[even + part]);
        WHOLLY for (size_t one = 0; one < count; ++one)
            sums[part * all + one] += load(columns + (part * count + one) * LANES) * entry;
    }
    return columns + left * count * LANES;
}

ALWAYS void add_parts(vec *sums, size_t all, size_t parts)
{
    WHOLLY for (size_t one = 0; one < all; ++one) {
        if (parts == 4)
            sums[all + one] += sums[2 * all + one], sums[one] += sums[3 * all + one];
        if (parts > 1)
            sums[one] += sums[all + one];
    }
}

/* ---- memory ------------------------------------------------------------------------------- */

/* The units from `first` on of an array of the caller, which ends behind its last unit. */
ALWAYS vec take(const real *from, size_t first, size_t units)
{
    return units % LANES ? load_part(from + first, units - first) : load(from + first);
}

ALWAYS void put(real *to, vec value, size_t first, size_t units)
{
    if (units % LANES)
        store_part(to + first, value, units - first);
    else
        store(to + first, value);
}

ALWAYS void keep(real *to, const real *from, size_t entries)
{
    memcpy(to, from, entries * sizeof *to);
}

/* One factor of columns: a matrix [units, entries], or its transpose; `scale` times it. */
typedef struct factor {
    const real *matrix;
    size_t across; /* from one unit to the next */
    size_t along;  /* from one entry of the operand to the next */
    real scale;
} factor;

/* `own` vectors of units from the vector `first` on; zeros behind the last unit. */
MAYBE real *pack_entries(real *to, const real *from, size_t units, size_t first, size_t own)
{
    for (size_t unit = first * LANES; unit < (first + own) * LANES; ++unit)
        *to++ = unit < units ? from[unit] : 0;
    return to;
}

/* The weights of `count` gates for these units, column by column, the gates side by side. */
MAYBE real *pack_columns(real *to, const factor *from, size_t count, size_t entries, size_t units,
                         size_t first, size_t own)
{
    for (size_t k = 0; k < entries; ++k)
        for (const factor *gate = from; gate < from + count; ++gate)
            for (size_t unit = first * LANES; unit < (first + own) * LANES; ++unit)
                *to++ = unit < units ? gate->scale * gate->matrix[unit * gate->across
                                                                  + k * gate->along] : 0;
    return to;
}
