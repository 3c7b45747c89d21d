/* ---- activations -------------------------------------------------------------------------- */

/* A step waits for two activations, one behind the other: few multiply-adds in a row count more
 * than the last digit. tanh(x) = x p(x^2) / q(x^2) with p of degree 5 and q of degree 3, whose
 * terms stand behind each other; sigmoid(x) = (1 + tanh(x / 2)) / 2 with the same terms times
 * powers of a quarter. Coefficients have the least relative error to tanh(x) (1 + 5e-7 (x / 8.5)^8)
 * on 0 to 8.5, 3.4e-08: there the ratio is above 1 whatever is rounded, and is cut, so that a gate
 * that is open or closed for good is 1 or 0. Within 5e-7 of the exact values, tanh relative to
 * them too; tanh stays from -1 to 1, sigmoid from 0 to 1, and NaN stays NaN. */
#define TANH_ENDS 8.5f
#define TANH_TERMS(s)                                                                             \
    {9.999999658e-01f * (s),                                                                      \
     1.295018019e-01f * (s) * (s),                                                                \
     2.954196052e-03f * (s) * (s) * (s),                                                          \
     9.576902154e-06f * (s) * (s) * (s) * (s),                                                    \
     -1.373031810e-08f * (s) * (s) * (s) * (s) * (s),                                             \
     2.076965205e-11f * (s) * (s) * (s) * (s) * (s) * (s),                                        \
     1.000000000e+00f,                                                                            \
     4.628348362e-01f * (s),                                                                      \
     2.389958022e-02f * (s) * (s),                                                                \
     2.327486926e-04f * (s) * (s) * (s)}
enum { TERMS_BELOW = 6 };

/* x where it is at most `most`; where it is from -most to most, else the nearer of them. */
#if defined(__SSE__)
#include <immintrin.h>
#if VECTOR_BYTES == 64
#define OF_TWO(smaller, x, y) (vec)_mm512_##smaller##_ps((__m512)(x), (__m512)(y))
#elif VECTOR_BYTES == 32
#define OF_TWO(smaller, x, y) (vec)_mm256_##smaller##_ps((__m256)(x), (__m256)(y))
#else
#define OF_TWO(smaller, x, y) (vec)_mm_##smaller##_ps((__m128)(x), (__m128)(y))
#endif
ALWAYS vec no_more(vec x, real most)
{
    return OF_TWO(min, splat(most), x); /* the second where one is NaN */
}

ALWAYS vec within(vec x, real most)
{
    return OF_TWO(max, splat(-most), no_more(x, most));
}
#else
ALWAYS vec no_more(vec x, real most)
{
    return where(x > most, splat(most), x);
}

ALWAYS vec within(vec x, real most)
{
    return between(-most, x, most);
}
#endif

/* Some compilers keep all terms in registers that they do not have: to them a table is a place in
 * memory that nobody knows. */
#if defined(__clang__)
#define UNKNOWN(table) __asm__("" : "+r"(table))
#else
#define UNKNOWN(table) (void)(table)
#endif

/* x p(x^2) / q(x^2) with these terms of p and q, cut to -most to most. Beyond `ends` p and q stay what
 * they are there, so that the ratio grows with x and is cut. */
ALWAYS vec odd_ratio(vec x, real ends, real most, const real *p)
{
    UNKNOWN(p);
    const real *q = p + TERMS_BELOW;
    const vec y = no_more(x * x, ends * ends), yy = y * y;
    const vec below = (q[0] + q[1] * y) + yy * (q[2] + q[3] * y);
    const vec above = (p[0] + p[1] * y) + yy * ((p[2] + p[3] * y) + yy * (p[4] + p[5] * y));
    return within(x / below * above, most);
}

ALWAYS vec quick_tanh(vec x)
{
    static const real terms[] = TANH_TERMS(1);
    return odd_ratio(x, TANH_ENDS, 1, terms);
}

ALWAYS vec quick_sigmoid(vec x)
{
    static const real terms[] = TANH_TERMS(REAL(0.25));
    return REAL(0.5) + odd_ratio(x, 2 * TANH_ENDS, REAL(0.5), terms);
}

