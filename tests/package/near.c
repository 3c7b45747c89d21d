/* Every 997th float from 2^-31 to 32 of both signs; stands behind the activations of a package. */
#include <stdio.h>

static int is_near(real found, double wanted, double lowest, double scale)
{
    return fabs(found - wanted) <= 5.4e-7 * scale && found >= lowest && found <= 1;
}

int main(void)
{
    int tanhs = 1, sigmoids = 1;
    real numbers[LANES], both[2][LANES];
    for (uint32_t bits = 0x30000000u; bits < 0x42000000u; bits += 997) {
        const uint32_t negative = bits | 0x80000000u;
        memcpy(&numbers[0], &bits, sizeof bits), memcpy(&numbers[1], &negative, sizeof bits);
        for (int lane = 2; lane < LANES; ++lane)
            numbers[lane] = 0;
        store(both[0], quick_tanh(load(numbers))), store(both[1], quick_sigmoid(load(numbers)));
        for (int lane = 0; lane < 2; ++lane) {
            const double x = numbers[lane];
            tanhs &= is_near(both[0][lane], tanh(x), -1, fabs(tanh(x)));
            sigmoids &= is_near(both[1][lane], 1 / (1 + exp(-x)), 0, 1);
        }
    }
    store(both[0], quick_tanh(splat(-INFINITY))), store(both[1], quick_sigmoid(splat(-INFINITY)));
    printf("tanh %d %d, sigmoid %d %d, ", tanhs, both[0][0] == -1, sigmoids, both[1][0] == 0);
    store(both[0], quick_tanh(splat(NAN))), store(both[1], quick_sigmoid(splat(NAN)));
    printf("nan %d\n", both[0][0] != both[0][0] && both[1][0] != both[1][0]);
    return 0;
}
