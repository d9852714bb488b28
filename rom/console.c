#include "console.h"
#include "io.h"

#define COM1		  0x3f8
#define DEBUG_PORT	  0xe9
#define UART_DATA	  0
#define UART_DIVISOR_HIGH 1
#define UART_IER	  1
#define UART_FCR	  2
#define UART_LCR	  3
#define UART_MCR	  4
#define UART_LSR	  5
#define LCR_8N1		  0x03
#define LCR_DIVISOR	  0x80
#define FCR_ENABLE	  0x07 /* FIFOs on and empty */
#define MCR_DTR_RTS	  0x03
#define LSR_SENT	  0x20
#define DIVISOR_115200	  1
#define UART_PATIENCE	  100000u

/* Registers and what they get, in order. */
static const uint8_t setup[][2] = {
	{UART_IER, 0},
	{UART_LCR, LCR_DIVISOR | LCR_8N1},
	{UART_DATA, DIVISOR_115200},
	{UART_DIVISOR_HIGH, 0},
	{UART_LCR, LCR_8N1},
	{UART_FCR, FCR_ENABLE},
	{UART_MCR, MCR_DTR_RTS},
};

static void uart_init(void)
{
	for (uint32_t i = 0; i < sizeof(setup) / sizeof(setup[0]); i++)
		outb(COM1 + setup[i][0], setup[i][1]);
}

/* An absent UART reads as all ones, so it never waits. */
static void put_char(char c, void *context)
{
	(void)context;
	for (uint32_t i = UART_PATIENCE; i && !(inb(COM1 + UART_LSR) & LSR_SENT); i--)
		;
	outb(COM1, (uint8_t)c);
	outb(DEBUG_PORT, (uint8_t)c);
}

static void put_string(const char *s)
{
	while (*s)
		put_char(*s++, 0);
}

void console_refusal(const struct refusal *why)
{
	uart_init();
	put_string("dkboot-rom: refused: ");
	refusal_text(why, put_char, 0);
	put_string("\r\n");
}

/* The UART would cost a hypervisor's device model a turn for each character. */
static void debug_string(const char *s)
{
	while (*s)
		outb(DEBUG_PORT, (uint8_t)*s++);
}

void console_waiting(void)
{
	debug_string("dkboot-rom: waiting for payload\n");
}

void console_payload(const uint8_t *id, uint32_t bytes)
{
	static const char digits[] = "0123456789abcdef";

	debug_string("dkboot-rom: payload ");
	for (; bytes--; id++) {
		outb(DEBUG_PORT, (uint8_t)digits[*id >> 4]);
		outb(DEBUG_PORT, (uint8_t)digits[*id & 15]);
	}
	debug_string("\n");
}
