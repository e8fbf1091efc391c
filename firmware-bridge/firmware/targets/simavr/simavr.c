/*
 * An ATmega328P that simavr runs in real time, its USART 0 on a pseudo-terminal: what opens that sees a board at a serial port.
 *
 *     simavr IMAGE.hex BAUD
 *
 * Standard output: the path of the terminal. Standard error, a line for each change of port B and for each byte that the chip lost:
 *
 *     pins HEX us TIME silence TIME
 *     overrun us TIME
 *
 * in microseconds of the chip, silence being the time since the last byte came. It ends when standard input does.
 *
 * simavr is under the GPL, version 3, and so is this program once it is linked. It is a tool of the tests, a process of its own; the npm package
 * holds neither this file nor what it makes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <simavr/avr_ioport.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_hex.h>

#define HERTZ 16000000u
#define SLICE_US 1000u
#define SLICE_CYCLES (HERTZ / 1000000u * SLICE_US)
/* A chip that is behind by more than this stays behind: to run faster than its time would have it time out early. */
#define DEBT_NS 20000000
#define BITS 10u
#define UCSR0A 0xc0
#define UBRR0L 0xc4
#define UDR0 0xc6
/* Bytes that were received and not yet read; the next one is lost. */
#define UNREAD 2
#define ROOM 4096u

static avr_t *avr;
static avr_irq_t *receive;
static avr_uart_t *usart;
static int terminal;
static uint8_t from_host[ROOM], to_host[ROOM];
static size_t in_at, in_end, out_end;
/* cycles of a byte on the line, and when the last one came */
static avr_cycle_count_t byte_cycles, heard;
static bool coming;
static avr_io_write_t write_ucsra;

static void fail(const char *what) {
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t micros(avr_cycle_count_t cycles) { return cycles / (HERTZ / 1000000u); }

/* simavr holds 64 received bytes, the chip two: the others are lost there, and so here. */
static void received(uint8_t byte) {
    heard = avr->cycle;
    /* Until the program has switched it on, the receiver hears nothing. */
    if (avr_regbit_get(avr, usart->rxen) == 0) return;
    const int unread = (usart->input.write + uart_fifo_fifo_size - usart->input.read) % uart_fifo_fifo_size;
    if (unread >= UNREAD) {
        fprintf(stderr, "overrun us %" PRIu64 "\n", micros(avr->cycle));
        return;
    }
    /* It is whole now: simavr would let it travel once more. */
    const avr_cycle_count_t cycles = usart->cycles_per_byte;
    usart->cycles_per_byte = 1;
    avr_raise_irq(receive, byte);
    usart->cycles_per_byte = cycles;
}

/* simavr works out the speed when UBRR0L is written, and would miss that double speed is asked for afterwards. */
static void configured(avr_t *chip, avr_io_addr_t address, uint8_t value, void *param) {
    write_ucsra(chip, address, value, param);
    chip->io[AVR_DATA_TO_IO(UBRR0L)].w.c(chip, UBRR0L, chip->data[UBRR0L], chip->io[AVR_DATA_TO_IO(UBRR0L)].w.param);
}

/* A terminal knows no baud: the line brings one byte in the time that one takes. */
static avr_cycle_count_t arrive(avr_t *chip, avr_cycle_count_t when, void *param) {
    (void)chip, (void)param;
    received(from_host[in_at++]);
    coming = in_at < in_end;
    return coming ? when + byte_cycles : 0;
}

static void sent(avr_irq_t *irq, uint32_t value, void *param) {
    (void)irq, (void)param;
    if (out_end < ROOM) to_host[out_end++] = (uint8_t)value;
}

static void pins(avr_irq_t *irq, uint32_t value, void *param) {
    static uint32_t before = UINT32_MAX;
    (void)irq, (void)param;
    /* PB4 marks a tick that is being computed. */
    const uint32_t now = value & 0x2fu;
    if (now != before) fprintf(stderr, "pins %02" PRIx32 " us %" PRIu64 " silence %" PRIu64 "\n", now, micros(avr->cycle), micros(avr->cycle - heard));
    before = now;
}

/* The loop below waits; asleep, the chip only counts its cycles. */
static void asleep(avr_t *chip, avr_cycle_count_t cycles) { (void)chip, (void)cycles; }

static void quiet(avr_t *chip, const int level, const char *format, va_list arguments) {
    (void)chip;
    if (level <= LOG_ERROR) vfprintf(stderr, format, arguments);
}

static void start_chip(const char *image) {
    uint32_t size = 0, base = 0, flags = 0;
    avr_global_logger_set(quiet);
    uint8_t *code = read_ihex_file(image, &size, &base);
    avr = avr_make_mcu_by_name("atmega328p");
    if (code == NULL || avr == NULL) fail(image);
    avr_init(avr);
    avr->frequency = HERTZ;
    avr->sleep = asleep;
    avr_loadcode(avr, code, size, base);
    avr->codeend = avr->flashend;
    free(code);
    avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
    receive = avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), sent, NULL);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('B'), IOPORT_IRQ_REG_PORT), pins, NULL);
    usart = avr->io[AVR_DATA_TO_IO(UDR0)].r.param;
    write_ucsra = avr->io[AVR_DATA_TO_IO(UCSR0A)].w.c;
    avr->io[AVR_DATA_TO_IO(UCSR0A)].w.c = configured;
}

