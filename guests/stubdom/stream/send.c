/* dkboot-send: offers a payload on a socket, to whoever boots it through a stub domain.
 *
 * It serves one receiver after the other: a guest that reboots has its payload streamed again.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <openssl/sha.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "serve.h"
#include "words.h"

static const char usage[] =
	"usage: dkboot-send [OPTION...] SOCKET\n"
	"Offers a kernel, an initrd and a command line on SOCKET, until it is ended.\n"
	"  -k, --kernel FILE\n"
	"  -i, --initrd FILE\n"
	"  -c, --cmdline TEXT\n"
	"      --cmdline-file FILE\n"
	"  -f, --file PATH=FILE  a further file, which the device model opens as PATH\n"
	"  -1, --once            end with the first receiver: 0 it has all, 1 it has not\n"
	"      --fault NAME@BYTE a planted fault, for tests: die, stall, once, always, lie, short, "
	"long\n";

static struct sender_part parts[STREAM_PARTS];
static size_t part_count;
static char *names; /* the part STREAM_NAMES */
static struct sender sender = {.parts = parts};
static const char *socket_path;

void say(const char *format, ...)
{
	va_list args;

	printf("dkboot-send: ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
}

void die(const char *what, const char *why)
{
	fprintf(stderr, "dkboot-send: %s: %s\n", what, why);
	exit(2);
}

/* ---- parts ---- */

static void add_part(uint32_t number, const void *bytes, uint64_t length)
{
	struct sender_part *part = &parts[part_count];

	if (part_count == STREAM_PARTS)
		die("a table", "more than 64 parts");
	part_count++;
	*part = (struct sender_part){.number = number, .length = length, .bytes = bytes};
	SHA256(bytes, length, part->sha256);
}

static void add_file(uint32_t number, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat file;
	void *bytes = (void *)"";

	if (fd < 0 || fstat(fd, &file))
		die(path, strerror(errno));
	if (file.st_size > 0)
		bytes = mmap(NULL, (size_t)file.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		die(path, strerror(errno));
	close(fd);
	add_part(number, bytes, (uint64_t)file.st_size);
}

/* PATH=FILE, or a path that is the same in both places. */
static void add_named(char *text)
{
	static uint32_t files;
	size_t before = names ? strlen(names) : 0;
	char *file = strchr(text, '=');

	if (file)
		*file++ = '\0';
	names = realloc(names, before + strlen(text) + 2);
	if (!names)
		die(text, strerror(ENOMEM));
	sprintf(names + before, "%s\n", text);
	add_file(STREAM_FILES + files++, file ? file : text);
}

static void plant(char *text)
{
	char *at = strchr(text, '@');

	if (at)
		*at++ = '\0';
	if (!at || !sender_fault_named(text, &sender.fault))
		die(text, "no such fault, expected NAME@BYTE");
	sender.fault_at = strtoull(at, NULL, 0);
}

/* ---- the socket ---- */

/* One sender a socket: the lock falls with the process, however it ends. */
static void lock(void)
{
	char path[sizeof(((struct sockaddr_un *)0)->sun_path) + 8];
	int fd;

	snprintf(path, sizeof(path), "%s.lock", socket_path);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		die(path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB))
		die(socket_path, "another sender serves it");
}

static int open_socket(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(socket_path) >= sizeof(name.sun_path))
		die(socket_path, "the path is too long");
	strcpy(name.sun_path, socket_path);
	lock();
	unlink(socket_path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&name, sizeof(name)) || listen(fd, 4))
		die(socket_path, strerror(errno));
	return fd;
}

static void ended(int signal)
{
	(void)signal;
	unlink(socket_path);
	_exit(0);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"kernel", 1, NULL, 'k'}, {"initrd", 1, NULL, 'i'},
		{"cmdline", 1, NULL, 'c'}, {"cmdline-file", 1, NULL, 'C'}, {"file", 1, NULL, 'f'},
		{"once", 0, NULL, '1'}, {"fault", 1, NULL, 'F'}, {0}};
	bool once = false;
	int option, listener, status;

	while ((option = getopt_long(argc, argv, "k:i:c:f:1", options, NULL)) >= 0) {
		switch (option) {
		case 'k':
			add_file(STREAM_KERNEL, optarg);
			break;
		case 'i':
			add_file(STREAM_INITRD, optarg);
			break;
		case 'c':
			add_part(STREAM_CMDLINE, optarg, strlen(optarg));
			break;
		case 'C':
			add_file(STREAM_CMDLINE, optarg);
			break;
		case 'f':
			add_named(optarg);
			break;
		case '1':
			once = true;
			break;
		case 'F':
			plant(optarg);
			break;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	if (optind != argc - 1 || (!part_count)) {
		fputs(usage, stderr);
		return 2;
	}
	if (names)
		add_part(STREAM_NAMES, names, strlen(names));
	sender.count = part_count;
	socket_path = argv[optind];
	signal(SIGTERM, ended);
	signal(SIGINT, ended);
	listener = open_socket();
	say("ready: %zu parts on %s", part_count, socket_path);
	status = serve(&sender, listener, once);
	unlink(socket_path);
	return status;
}
