/* ---- sums over a row -------------------------------------------------------------------- */

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
    return lanes_total(first + second);
}

MAYBE real total(const real *a, size_t entries)
{
    vec first = {0}, second = {0};
    size_t j = 0;
    for (; j + 2 * LANES <= entries; j += 2 * LANES) {
        first += load(a + j);
        second += load(a + j + LANES);
    }
    for (; j < entries; j += LANES)
        first += load_part(a + j, entries - j);
    return lanes_total(first + second);
}

