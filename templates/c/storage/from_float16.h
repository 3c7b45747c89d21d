/* A float16 has 5 bits of exponent and 10 of the fraction: widening is exact. The exponent goes from
 * the bias 15 to 127; infinity and NaN keep the largest one. A number below the smallest normal one
 * has no leading bit: it stands behind one as 2^-14 more, which is taken away again. */
static float from_float16(uint16_t half)
{
    const uint32_t sign = (uint32_t)(half & 0x8000) << 16, magnitude = (uint32_t)(half & 0x7fff) << 13;
    const uint32_t offset = (uint32_t)(magnitude < 0x800000 ? 113 : magnitude < 0xf800000 ? 112 : 224);
    uint32_t bits = magnitude + (offset << 23);
    float number;
    memcpy(&number, &bits, sizeof number);
    number -= magnitude < 0x800000 ? 6.103515625e-05f : 0.0f;
    memcpy(&bits, &number, sizeof bits);
    bits |= sign;
    memcpy(&number, &bits, sizeof number);
    return number;
}


