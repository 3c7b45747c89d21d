
typedef struct series {
    const real *inner, *edge;
    size_t stride, edge_stride, start, edges, origin;
} series;
typedef struct reduction {
    series left;
    size_t units;
    real scale, *out;
    int accumulate;
} reduction;

static size_t scratch_for(size_t columns) { (void)columns; return 0; }

static const real *row_of(const series *from, size_t row)
{
    if (row - from->start < from->edges)
        return from->edge + (row - from->start) * from->edge_stride;
    return from->inner
        + (row < from->start ? row : row - from->edges - from->origin) * from->stride;
}

static void reduce_rows(size_t first, size_t rows, const series *right, size_t columns,
                        const reduction *all, size_t count, size_t thread, size_t threads,
                        real *scratch)
{
    (void)thread, (void)threads, (void)scratch;
    for (const reduction *by = all; by < all + count; ++by)
        for (size_t unit = 0; by->out != NULL && unit < by->units; ++unit)
            for (size_t column = 0; column < columns; ++column) {
                real *out = by->out + unit * columns + column;
                *out = by->accumulate ? *out : 0;
                for (size_t row = first; row < first + rows; ++row)
                    *out += by->scale * row_of(&by->left, row)[unit] * row_of(right, row)[column];
            }
}

static real dot(const real *a, const real *b, size_t entries)
{
    real sum = 0;
    for (size_t j = 0; j < entries; ++j)
        sum += a[j] * b[j];
    return sum;
}

static real row_sum(const real *a, size_t entries)
{
    real sum = 0;
    for (size_t j = 0; j < entries; ++j)
        sum += a[j];
    return sum;
}
