/* sensor.c: an LSTM that learns to foresee a sensor while it reads it, without malloc.
 *
 * Standard input has one reading a line; standard output gets, for each, the squared error of the
 * last window, of what was foreseen before it was learned from. See sensor.py, which packages the network and simulates the sensor.
 */
#include <stdio.h>

#include "sensor_trainer.h"

static sensor_trainer trainer;
static sensor_adam_memory adam;

int main(void)
{
    static float seen[SENSOR_WINDOW], next[SENSOR_WINDOW];
    float before = 0, reading = 0, loss = 0;
    size_t filled = 0;

    sensor_trainer_start(&trainer, sensor_weight_values);
    sensor_adam_start(&adam);
    while (scanf("%f", &reading) == 1) {
        seen[filled] = before;
        next[filled] = reading;
        if (++filled == SENSOR_WINDOW) {
            loss = sensor_trainer_window(&trainer, filled, seen, next);
            sensor_trainer_adam(&trainer, &adam, 0.01f, sensor_trainer_scale(&trainer, 1.0f));
            filled = 0;
        }
        before = reading;
        printf("%.9g\n", (double)loss);
    }
    fprintf(stderr, "%lu bytes for the trainer, %lu for Adam\n", (unsigned long)sizeof trainer,
            (unsigned long)sizeof adam);
    return 0;
}
