/* The nearest whole number, of two as near the even one, from -127 to 127: a scale has no sign, so
 * neither end may reach further. NaN becomes -127. */
static int8_t to_int8(double number)
{
    return (int8_t)(number >= 127 ? 127 : number > -127 ? lrint(number) : -127);
}

