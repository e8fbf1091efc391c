/* The registers of the RP2040 that the firmware uses, by the names of its data sheet. */
#ifndef GL_REGISTERS_H
#define GL_REGISTERS_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))
/* Aliases of a peripheral that set or clear the bits written to them. */
#define SET(address) REGISTER((address) + 0x2000u)
#define CLEAR(address) REGISTER((address) + 0x3000u)

#define SSI 0x18000000u
#define SSI_CTRLR0 (SSI + 0x00u)
#define SSI_CTRLR1 (SSI + 0x04u)
#define SSI_SSIENR (SSI + 0x08u)
#define SSI_BAUDR (SSI + 0x14u)
#define SSI_SPI_CTRLR0 (SSI + 0xf4u)

#define CLK_REF_CTRL 0x40008030u
#define CLK_REF_SELECTED 0x40008038u
#define CLK_SYS_CTRL 0x4000803cu
#define CLK_SYS_SELECTED 0x40008044u
#define CLK_ADC_CTRL 0x40008060u
#define CLK_PERI_CTRL 0x40008048u

#define RESETS_RESET 0x4000c000u
#define RESETS_DONE 0x4000c008u
#define RESET_ADC (1u << 0)
#define RESET_IO_BANK0 (1u << 5)
#define RESET_PADS_BANK0 (1u << 8)
#define RESET_PLL_SYS (1u << 12)
#define RESET_PWM (1u << 14)
#define RESET_TIMER (1u << 21)
#define RESET_UART0 (1u << 22)

#define PSM_WDSEL 0x40010008u

#define IO_CTRL(pin) (0x40014004u + 8u * (pin))
#define FUNCTION_UART 2u
#define FUNCTION_PWM 4u
#define FUNCTION_SIO 5u

#define PAD(pin) (0x4001c004u + 4u * (pin))
#define PAD_PULL_DOWN (1u << 2)
#define PAD_PULL_UP (1u << 3)
#define PAD_INPUT (1u << 6)

#define XOSC_CTRL 0x40024000u
#define XOSC_STATUS 0x40024004u
#define XOSC_STARTUP 0x4002400cu

#define PLL_CS 0x40028000u
#define PLL_PWR 0x40028004u
#define PLL_FBDIV 0x40028008u
#define PLL_PRIM 0x4002800cu

#define UART 0x40034000u
#define UART_DR (UART + 0x00u)
#define UART_FR (UART + 0x18u)
#define UART_IBRD (UART + 0x24u)
#define UART_FBRD (UART + 0x28u)
#define UART_LCR_H (UART + 0x2cu)
#define UART_CR (UART + 0x30u)
#define UART_IFLS (UART + 0x34u)
#define UART_IMSC (UART + 0x38u)
#define UART_ICR (UART + 0x44u)
#define FR_RXFE (1u << 4)
#define FR_TXFF (1u << 5)
#define INTERRUPT_RX (1u << 4)
#define INTERRUPT_TX (1u << 5)
#define INTERRUPT_RX_TIMEOUT (1u << 6)

#define ADC_CS 0x4004c000u
#define ADC_RESULT 0x4004c004u
#define ADC_ENABLE (1u << 0)
#define ADC_START (1u << 2)
#define ADC_READY (1u << 8)
#define ADC_CHANNEL(channel) ((channel) << 12)

#define PWM_SLICE(slice) (0x40050000u + 0x14u * (slice))
#define PWM_CSR(slice) (PWM_SLICE(slice) + 0x00u)
#define PWM_DIV(slice) (PWM_SLICE(slice) + 0x04u)
#define PWM_CC(slice) (PWM_SLICE(slice) + 0x0cu)
#define PWM_TOP(slice) (PWM_SLICE(slice) + 0x10u)

#define TIMER_ALARM0 0x40054010u
#define TIMER_RAWL 0x40054028u
#define TIMER_INTR 0x40054034u
#define TIMER_INTE 0x40054038u

#define WATCHDOG_CTRL 0x40058000u
#define WATCHDOG_LOAD 0x40058004u
#define WATCHDOG_REASON 0x40058008u
#define WATCHDOG_TICK 0x4005802cu

#define ROSC_RANDOMBIT 0x4006001cu
#define CHIP_RESET 0x40064008u

#define SIO_IN 0xd0000004u
#define SIO_OUT_SET 0xd0000014u
#define SIO_OUT_CLR 0xd0000018u
#define SIO_OE 0xd0000020u
#define SIO_OE_SET 0xd0000024u
#define SIO_OE_CLR 0xd0000028u

#define NVIC_ISER 0xe000e100u
#define VTOR 0xe000ed08u
#define IRQ_TIMER0 0u
#define IRQ_UART0 20u

#endif
