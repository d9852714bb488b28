/* What a guest with a stub domain needs in dom0: the sender of its payload, and somebody who reads
 * what the stub domain says. Events, as words:
 *
 *   stubdom N              the domain N was built: one without a nested page table
 *   stubdom N gone WORDS   it has ended, and what its own program said last
 *   stream WORDS           the sender told how a stream ended
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent.h"

#define SENDER "/usr/bin/dkboot-send"

#define LOGS	  "/var/log/xen"
#define LOG	  "qemu-dm-cell.log" /* what a stub domain prints on its first console */
#define SENDER_IS "dkboot-send: "

static char said[8192]; /* of the sender: what has not ended a line */
static size_t said_size;
static pid_t starting; /* the one that has not said yet that it is ready; 0 = none */

/* ---- the sender ---- */

static void sender_line(const char *line, pid_t sender)
{
	const char *words =
		strncmp(line, SENDER_IS, strlen(SENDER_IS)) ? line : line + strlen(SENDER_IS);

	printf("%s\n", line);
	if (sender != starting) {
		port_say(AGENT_EVENT, "stream %s", words);
		return;
	}
	starting = 0;
	port_say(AGENT_ANSWER, "%s %s", strncmp(words, "ready", 5) ? "error" : "ok", words);
}

static void sender_ready(struct watch *watch)
{
	pid_t sender = watch->number;
	ssize_t got = read(watch->fd, said + said_size, sizeof(said) - 1 - said_size);
	char *newline;

	if (got < 0 && errno == EINTR)
		return;
	if (got <= 0) {
		waitpid(sender, NULL, 0);
		watch_end(watch);
		sender_line(SENDER_IS "failed: the sender ended", sender);
		return;
	}
	said_size += (size_t)got;
	said[said_size] = '\0';
	while ((newline = strchr(said, '\n'))) {
		*newline++ = '\0';
		sender_line(said, sender);
		said_size -= (size_t)(newline - said);
		memmove(said, newline, said_size + 1);
	}
	if (said_size == sizeof(said) - 1)
		said_size = 0;
}

/* @param more further arguments, blanks between them; before those of the file, whose last is the
 * socket */
static void exec_sender(char *more)
{
	static char text[16384];
	char *argv[160] = {(char *)SENDER}, *rest = text, *line;
	int fd = open(AGENT_STREAM, O_RDONLY | O_CLOEXEC), count = 1;

	while ((line = strsep(&more, " ")) && count < 8)
		if (*line)
			argv[count++] = line;
	if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0)
		while ((line = strsep(&rest, "\n")) && *line && count < 158)
			argv[count++] = line;
	execv(SENDER, argv);
	printf(SENDER_IS SENDER ": %s\n", strerror(errno));
	_exit(127);
}

void stream_start(const char *more)
{
	char words[128];
	int ends[2];
	pid_t pid;

	snprintf(words, sizeof(words), "%s", more);
	if (pipe2(ends, O_CLOEXEC))
		give_up("pipe");
	pid = fork();
	if (pid < 0)
		give_up("fork");
	if (pid == 0) {
		dup2(ends[1], 1);
		dup2(ends[1], 2);
		exec_sender(words);
	}
	close(ends[1]);
	starting = pid;
	watch_add(ends[0], sender_ready, pid);
}

void stream_stop(const char *unused)
{
	(void)unused;
	for (int i = 0; i < WATCHES; i++) {
		struct watch *watch = watch_at(i);

		if (watch && watch->ready == sender_ready)
			kill(watch->number, SIGTERM);
	}
	port_say(AGENT_ANSWER, "ok stream-end");
}

/* ---- what stub domains say ---- */

static int log_file = -1;
static char log_line[512];
static size_t log_size;
static char last_words[512];
static char log_all[AGENT_BODY_LIMIT / 2]; /* of the last stub domain */
static size_t log_all_size;

/* On dom0's console it must not look as if dom0 said it. */
static void log_byte(char byte)
{
	static const char ours[] = "dkboot: stubdom: ";

	if (byte != '\n' && log_size < sizeof(log_line) - 1) {
		if (byte != '\r')
			log_line[log_size++] = byte;
		return;
	}
	log_line[log_size] = '\0';
	log_size = 0;
	if (log_all_size + strlen(log_line) + 1 < sizeof(log_all))
		log_all_size += (size_t)sprintf(log_all + log_all_size, "%s\n", log_line);
	printf("(stubdom) %s\n", log_line);
	if (!strncmp(log_line, ours, strlen(ours)))
		snprintf(last_words, sizeof(last_words), "%s", log_line + strlen(ours));
}

void stubdom_log(void)
{
	char bytes[4096];
	ssize_t got;

	if (log_file < 0)
		log_file = open(LOGS "/" LOG, O_RDONLY | O_CLOEXEC);
	while (log_file >= 0 && (got = read(log_file, bytes, sizeof(bytes))) > 0)
		for (ssize_t i = 0; i < got; i++)
			log_byte(bytes[i]);
}

/* libxl gives each stub domain a file of its own by that name. */
static void logs_ready(struct watch *watch)
{
	char room[4096] __attribute__((aligned(8)));
	ssize_t got = read(watch->fd, room, sizeof(room));

	for (ssize_t at = 0; at < got;) {
		const struct inotify_event *event = (const void *)(room + at);

		at += (ssize_t)(sizeof(*event) + event->len);
		if (!event->len || strcmp(event->name, LOG) != 0)
			continue;
		stubdom_log();
		if (!(event->mask & (IN_CREATE | IN_MOVED_FROM)) || log_file < 0)
			continue;
		close(log_file);
		log_file = -1;
		stubdom_log();
	}
}

void stubdom_open(void)
{
	int fd = inotify_init1(IN_CLOEXEC);

	if (fd < 0 || inotify_add_watch(fd, LOGS, IN_CREATE | IN_MODIFY | IN_MOVED_FROM) < 0)
		give_up(LOGS);
	watch_add(fd, logs_ready, 0);
}

void stubdom_came(int number)
{
	last_words[0] = '\0';
	log_all_size = 0;
	port_say(AGENT_EVENT, "stubdom %d", number);
}

void stubdom_went(int number)
{
	stubdom_log();
	if (log_all_size)
		port_send(AGENT_TOOL_BYTES, log_all, log_all_size);
	port_say(AGENT_EVENT, "stubdom %d gone %s", number, last_words);
}
