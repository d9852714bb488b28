#include "params.h"

	.section .head, "a"
	.balign 8
	.globl	params
params:
	.ascii	FLAT_PARAMS_MAGIC
	.byte	0, 0, 0, 0, 0, 0, 0, 0

	.section .note.GNU-stack, "", @progbits
