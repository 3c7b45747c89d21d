/* ---- vectors in storage ----------------------------------------------------------------- */

/* LANES numbers of a storage type lie in a part of a vector's bytes; `words` and `singles` are the
 * 32 bits of each lane, which a vector of doubles is converted from and to. */
typedef uint16_t halves __attribute__((vector_size(LANES * 2), aligned(2), may_alias));
typedef int8_t octets __attribute__((vector_size(LANES), aligned(1), may_alias));
typedef uint32_t words __attribute__((vector_size(LANES * 4)));
typedef float singles __attribute__((vector_size(LANES * 4)));

ALWAYS vec load_bfloat16(const uint16_t *from)
{
    const words bits = __builtin_convertvector(*(const halves *)from, words) << 16;
    return __builtin_convertvector((singles)bits, vec);
}

/* As `to_bfloat16`: a comparison of vectors has all bits set where it holds. */
ALWAYS void store_bfloat16(uint16_t *to, vec value)
{
    const singles numbers = __builtin_convertvector(value, singles);
    const words bits = (words)numbers, is_nan = (words)(numbers != numbers);
    const words nearest = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    const words chosen_bits = (nearest & ~is_nan) | ((bits >> 16 | 0x40) & is_nan);
    *(halves *)to = __builtin_convertvector(chosen_bits, halves);
}

/* As `from_float16` and `to_float16`, for all lanes at once. */
ALWAYS vec load_float16(const uint16_t *from)
{
    const words half = __builtin_convertvector(*(const halves *)from, words);
    const words magnitude = (half & 0x7fff) << 13, sign = (half & 0x8000) << 16;
    const words is_small = (words)(magnitude < 0x800000), is_huge = (words)(magnitude >= 0xf800000);
    const words normal = magnitude + (112u << 23) + (is_huge & (112u << 23));
    const words small = (words)((singles)(magnitude + (113u << 23)) - 6.103515625e-05f);
    const words bits = (small & is_small) | (normal & ~is_small) | sign;
    return __builtin_convertvector((singles)bits, vec);
}

ALWAYS void store_float16(uint16_t *to, vec value)
{
    const singles numbers = __builtin_convertvector(value, singles);
    const words bits = (words)numbers, magnitude = bits & 0x7fffffff;
    const words is_nan = (words)(numbers != numbers), is_huge = (words)(magnitude >= 0x477ff000);
    const words is_small = (words)(magnitude < 0x38800000);
    const words small = (words)((singles)magnitude + 0.5f) - 0x3f000000;
    const words normal = (magnitude - 0x38000000 + 0xfff + (magnitude >> 13 & 1)) >> 13;
    const words finite = (small & is_small) | (normal & ~is_small);
    const words most = (is_huge & 0x7c00) | (finite & ~is_huge);
    const words half = (bits >> 16 & 0x8000) | (is_nan & 0x7e00) | (most & ~is_nan);
    *(halves *)to = __builtin_convertvector(half, halves);
}

ALWAYS vec load_int8(const int8_t *from)
{
    return __builtin_convertvector(*(const octets *)from, vec);
}

/* As `to_int8`; adding and taking away ROUNDER rounds to the nearest whole number, to even ones. */
ALWAYS void store_int8(int8_t *to, vec value)
{
    const vec most = where(value >= 127, splat(127), where(value > -127, value, splat(-127)));
    *(octets *)to = __builtin_convertvector(most + ROUNDER - ROUNDER, octets);
}

/* The first `count` numbers alone, as `load_part` and `store_part`. */
#define PARTS_OF(type, kind)                                                                     \
    ALWAYS vec load_part_##kind(const type *from, size_t count)                                  \
    {                                                                                            \
        type lanes[LANES] = {0};                                                                 \
        memcpy(lanes, from, min_size(count, LANES) * sizeof(type));                              \
        return load_##kind(lanes);                                                               \
    }                                                                                            \
    ALWAYS void store_part_##kind(type *to, vec value, size_t count)                             \
    {                                                                                            \
        type lanes[LANES];                                                                       \
        store_##kind(lanes, value);                                                              \
        memcpy(to, lanes, min_size(count, LANES) * sizeof(type));                                \
    }
PARTS_OF(uint16_t, bfloat16)
PARTS_OF(uint16_t, float16)
PARTS_OF(int8_t, int8)

