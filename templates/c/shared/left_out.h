/* ---- what a caller may leave out -------------------------------------------------------- */

/* Rows that lie `stride` apart, copied side by side; `to` is NULL where nobody wants them. */
MAYBE void copy_rows(size_t rows, size_t entries, const real *from, size_t stride, real *to)
{
    for (size_t r = 0; to != NULL && r < rows; ++r)
        memcpy(to + r * entries, from + r * stride, entries * sizeof(real));
}

/* Zeros: all bits 0 are the number 0. */
MAYBE void clear(real *to, size_t entries)
{
    if (to != NULL)
        memset(to, 0, entries * sizeof(real));
}

