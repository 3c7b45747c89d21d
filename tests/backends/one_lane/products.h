
typedef struct weights { const real *matrix; size_t across, along; real scale; } weights;
typedef struct operand { const real *rows; size_t stride, entries; const real *panels; } operand;
typedef struct sums { real *tiles; size_t block, rows, first; } sums;

/* The panel of a block: entry by entry, gate by gate, unit by unit. */
static real *pack(size_t units, size_t vectors, const weights *matrices, size_t gates,
                  size_t entries, real *panel)
{
    for (size_t block = 0; block < blocks(units, vectors); ++block)
        for (size_t k = 0; k < entries; ++k)
            for (size_t g = 0; g < gates; ++g)
                for (size_t v = 0; v < vectors_of(units, vectors, block); ++v)
                    *panel++ = matrices[g].scale
                        * matrices[g].matrix[(block * vectors + v) * matrices[g].across
                                             + k * matrices[g].along];
    return panel;
}

static void products(size_t rows, size_t gates, const block_range *range, const operand *operands,
                     size_t count, const sums *into, int accumulate)
{
    const size_t full = range->vectors * gates;
    for (size_t block = range->low; count > 0 && block < range->high; ++block) {
        const size_t row = vectors_of(range->units, range->vectors, block) * gates;
        real *tile = into->tiles + (block - into->block) * full * into->rows + into->first * row;
        for (size_t r = 0; r < rows; ++r, tile += row)
            for (size_t g = 0; g < row; ++g) {
                real sum = accumulate ? tile[g] : 0;
                for (const operand *by = operands; by < operands + count; ++by)
                    for (size_t k = 0; k < by->entries; ++k)
                        sum += by->rows[r * by->stride + k]
                            * by->panels[block * full * by->entries + k * row + g];
                tile[g] = sum;
            }
    }
}
