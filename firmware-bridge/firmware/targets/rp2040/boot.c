/*
 * From reset to main. The ROM copies the first 256 bytes of the flash to the end of RAM, if their check sum is right (seal.c wrote it), and
 * runs them there: boot2 sets the flash up for execution in place, with the plain read command (03h) that every serial flash has, and
 * jumps to the vectors behind it. reset() copies the program to RAM.
 */
#include "registers.h"

#define FLASH 0x10000000u
#define VECTORS (FLASH + 0x100u)
/* clk_sys by an even number: 31 MHz at 125 MHz, which every part reads at. */
#define FLASH_DIVISOR 4u
#define EEPROM_READ (3u << 8)
#define FRAME_BITS(bits) (((bits) - 1u) << 16)
#define READ_DATA (0x03u << 24)
#define INSTRUCTION_8_BITS (2u << 8)
#define ADDRESS_24_BITS (6u << 2)
#define INTERRUPTS 26

extern uint32_t ram_begin[], ram_end[], bss_begin[], bss_end[], stack_top[], stack_bottom[];
extern const uint32_t ram_image[];

int main(void);
void on_timer(void);
void on_uart(void);

/* Must not depend on where it is: it is linked to the flash and runs at the end of RAM. */
__attribute__((section(".boot2"), naked, noreturn, used)) void boot2(void) {
    REGISTER(SSI_SSIENR) = 0;
    REGISTER(SSI_BAUDR) = FLASH_DIVISOR;
    REGISTER(SSI_CTRLR0) = EEPROM_READ | FRAME_BITS(32u);
    REGISTER(SSI_CTRLR1) = 0;
    REGISTER(SSI_SPI_CTRLR0) = READ_DATA | INSTRUCTION_8_BITS | ADDRESS_24_BITS;
    REGISTER(SSI_SSIENR) = 1;
    REGISTER(VTOR) = VECTORS;
    __asm volatile("msr msp, %0\n bx %1" : : "r"(REGISTER(VECTORS)), "r"(REGISTER(VECTORS + 4u)));
    __builtin_unreachable();
}

/* What must not happen: the watchdog ends it. */
__attribute__((section(".boot"), noreturn)) static void hang(void) {
    for (;;) {
    }
}

__attribute__((section(".boot"), noreturn, used)) static void reset(void) {
    const uint32_t *from = ram_image;
    for (volatile uint32_t *to = ram_begin; to != ram_end; to++) *to = *from++;
    for (volatile uint32_t *to = bss_begin; to != bss_end; to++) *to = 0;
    /* By a pointer that is read when it is there: the program must not become a part of this. */
    int (*volatile begin)(void) = main;
    (void)begin();
    hang();
}

struct vectors {
    const uint32_t *stack;
    void (*handlers[15 + INTERRUPTS])(void);
};

__attribute__((section(".vectors"), used)) static const struct vectors vectors = {
    stack_top,
    {reset, hang, hang, 0, 0, 0, 0, 0, 0, 0, hang, 0, 0, hang, hang, [15 + IRQ_TIMER0] = on_timer, [15 + IRQ_UART0] = on_uart},
};
