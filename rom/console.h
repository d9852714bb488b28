/* One line to COM1 and to port 0xe9. Nothing is printed by a boot that goes well, but that it has
 * waited. */
#ifndef ROM_CONSOLE_H
#define ROM_CONSOLE_H

#include "refuse.h"

/*
 * Print "dkboot-rom: refused: <text>\r\n". COM1 becomes 115200 8n1; a UART that is absent or does
 * not drain is waited for a bounded time and then ignored.
 */
void console_refusal(const struct refusal *why);

/* Print "dkboot-rom: waiting for payload\n", to port 0xe9 alone. */
void console_waiting(void);

/* Print "dkboot-rom: payload <id in hexadecimal>\n", to port 0xe9 alone: what the waiting came to.
 */
void console_payload(const uint8_t *id, uint32_t bytes);

#endif
