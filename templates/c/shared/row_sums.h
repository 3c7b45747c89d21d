/* ---- sums over a row -------------------------------------------------------------------- */

/* Two sums side by side: one alone would wait for its own addition, four or five cycles a vector.
 * More would pay for rows that are longer than those of cells, and cost the short ones. */
MAYBE real dot(const real *a, const real *b, size_t entries)
{
    vec first = {0}, second = {0};
    size_t j = 0;
    for (; j + 2 * LANES <= entries; j += 2 * LANES) {
        first += load(a + j) * load(b + j);
        second += load(a + j + LANES) * load(b + j + LANES);
    }
    for (; j < entries; j += LANES)
        first += load_part(a + j, entries - j) * load_part(b + j, entries - j);
    return sum_of_lanes(first + second);
}

MAYBE real row_sum(const real *a, size_t entries)
{
    vec first = {0}, second = {0};
    size_t j = 0;
    for (; j + 2 * LANES <= entries; j += 2 * LANES) {
        first += load(a + j);
        second += load(a + j + LANES);
    }
    for (; j < entries; j += LANES)
        first += load_part(a + j, entries - j);
    return sum_of_lanes(first + second);
}

