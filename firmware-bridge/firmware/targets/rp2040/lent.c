/*
 * Pins lent to the host: GPIO 18 and 19 with PWM (1960 Hz), 20 and 21 with servo pulses (50 Hz), 26 to 28 with analog inputs. The two channels of a
 * slice share their frequency, which is why no pin has both.
 */
#include "lent.h"

#include "hal.h"
#include "pins.h"
#include "registers.h"

#define PWM_SLICE_OF_18 1u
#define SERVO_SLICE_OF_20 2u
#define FIRST_ANALOG 26u
#define FIRST_PULSED 18u
#define LAST_PULSED 21u
#define LENT (0xfu << FIRST_PULSED | 7u << FIRST_ANALOG)
/* Of 125 MHz, with four bits behind the point. */
#define DIVIDED_BY(whole) ((whole) << 4)

/* bit k: pin k is an analog input */
static uint32_t analog;

static uint32_t slice_of(uint32_t pin) { return pin >> 1 & 7u; }

static void level(uint32_t pin, uint32_t counts) {
    const uint32_t shift = 16u * (pin & 1u);
    REGISTER(PWM_CC(slice_of(pin))) = (REGISTER(PWM_CC(slice_of(pin))) & ~(0xffffu << shift)) | counts << shift;
}

static void start_slice(uint32_t slice, uint32_t divisor, uint32_t counts) {
    REGISTER(PWM_DIV(slice)) = DIVIDED_BY(divisor);
    REGISTER(PWM_TOP(slice)) = counts - 1u;
    REGISTER(PWM_CC(slice)) = 0;
    REGISTER(PWM_CSR(slice)) = 1;
}

void lent_start(void) {
    /* 255 counts: the share of a duty is exact, and 255 is beyond the top, always. Servos count microseconds. */
    start_slice(PWM_SLICE_OF_18, 250, 255);
    start_slice(SERVO_SLICE_OF_20, 125, 20000);
    REGISTER(ADC_CS) = ADC_ENABLE;
}

uint8_t hal_pin_modes(uint8_t pin) {
    const uint8_t plain = PIN_BIT(PIN_INPUT) | PIN_BIT(PIN_PULL_UP) | PIN_BIT(PIN_OUTPUT);
    if ((LENT >> pin & 1u) == 0) return 0;
    if (pin >= FIRST_ANALOG) return plain | PIN_BIT(PIN_ANALOG);
    return (uint8_t)(plain | (slice_of(pin) == PWM_SLICE_OF_18 ? PIN_BIT(PIN_PWM) : PIN_BIT(PIN_SERVO)));
}

void hal_pin(uint8_t pin, uint8_t mode, uint16_t value) {
    const uint32_t bit = 1u << pin;
    const bool pulsed = mode == PIN_PWM || mode == PIN_SERVO;
    analog = mode == PIN_ANALOG ? analog | bit : analog & ~bit;
    CLEAR(PAD(pin)) = PAD_PULL_UP | PAD_PULL_DOWN | (mode == PIN_ANALOG ? PAD_INPUT : 0);
    SET(PAD(pin)) = (mode == PIN_PULL_UP ? PAD_PULL_UP : 0) | (mode == PIN_ANALOG ? 0 : PAD_INPUT);
    if (pulsed) level(pin, value);
    else REGISTER(mode == PIN_OUTPUT && value != 0 ? SIO_OUT_SET : SIO_OUT_CLR) = bit;
    REGISTER(mode >= PIN_OUTPUT ? SIO_OE_SET : SIO_OE_CLR) = bit;
    REGISTER(IO_CTRL(pin)) = pulsed ? FUNCTION_PWM : FUNCTION_SIO;
}

bool hal_pin_level(uint8_t pin) { return (REGISTER(SIO_IN) >> pin & 1u) != 0; }

/* 8 us: 96 periods of the crystal. */
uint16_t hal_pin_analog(uint8_t pin) {
    if ((analog >> pin & 1u) == 0) return 0;
    REGISTER(ADC_CS) = ADC_ENABLE | ADC_CHANNEL(pin - FIRST_ANALOG) | ADC_START;
    while ((REGISTER(ADC_CS) & ADC_READY) == 0) {
    }
    return (uint16_t)(REGISTER(ADC_RESULT) << 4);
}

void lent_safe(void) {
    REGISTER(SIO_OUT_CLR) = LENT;
    for (uint32_t pin = FIRST_PULSED; pin <= LAST_PULSED; pin++) {
        level(pin, 0);
        REGISTER(IO_CTRL(pin)) = FUNCTION_SIO;
    }
}
