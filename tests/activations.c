/* Usage: activations NAME FIRST LAST STRIDE
 *
 * Holds one float32 activation of the shared header against the double function of libm, for
 * every STRIDE-th pattern of bits from FIRST up to LAST, and prints the worst error in units in
 * the last place and its argument. An infinity, a NaN or a sign that is wrong counts as inf.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
typedef float real;
#include "symrnn_simd.h"

enum { AT_ONCE = 1024 }; /* a multiple of every width */

typedef struct worst {
    double error;
    float argument;
} worst;

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

/* The distance between neighbours of float32 at this number; below infinity, that of the last. */
static double unit_of(float number)
{
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    const uint64_t exponent = bits >> 23 & 255;
    const uint64_t usual = exponent < 1 ? 1 : exponent > 254 ? 254 : exponent;
    const uint64_t power = (usual - 150 + 1023) << 52;
    double unit;
    memcpy(&unit, &power, sizeof unit);
    return unit;
}

static double units_off(float x, float got, double wanted)
{
    const float rounded = (float)wanted;
    if (isnan(x))
        return isnan(got) ? 0 : INFINITY;
    if (isnan(got) || !signbit(got) != !signbit(wanted))
        return INFINITY;
    return got == rounded ? 0 : fabs(got - wanted) / unit_of(rounded);
}

#define SWEEP(name, exact)                                                                       \
    static worst sweep_##name(uint64_t bits, uint64_t last, uint64_t stride)                     \
    {                                                                                            \
        worst found = {-1, 0};                                                                   \
        while (bits < last) {                                                                    \
            float x[AT_ONCE] = {0}, y[AT_ONCE];                                                  \
            for (int k = 0; k < AT_ONCE && bits < last; ++k, bits += stride)                     \
                memcpy(x + k, &(uint32_t){(uint32_t)bits}, sizeof *x);                           \
            for (int k = 0; k < AT_ONCE; k += LANES)                                             \
                store(y + k, vec_##name(load(x + k)));                                           \
            for (int k = 0; k < AT_ONCE; ++k) {                                                  \
                const double error = units_off(x[k], y[k], exact(x[k]));                         \
                if (error > found.error)                                                         \
                    found = (worst){error, x[k]};                                                \
            }                                                                                    \
        }                                                                                        \
        return found;                                                                            \
    }
SWEEP(exp, exp)
SWEEP(tanh, tanh)
SWEEP(sigmoid, sigmoid)

static const struct {
    const char *name;
    worst (*sweep)(uint64_t, uint64_t, uint64_t);
} sweeps[] = {{"exp", sweep_exp}, {"tanh", sweep_tanh}, {"sigmoid", sweep_sigmoid}};

int main(int count, char **words)
{
    for (size_t k = 0; count == 5 && k < sizeof sweeps / sizeof *sweeps; ++k)
        if (strcmp(words[1], sweeps[k].name) == 0) {
            const worst found = sweeps[k].sweep(strtoull(words[2], NULL, 0),
                                                strtoull(words[3], NULL, 0),
                                                strtoull(words[4], NULL, 0));
            printf("%.4f %.9g\n", found.error, found.argument);
            return 0;
        }
    fprintf(stderr, "usage: activations NAME FIRST LAST STRIDE\n");
    return 1;
}
