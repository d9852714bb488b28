/* The agent: does in dom0 what the runner orders, and tells what becomes of the guests.
 *
 * It waits for nothing but events. Whatever it forks it waits for, so that a clone of a frozen dom0
 * finds it idle.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

void watch_wait(void)
{
	struct pollfd polled[WATCHES];

	for (int i = 0; i < WATCHES; i++)
		polled[i] = (struct pollfd){
			.fd = watches[i].ready ? watches[i].fd : -1, .events = POLLIN};
	if (poll(polled, WATCHES, -1) < 0 && errno != EINTR)
		give_up("poll");
	for (int i = 0; i < WATCHES; i++)
		if (watches[i].ready && watches[i].fd == polled[i].fd && polled[i].revents)
			watches[i].ready(&watches[i]);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	mkdir("/run/agent", 0755);
	port_open(order_take);
	serial_open();
	domains_open();
	port_say(AGENT_EVENT, "ready");
	for (;;)
		watch_wait();
}
