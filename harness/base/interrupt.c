#include "base/interrupt.h"

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static int ends[2] = {-1, -1};
static volatile sig_atomic_t noted;

static void note(int number)
{
	if (noted)
		return;
	noted = number;
	/* A pipe that nobody else writes to takes one byte. */
	if (write(ends[1], "", 1) < 0)
		return;
}

void interrupt_catch(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART}, before;

	if (ends[0] < 0 && pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		return;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (!sigaction(numbers[i], NULL, &before) && before.sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
}

int interrupt_fd(void)
{
	return ends[0];
}

int interrupt_signal(void)
{
	return noted;
}
