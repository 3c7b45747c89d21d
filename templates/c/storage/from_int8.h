static float from_int8(int8_t number)
{
    return (float)number;
}

