/* ---- activations -------------------------------------------------------------------------- */

/* A step waits for two activations, one behind the other: few multiply-adds in a row count more
 * than the last digit. tanh(x) = x p(x^2) / q(x^2) with p of degree 5 and q of degree 3, the
 * coefficients of least relative error on 0 to 8.5: 3.4e-08. Where it ends tanh is 1 - 8e-8.
 * sigmoid(x) is (1 + tanh(x / 2)) / 2, with the same coefficients, halves and quarters inside.
 * Both are within 4e-7 of the exact value, tanh relative to it too; tanh stays from -1 to 1,
 * sigmoid from 0 to 1, and NaN stays NaN. */
#define TANH_ENDS 8.5f
#define TANH_P {9.999999658e-01f, 1.295002747e-01f, 2.954025776e-03f, \
                9.575134504e-06f, -1.372332718e-08f, 2.073593173e-11f}
#define TANH_Q {1.000000000e+00f, 4.628333086e-01f, 2.389890121e-02f, 2.327239633e-04f}

/* x where it is from -most to most, else the nearer of them. Its instructions are two. */
#if defined(__SSE__)
#include <immintrin.h>
#if VECTOR_BYTES == 64
#define OF_TWO(smaller, x, y) (vec)_mm512_##smaller##_ps((__m512)(x), (__m512)(y))
#elif VECTOR_BYTES == 32
#define OF_TWO(smaller, x, y) (vec)_mm256_##smaller##_ps((__m256)(x), (__m256)(y))
#else
#define OF_TWO(smaller, x, y) (vec)_mm_##smaller##_ps((__m128)(x), (__m128)(y))
#endif
ALWAYS vec within(vec x, real most)
{
    return OF_TWO(max, splat(-most), OF_TWO(min, splat(most), x)); /* the second where one is NaN */
}
#else
ALWAYS vec within(vec x, real most)
{
    return between(-most, x, most);
}
#endif

/* scale tanh(scale x), for a scale that is a power of two: coefficients are as exact as before. */
ALWAYS vec scaled_tanh(vec x, real scale)
{
    static const real p[] = TANH_P, q[] = TANH_Q;
    const real s = scale * scale;
    const vec inside = within(x, TANH_ENDS / scale), y = inside * inside, yy = y * y;
    const vec below = (q[0] + q[1] * s * y) + yy * (q[2] * s * s + q[3] * s * s * s * y);
    const vec above = (p[2] * s * s * s + p[3] * s * s * s * s * y)
                      + yy * (p[4] * s * s * s * s * s + p[5] * s * s * s * s * s * s * y);
    return inside / below * ((p[0] * s + p[1] * s * s * y) + yy * above);
}

ALWAYS vec quick_tanh(vec x)
{
    return scaled_tanh(x, 1);
}

ALWAYS vec quick_sigmoid(vec x)
{
    return REAL(0.5) + scaled_tanh(x, REAL(0.5));
}

