/* ---- elementary functions --------------------------------------------------------------- */

ALWAYS vec vec_fabs(vec x)
{
    return (vec)((mask)x & ~(mask)(-(vec){0}));
}

/* exp(x) = 2^n exp(r), where n is the whole number nearest to x / log 2, r = x - n log 2, and so
 * |r| <= log(2) / 2 = 0.347. Of exp(r) - 1 = r + r^2 series(r) the first term is exact; the series
 * has the coefficients of least error relative to r.
 *
 *           terms   degree of the whole   error relative to r             with a term less
 * float       5             6             1.3e-8 = 0.22 x 2^-24           7.4 x 2^-24
 * double     10            11             1.8e-17 = 0.16 x 2^-53          12.5 x 2^-53
 *
 * (Rounding alone is 1 x 2^-24, or 2^-53.) So many terms add less than it does, a term less many
 * times as much; a term more would be work for nothing.
 *
 * ROUNDER is 1.5 x 2^(bits of the fraction): numbers about it, on both sides, are whole, so adding
 * it rounds to the nearest whole number and leaves n in the lowest bits. log 2 is HIGH + LOW: HIGH
 * has 9 bits (32 for double), n has 8 (11), so n HIGH is exact, and the difference of it and x,
 * which are nearly equal, loses nothing.
 *
 * Ends of the ranges. exp(x) rounds to 0 below -103.98 (-745.14) and is infinite above 88.73
 * (709.79). exp(TANH_HIGHEST), and there tanh is 1, is finite. exp(-SIGMOID_HIGHEST) / 2^SCALE is
 * still a normal number, 2^-125 (2^-1016.2), and exp(-EXP_LOWEST) / 2^SCALE is finite. */
#ifdef SYMRNN_DOUBLE
#define ROUNDER 0x1.8p52
#define EXPONENT_BITS 52
#define EXPONENT_BIAS 1023
#define LOG2_HIGH 6.93147180369123816490e-01
#define LOG2_LOW 1.90821492927058770002e-10
#define EXP_LOWEST -746
#define EXP_HIGHEST 710
#define TANH_HIGHEST 708
#define SIGMOID_HIGHEST 660
#define SCALED_ONE 0x1p-64
enum { SCALE = 64 };
#define SERIES                                                                                   \
    {0.5000000000000005571956, 0.1666666666666668452879, 0.04166666666657346090219,              \
     0.008333333333315553715911, 0.00138888889324182144778, 0.0001984126990091797648409,         \
     0.00002480150440799547495214, 0.000002755722985805222081102, 2.762633924149784870425e-7,    \
     2.511386680572572490668e-8}
enum { TERMS = 10 };
#else
#define ROUNDER 0x1.8p23f
#define EXPONENT_BITS 23
#define EXPONENT_BIAS 127
#define LOG2_HIGH 0.693359375f
#define LOG2_LOW -2.12194440e-4f
#define EXP_LOWEST -104
#define EXP_HIGHEST 89
#define TANH_HIGHEST 87
#define SIGMOID_HIGHEST 70
#define SCALED_ONE 0x1p-24f
enum { SCALE = 24 };
#define SERIES                                                                                   \
    {0.500000006193f, 0.166665429906f, 0.0416662820519f, 0.00836658409548f, 0.00139464480474f}
enum { TERMS = 5 };
#endif

/* exp(r) - 1 where x = n log 2 + r, and n + bias in the lowest bits of `shifted`. Terms are summed
 * in pairs (Estrin's way): half as many multiply-adds wait for each other as by Horner's. */
ALWAYS vec reduced_expm1(vec x, int bias, vec *shifted)
{
    static const real terms[] = SERIES;
    const real rounder = ROUNDER + (real)bias;
    *shifted = x * REAL(1.44269504088896340736) + rounder;
    const vec n = *shifted - rounder;
    const vec r = x - n * LOG2_HIGH - n * LOG2_LOW, square = r * r;
    vec series = TERMS % 2 ? splat(terms[TERMS - 1]) : terms[TERMS - 2] + terms[TERMS - 1] * r;
    UNROLLED for (int k = (TERMS - 3) / 2 * 2; k >= 0; k -= 2)
        series = (terms[k] + terms[k + 1] * r) + square * series;
    return r + square * series;
}

/* 2^(n + bias - EXPONENT_BIAS): the lowest bits move to where the exponent stands, and the shift
 * drops all bits of ROUNDER. */
ALWAYS vec power_of(vec shifted)
{
    return (vec)((mask)shifted << EXPONENT_BITS);
}

ALWAYS vec between(real lowest, vec x, real highest)
{
    return where(x < lowest, splat(lowest), where(x > highest, splat(highest), x));
}

