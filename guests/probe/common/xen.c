#include "xen.h"

/* Xen's public headers: xen.h, hvm/hvm_op.h, hvm/params.h, arch-x86/cpuid.h. */
#define HVM_OP		  34
#define HVM_OP_GET_PARAM  1
#define DOMID_SELF	  0x7ff0
#define PARAM_STORE_PFN	  1
#define PARAM_CONSOLE_PFN 17
#define LEAVES_FIRST	  0x40000000u
#define LEAVES_END	  0x40010000u
#define LEAVES_STEP	  0x100u /* other interfaces that Xen shows come first */

#define EFLAGS_ID  0x200000u
#define HYPERVISOR 0x80000000u /* CPUID.1:ECX: somebody has the leaves from 0x40000000 on */

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

struct hvm_param {
	uint16_t domain;
	uint32_t index;
	uint64_t value;
};

static struct cpuid cpuid(uint32_t leaf)
{
	struct cpuid said;

	__asm__ volatile("cpuid"
			 : "=a"(said.eax), "=b"(said.ebx), "=c"(said.ecx), "=d"(said.edx)
			 : "a"(leaf), "c"(0));
	return said;
}

/* Intel, Architectures Software Developer's Manual, vol. 1, 20.1.2: a flag that only stays where
 * there is the instruction. */
static int has_cpuid(void)
{
	uint32_t before, after;

	__asm__ volatile("pushfl; popl %0; movl %0, %1; xorl %2, %1; pushl %1; popfl;"
			 "pushfl; popl %1; pushl %0; popfl"
			 : "=&r"(before), "=&r"(after)
			 : "i"(EFLAGS_ID));
	return ((before ^ after) & EFLAGS_ID) != 0;
}

int on_xen(void)
{
	if (!has_cpuid() || !(cpuid(1).ecx & HYPERVISOR))
		return 0;
	for (uint32_t leaf = LEAVES_FIRST; leaf < LEAVES_END; leaf += LEAVES_STEP) {
		struct cpuid said = cpuid(leaf);

		/* "XenVMMXenVMM" */
		if (said.ebx == 0x566e6558 && said.ecx == 0x65584d4d && said.edx == 0x4d4d566e)
			return 1;
	}
	return 0;
}

/* Without Xen's page of calls, which would need a page: the processor's own instruction. */
static uint32_t hvm_op(uint32_t op, void *argument)
{
	uint32_t vendor = cpuid(0).ebx, result;

	/* "Auth"enticAMD, "Hygo"nGenuine */
	if (vendor == 0x68747541 || vendor == 0x6f677948)
		__asm__ volatile(".byte 0x0f, 0x01, 0xd9" /* vmmcall */
				 : "=a"(result)
				 : "a"(HVM_OP), "b"(op), "c"(argument)
				 : "memory");
	else
		__asm__ volatile(".byte 0x0f, 0x01, 0xc1" /* vmcall */
				 : "=a"(result)
				 : "a"(HVM_OP), "b"(op), "c"(argument)
				 : "memory");
	return result;
}

/* The address of a page that is a parameter of the domain; all ones if Xen does not say. */
static uint64_t page_of(uint32_t index)
{
	struct hvm_param param;

	param.domain = DOMID_SELF;
	param.index = index;
	param.value = 0;
	return hvm_op(HVM_OP_GET_PARAM, &param) ? ~UINT64_C(0) : param.value << 12;
}

void say_xen(struct out *out)
{
	if (!on_xen())
		return;
	out_begin(out, "xen");
	out_hex(out, " store=", page_of(PARAM_STORE_PFN), 16);
	out_hex(out, " console=", page_of(PARAM_CONSOLE_PFN), 16);
	out_end(out);
}
