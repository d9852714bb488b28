/* The agent: does in dom0 what the runner orders, and tells what becomes of the guests.
 *
 * It waits for nothing but events. Whatever it forks it waits for, so that a clone of a frozen dom0
 * finds it idle.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent.h"

static struct watch watches[WATCHES];

void give_up(const char *what)
{
	printf("dkboot: agent: %s: %s\n", what, strerror(errno));
	exit(1);
}

struct watch *watch_add(int fd, void (*ready)(struct watch *watch), int number)
{
	for (int i = 0; i < WATCHES; i++) {
		if (watches[i].ready)
			continue;
		watches[i] = (struct watch){fd, ready, number};
		return &watches[i];
	}
	errno = ENFILE;
	give_up("too much to watch");
}

void watch_end(struct watch *watch)
{
	close(watch->fd);
	*watch = (struct watch){.fd = -1};
}

struct watch *watch_at(int index)
{
	return watches[index].ready ? &watches[index] : NULL;
}

struct watch *watch_find(void (*ready)(struct watch *watch), int number)
{
	for (int i = 0; i < WATCHES; i++)
		if (watches[i].ready == ready && watches[i].number == number)
			return &watches[i];
	return NULL;
}

/* A handler may wait for others itself, and these may have read by then what a poll(2) before that
 * had seen. */
static bool ready_still(const struct watch *watch)
{
	struct pollfd now = {.fd = watch->fd, .events = POLLIN};

	return watch->ready && poll(&now, 1, 0) == 1;
}

void watch_wait(void)
{
	struct pollfd polled[WATCHES];

	for (int i = 0; i < WATCHES; i++)
		polled[i] = (struct pollfd){
			.fd = watches[i].ready ? watches[i].fd : -1, .events = POLLIN};
	if (poll(polled, WATCHES, -1) < 0 && errno != EINTR)
		give_up("poll");
	for (int i = 0; i < WATCHES; i++)
		if (polled[i].revents && ready_still(&watches[i]))
			watches[i].ready(&watches[i]);
}

/* Nothing in dom0 is secret, and a UUID that waits for the kernel's first entropy waits three
 * seconds. Each clone draws the same numbers. */
static void seed_random_numbers(void)
{
	struct {
		struct rand_pool_info info;
		unsigned char bytes[64];
	} seed = {.info = {.entropy_count = 512, .buf_size = 64}};
	int fd = open("/dev/random", O_WRONLY | O_CLOEXEC);

	memcpy(seed.bytes, "dkboot: every clone of a frozen dom0 draws the same numbers", 59);
	if (fd < 0 || ioctl(fd, RNDADDENTROPY, &seed))
		printf("dkboot: no seed for random numbers: %s\n", strerror(errno));
	close(fd);
}

/* Nobody gives orders: a machine that repro.sh has started boots what is on its payload disk. */
static void boot_alone(void)
{
	static const char *const orders[] = {
		"unpack " AGENT_ALONE, "stream", "create", "unpause 1"};

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		char words[64];

		if (!strcmp(orders[i], "stream") && access(AGENT_STREAM, F_OK) < 0)
			continue;
		snprintf(words, sizeof(words), "%s", orders[i]);
		order_take(words);
	}
}

int main(void)
{
	bool runner;

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	seed_random_numbers();
	mkdir("/run/agent", 0755);
	runner = port_open(order_take);
	serial_open();
	stubdom_open();
	domains_open();
	port_say(AGENT_EVENT, "ready");
	if (!runner)
		boot_alone();
	for (;;)
		watch_wait();
}
