/* The nearest bfloat16, of two as near the even one: 0x7fff is half of the last place, less one, and
 * the last bit that stays makes the difference. A carry may run into the exponent, up to infinity.
 * Of a NaN a bit is set that stays: rounding might carry it away. */
static uint16_t to_bfloat16(double number)
{
    const float single = (float)number;
    uint32_t bits;
    memcpy(&bits, &single, sizeof bits);
    if (single != single)
        return (uint16_t)(bits >> 16 | 0x40);
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

