/* A parameter that changed has no effect before it is packed, and has it then. */
#include <stdio.h>
#include "net_fast.h"

static net_real step(net_fast_stream *stream, const net_fast_weights *packed)
{
    net_real x[NET_ENTRIES_x] = {1}, h[NET_ENTRIES_h];
    net_fast_reset(stream);
    net_fast_step(stream, packed, x, h);
    return h[0];
}

static net_real before;

static const char *told(net_real now)
{
    return now < before || now > before ? "new" : "old";
}

int main(void)
{
    static net_fast_weights packed;
    static net_fast_stream stream;
    static net_real values[NET_WEIGHTS];
    net_parameters own;
    for (size_t k = 0; k < NET_WEIGHTS; ++k)
        values[k] = net_weight_values[k];
    net_bind(values, &own);
    net_fast_pack(&own, &packed);
    before = step(&stream, &packed);
    for (size_t k = 0; k < NET_WEIGHTS; ++k)
        values[k] *= 2;
    printf("%s ", told(step(&stream, &packed)));
    net_fast_pack(&own, &packed);
    printf("%s\n", told(step(&stream, &packed)));
    return 0;
}
