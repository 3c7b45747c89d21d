/* The nearest float16, of two as near the even one; from 65520 on it is infinity. Where the result
 * is below the smallest normal number, a sum with 0.5 rounds at its last place, 2^-24. */
static uint16_t to_float16(double number)
{
    const float single = (float)number, raised = (single < 0 ? -single : single) + 0.5f;
    uint32_t bits, magnitude, small;
    memcpy(&bits, &single, sizeof bits);
    memcpy(&small, &raised, sizeof small);
    magnitude = bits & 0x7fffffff;
    if (single != single)
        magnitude = 0x7e00;
    else if (magnitude >= 0x477ff000)
        magnitude = 0x7c00;
    else if (magnitude < 0x38800000)
        magnitude = small - 0x3f000000;
    else
        magnitude = (magnitude - 0x38000000 + 0xfff + (magnitude >> 13 & 1)) >> 13;
    return (uint16_t)((bits >> 16 & 0x8000) | magnitude);
}


