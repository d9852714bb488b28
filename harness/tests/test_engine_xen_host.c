/* The console of a nested Xen: the guest's own text put together again, marks, and each death once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "engine/xen_host.h"

#include <cmocka.h>

static void collect(void *context, const char *bytes, size_t size)
{
	buffer_add(context, bytes, size);
}

/* All of @text in pieces of @piece bytes. */
static void feed(struct xen_host *host, const char *text, size_t piece, struct buffer *guest)
{
	size_t size = strlen(text);

	for (size_t at = 0; at < size; at += piece)
		host_feed(host, text + at, size - at < piece ? size - at : piece, collect, guest);
}

static void guests_text_is_told_from_the_rest_wherever_it_is_cut(void **state)
{
	static const char text[] = "(XEN) Xen version 4.17\r\n"
				   "(XEN) (d1) HVM Loader\r\n"
				   "(d1) dkprobe: begin\r\n"
				   "(d12) \r\n"
				   "dkboot: mark 3\r\n"
				   "(d) no guest\n(dx) nor this\n(d1)nor this\n"
				   "[    1.0] (d1) nor this\n"
				   "(d2) (d3) twice\n"
				   "dkboot: mark 12\r\n"
				   "(d1) not ended";

	(void)state;
	for (size_t piece = 1; piece <= sizeof(text); piece++) {
		autobuffer struct buffer guest = {0};
		struct xen_host host = {0};

		feed(&host, text, piece, &guest);
		assert_string_equal(guest.data, "HVM Loader\ndkprobe: begin\n\n(d3) twice\n");
		assert_int_equal(host.mark, 12);
		assert_string_equal(host.death, "");
		host_close(&host);
	}
}

/* A line of the guest's as the hypervisor prints it. */
static void add_guest_line(struct buffer *out, size_t length)
{
	buffer_add_text(out, "(XEN) (d1) ");
	buffer_fill(out, 'x', length);
	buffer_add_text(out, "\r\n");
}

static void pieces_of_a_long_line_are_joined(void **state)
{
	autobuffer struct buffer text = {0}, guest = {0};
	struct xen_host host = {0};

	(void)state;
	add_guest_line(&text, 199);
	add_guest_line(&text, 199);
	add_guest_line(&text, 7);
	add_guest_line(&text, 198);
	add_guest_line(&text, 200);
	feed(&host, text.data, 1, &guest);
	assert_int_equal(guest.size, 405 + 1 + 198 + 1 + 200 + 1);
	assert_int_equal((char *)memchr(guest.data, '\n', guest.size) - guest.data, 405);
	host_close(&host);
}

static void a_mark_is_the_agents_alone(void **state)
{
	autobuffer struct buffer guest = {0};
	struct xen_host host = {0};

	(void)state;
	feed(&host, "(d1) dkboot: mark 9\n(XEN) dkboot: mark 8\n dkboot: mark 7\n", 1, &guest);
	assert_int_equal(host.mark, 0);
	feed(&host, "dkboot: mark 4", 1, &guest);
	assert_int_equal(host.mark, 0); /* more digits may come */
	feed(&host, "2\n", 1, &guest);
	assert_int_equal(host.mark, 42);
	host_close(&host);
}

static const struct {
	const char *line, *other; /* what says so, and what only looks like it */
	const char *death;
	bool ours;
} deaths[] = {
	{"(XEN) Panic on CPU 0:\r\n(XEN) FATAL TRAP: vec 2, NMI[0000]",
		"(d1) Panic on CPU 0:", "Xen panicked: (XEN) FATAL TRAP: vec 2, NMI[0000]", false},
	{"(XEN) Panic on CPU 1:\n(XEN) Assertion 'x' failed at y.c:1",
		"Panic on CPU 0:", "Xen panicked: (XEN) Assertion 'x' failed at y.c:1", false},
	{"(XEN) Xen BUG at common/x.c:12", "(XEN) Xen WARN at common/x.c:12",
		"Xen panicked: (XEN) Xen BUG at common/x.c:12", false},
	{"(XEN) FATAL TRAP: vector = 6", "(XEN) (d1) (XEN) FATAL TRAP: vector = 6",
		"Xen panicked: (XEN) FATAL TRAP: vector = 6", false},
	{"(XEN) Hardware Dom0 crashed: rebooting", "(XEN) Dom0 crashed",
		"dom0 crashed: (XEN) Hardware Dom0 crashed: rebooting", false},
	{"(XEN) Hardware Dom0 halted: halting machine", "(XEN) Dom0 halted",
		"dom0 halted: (XEN) Hardware Dom0 halted: halting machine", false},
	{"(XEN) Hardware Dom0 shutdown: rebooting machine", "(XEN) Dom0 shutdown",
		"dom0 shut down: (XEN) Hardware Dom0 shutdown: rebooting machine", false},
	{"[    3.1] Kernel panic - not syncing: sysrq",
		"(d1) [    3.1] Kernel panic - not syncing: sysrq",
		"dom0's kernel panicked: [    3.1] Kernel panic - not syncing: sysrq", false},
	{"dkboot: agent: poll: Bad address", "(XEN) (d1) dkboot: agent: poll: Bad address",
		"the agent in dom0 gave up: dkboot: agent: poll: Bad address", true},
	{"dkboot: init: the agent ended with status 1", "dkboot: mark 1",
		"dom0's init gave up: dkboot: init: the agent ended with status 1", true},
};

static void each_death_is_named_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(deaths) / sizeof(deaths[0]); i++)
		for (size_t piece = 1; piece < 60; piece++) {
			autobuffer struct buffer guest = {0};
			struct xen_host host = {0};

			feed(&host, deaths[i].other, piece, &guest);
			feed(&host, "\r\n", piece, &guest);
			assert_string_equal(host.death, "");
			assert_false(host.panicking);
			feed(&host, deaths[i].line, piece, &guest);
			assert_string_equal(host.death, "");
			feed(&host, "\r\n", piece, &guest);
			assert_string_equal(host.death, deaths[i].death);
			assert_int_equal(host.ours, deaths[i].ours);
			/* What dies of it is not what died. */
			feed(&host, "dkboot: agent: gone\n(XEN) Hardware Dom0 crashed\n", 7,
				&guest);
			assert_string_equal(host.death, deaths[i].death);
			assert_int_equal(host.ours, deaths[i].ours);
			host_close(&host);
		}
}

static void words_of_a_death_are_harmless_and_short(void **state)
{
	autobuffer struct buffer text = {0}, guest = {0};
	struct xen_host host = {0};

	(void)state;
	buffer_add_text(&text, "(XEN) Xen BUG at \33[2J");
	buffer_fill(&text, 'y', 5000);
	buffer_add_text(&text, "\n");
	feed(&host, text.data, 64, &guest);
	assert_null(strchr(host.death, '\33'));
	assert_true(strlen(host.death) < sizeof(host.death));
	assert_non_null(strstr(host.death, "\\x1b[2Jyyy"));
	host_close(&host);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(guests_text_is_told_from_the_rest_wherever_it_is_cut),
		cmocka_unit_test(pieces_of_a_long_line_are_joined),
		cmocka_unit_test(a_mark_is_the_agents_alone),
		cmocka_unit_test(each_death_is_named_once),
		cmocka_unit_test(words_of_a_death_are_harmless_and_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
