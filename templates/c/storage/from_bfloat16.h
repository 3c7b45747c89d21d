/* A bfloat16 is the upper half of a float32: the same exponents, 8 bits of the fraction. Widening
 * it is exact. */
static float from_bfloat16(uint16_t half)
{
    const uint32_t bits = (uint32_t)half << 16;
    float number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