/* Within 2 units in the last place; 0 and infinity beyond the range; NaN stays NaN. */
ALWAYS vec vec_exp(vec x)
{
    vec shifted;
    const vec series = 1 + reduced_expm1(between(EXP_LOWEST, x, EXP_HIGHEST), 0, &shifted);
    const mask n = (mask)shifted - (mask)splat(ROUNDER);
    const mask half = n >> 1; /* 2^n itself may be beyond all exponents; its root is not */
    return series * (vec)((half + EXPONENT_BIAS) << EXPONENT_BITS)
           * (vec)((n - half + EXPONENT_BIAS) << EXPONENT_BITS);
}

ALWAYS mask is_negative(vec x)
{
    return (mask)x < 0; /* by its sign: also -0 */
}

/* exp(-x) / 2^SCALE: of 1 + exp(-x), divided by as much, nothing overflows before its inverse
 * does, and nothing underflows before the x that SIGMOID_HIGHEST tells. */
ALWAYS vec scaled_inverse(vec x)
{
    vec shifted;
    const vec series = reduced_expm1(-between(EXP_LOWEST, x, SIGMOID_HIGHEST),
                                     EXPONENT_BIAS - SCALE, &shifted);
    const vec power = power_of(shifted);
    return power + power * series;
}

/* 1 / (1 + exp(-x)). Within 3 units in the last place. */
ALWAYS vec vec_sigmoid(vec x)
{
    const vec one = splat(SCALED_ONE);
    return one / (one + scaled_inverse(x));
}

/* The smaller of sigmoid(x) and sigmoid(-x), negative where that is sigmoid(-x): none of its
 * digits is lost, however near to 1 the other is. Beside vec_sigmoid of the same x it costs little:
 * both are inlined, and the compiler computes the exponential once. Beyond SIGMOID_HIGHEST it
 * is -0: a gate that is closed or open for good sends nothing back. */
ALWAYS vec vec_sigmoid_tail(vec x)
{
    const vec inverse = scaled_inverse(x), value = SCALED_ONE / (SCALED_ONE + inverse);
    const vec rest = where(x > SIGMOID_HIGHEST, splat(0), inverse * value);
    return where(is_negative(x), value, rest * (-1 / SCALED_ONE));
}

/* 1 where the tail is that of 1 - sigmoid(x), else 0. */
ALWAYS vec near_one(vec tail)
{
    return (vec)((mask)splat(1) & is_negative(tail));
}

/* sigmoid(x) and 1 - sigmoid(x), of the tail. */
ALWAYS vec vec_sigmoid_from_tail(vec tail)
{
    return tail + near_one(tail);
}

ALWAYS vec vec_complement_from_tail(vec tail)
{
    return (1 - near_one(tail)) - tail;
}

ALWAYS vec with_sign_of(vec x, vec positive)
{
    return (vec)((mask)positive | ((mask)x & (mask)(-(vec){0})));
}

/* exp(2 |x|) - 1. */
ALWAYS vec expm1_of_twice(vec x)
{
    vec shifted;
    const vec twice = 2 * vec_fabs(x);
    const vec most = where(twice > TANH_HIGHEST, splat(TANH_HIGHEST), twice);
    const vec series = reduced_expm1(most, EXPONENT_BIAS, &shifted);
    const vec power = power_of(shifted);
    return power * series + (power - 1);
}

/* tanh |x| = e / (2 + e) with e = exp(2 |x|) - 1, which loses nothing near zero. Within 3 units
 * in the last place; the sign of zero stays. */
ALWAYS vec vec_tanh(vec x)
{
    const vec e = expm1_of_twice(x);
    return with_sign_of(x, e / (2 + e));
}

/* tanh(x) where |x| is at most 1/2, else the inverse of 1 - tanh |x| = 2 / (2 + e), which is
 * larger than 1, with the sign of x: no digit of either is lost. */
ALWAYS vec vec_tanh_tail(vec x)
{
    const vec e = expm1_of_twice(x);
    return with_sign_of(x, where(e > REAL(1.71828), 1 + e * REAL(0.5), e / (2 + e)));
}

/* tanh(x) and 1 - tanh(x)^2, of the tail. */
ALWAYS vec vec_tanh_from_tail(vec tail)
{
    const vec size = vec_fabs(tail), rest = 1 / size;
    return where(size < 1, tail, with_sign_of(tail, 1 - rest));
}

ALWAYS vec vec_slope_from_tail(vec tail)
{
    const vec size = vec_fabs(tail), rest = where(size < 1, 1 - size, 1 / size);
    return rest * (2 - rest);
}

/* Functions that libm computes, entry by entry: no gate of a usual cell has them. */
#define BY_LANES(function)                                                                       \
    MAYBE vec vec_##function(vec x)                                                              \
    {                                                                                            \
        for (int lane = 0; lane < LANES; ++lane)                                                 \
            x[lane] = MATH(function)(x[lane]);                                                   \
        return x;                                                                                \
    }
BY_LANES(log)
BY_LANES(log1p)
BY_LANES(expm1)
BY_LANES(sin)
BY_LANES(cos)
BY_LANES(sqrt)

