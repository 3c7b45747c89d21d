/* What a Cortex-M4 runs first: it turns the floating point unit on. */
extern int __stack;
extern void _start(void);

void reset(void)
{
    *(volatile unsigned *)0xE000ED88 |= 0xFu << 20;
    __asm volatile("dsb\nisb");
    _start();
}

__attribute__((section(".vectors"), used)) static void *const vectors[] = {&__stack, reset};
