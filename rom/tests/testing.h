/* What all tests of the ROM's pure parts share: cmocka with its includes. */
#ifndef ROM_TESTS_TESTING_H
#define ROM_TESTS_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Fail with the row's name, which cmocka's own assertions do not know. */
#define check_row(name, got, wanted)                                                               \
	do {                                                                                       \
		const unsigned long long got_ = (unsigned long long)(got);                         \
		const unsigned long long wanted_ = (unsigned long long)(wanted);                   \
		if (got_ != wanted_)                                                               \
			fail_msg("%s: " #got " is 0x%llx, not 0x%llx", name, got_, wanted_);       \
	} while (0)

#endif