static void open_terminal(void) {
    struct termios raw;
    terminal = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0) fail("posix_openpt");
    const char *path = ptsname(terminal);
    /* Opened and closed once: from here on the terminal tells whether anybody is there. */
    const int other = open(path, O_RDWR | O_NOCTTY);
    if (other < 0 || tcgetattr(other, &raw) != 0) fail(path);
    cfmakeraw(&raw);
    if (tcsetattr(other, TCSANOW, &raw) != 0 || close(other) != 0) fail(path);
    if (fcntl(terminal, F_SETFL, O_NONBLOCK) != 0) fail(path);
    printf("%s\n", path);
    fflush(stdout);
}

static void listen(void) {
    if (in_at == in_end) in_at = in_end = 0;
    if (in_end == ROOM) return;
    const ssize_t count = read(terminal, from_host + in_end, ROOM - in_end);
    if (count <= 0) return;
    in_end += (size_t)count;
    if (coming) return;
    coming = true;
    avr_cycle_timer_register(avr, byte_cycles, arrive, NULL);
}

/* What nobody listens to is lost, as on a line; what the terminal has no room for waits. */
static void speak(void) {
    struct pollfd who = {.fd = terminal, .events = POLLOUT};
    if (out_end == 0) return;
    if (poll(&who, 1, 0) > 0 && (who.revents & POLLHUP) != 0) {
        out_end = 0;
        return;
    }
    const ssize_t count = write(terminal, to_host, out_end);
    if (count <= 0) return;
    out_end -= (size_t)count;
    memmove(to_host, to_host + count, out_end);
}

static bool wanted(void) {
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    char byte;
    return poll(&input, 1, 0) <= 0 || read(STDIN_FILENO, &byte, 1) > 0;
}

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int main(int count, char **arguments) {
    const unsigned long baud = count == 3 ? strtoul(arguments[2], NULL, 10) : 0;
    if (baud == 0) {
        fprintf(stderr, "usage: simavr IMAGE.hex BAUD\n");
        return 1;
    }
    byte_cycles = (BITS * HERTZ + baud / 2) / baud;
    start_chip(arguments[1]);
    open_terminal();
    avr_cycle_count_t until = avr->cycle;
    for (int64_t due = now_ns(); wanted();) {
        listen();
        until += SLICE_CYCLES;
        while (avr->cycle < until) {
            const int state = avr_run(avr);
            if (state == cpu_Done || state == cpu_Crashed) {
                fprintf(stderr, "the chip stopped\n");
                return 1;
            }
        }
        speak();
        due += SLICE_US * 1000;
        const int64_t now = now_ns();
        if (now - due > DEBT_NS) due = now - DEBT_NS;
        const struct timespec wait = {.tv_sec = due / 1000000000, .tv_nsec = due % 1000000000};
        if (due > now) clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wait, NULL);
    }
    return 0;
}
