/* ---- numbers in storage ----------------------------------------------------------------- */

#include <math.h>
#include <stdint.h>
#include <string.h>

