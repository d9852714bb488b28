/* Versions of kernels, out of names of packages as apt has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "payload/versions.h"

#include <cmocka.h>

static const char names[] = "linux-image-6.12.107+deb12-cloud-amd64\n"
			    "linux-image-6.1.0-9-cloud-amd64\n"
			    "linux-image-6.1.0-47-cloud-amd64\n"
			    "linux-image-6.1.0-47-cloud-amd64-dbg\n"
			    "linux-image-6.1.0-47-cloud-amd64-unsigned\n"
			    "linux-image-6.1.0-47-amd64\n"
			    "linux-image-6.1.0-47-rt-amd64\n"
			    "linux-image-6.12-cloud-amd64\n"
			    "linux-image-cloud-amd64\n"
			    "linux-image-6.12.90+deb12-cloud-amd64\n"
			    "linux-image-\n";

static void test_flavour_and_order(void **state)
{
	static const char *const expected[] = {"6.1.0-9", "6.1.0-47", "6.12.90", "6.12.107"};
	struct kernel_versions versions;

	(void)state;
	versions_take(&versions, names, "cloud-amd64");
	assert_int_equal(versions.count, 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(versions.list[i].version, expected[i]);
	assert_string_equal(versions.list[3].package, "linux-image-6.12.107+deb12-cloud-amd64");
	versions_free(&versions);
	versions_take(&versions, names, "amd64");
	assert_int_equal(versions.count, 1);
	assert_string_equal(versions.list[0].package, "linux-image-6.1.0-47-amd64");
	versions_free(&versions);
}

static void test_index(void **state)
{
	struct kernel_versions versions;

	(void)state;
	versions_take(&versions, names, "cloud-amd64");
	assert_int_equal(versions_index(&versions, "6.1.0-9"), 0);
	assert_int_equal(versions_index(&versions, "6.12.107"), 3);
	assert_int_equal(versions_index(&versions, "6.12.107+deb12"), 3);
	assert_int_equal(versions_index(&versions, "6.12.10"), 4);
	assert_int_equal(versions_index(&versions, "6.12"), 4);
	assert_int_equal(versions_index(&versions, ""), 4);
	versions_free(&versions);
}

static void test_none(void **state)
{
	struct kernel_versions versions;
	struct error error;

	(void)state;
	versions_take(&versions, "", "cloud-amd64");
	assert_int_equal(versions.count, 0);
	versions_free(&versions);
	assert_int_equal(versions_find(&versions, "memtest86+", &error), -1);
	assert_string_equal(error.text, "package memtest86+: no metapackage of a kernel");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flavour_and_order),
		cmocka_unit_test(test_index),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
