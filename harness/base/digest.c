#include "base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <zlib.h>

#include "base/cleanup.h"

enum { CHUNK = 1 << 18 };

/* Running digests of one file. */
struct pass {
	EVP_MD_CTX *sha256;
	uint32_t crc32;
	uint64_t size;
};

static struct sha256 hexadecimal(const unsigned char *bytes)
{
	static const char digits[] = "0123456789abcdef";
	struct sha256 out = {{0}};

	for (size_t i = 0; i < 32; i++) {
		out.hex[2 * i] = digits[bytes[i] >> 4];
		out.hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	return out;
}

struct sha256 sha256_bytes(const void *bytes, size_t size)
{
	unsigned char digest[EVP_MAX_MD_SIZE];

	/* Fails only when memory is gone or libcrypto has no SHA-256: nothing useful follows. */
	if (!EVP_Digest(bytes, size, digest, NULL, EVP_sha256(), NULL))
		abort();
	return hexadecimal(digest);
}

uint32_t crc32_more(uint32_t before, const void *bytes, size_t size)
{
	return (uint32_t)crc32_z(before, bytes, size);
}

uint32_t crc32_bytes(const void *bytes, size_t size)
{
	return crc32_more(0, bytes, size);
}

static int pass_add(struct pass *pass, int fd)
{
	autofree unsigned char *chunk = malloc(CHUNK);
	ssize_t got;

	if (!chunk)
		abort();
	while ((got = read(fd, chunk, CHUNK)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		EVP_DigestUpdate(pass->sha256, chunk, (size_t)got);
		pass->crc32 = (uint32_t)crc32_z(pass->crc32, chunk, (size_t)got);
		pass->size += (uint64_t)got;
	}
	return 0;
}

int digest_file(const char *path, struct sha256 *sha256, uint32_t *crc32, uint64_t *size,
	struct error *error)
{
	autofd int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct pass pass = {.crc32 = (uint32_t)crc32_z(0, NULL, 0)};
	unsigned char digest[EVP_MAX_MD_SIZE];
	int result;

	if (fd < 0)
		return fail_errno(error, "%s: cannot be opened", path);
	pass.sha256 = EVP_MD_CTX_new();
	if (!pass.sha256 || !EVP_DigestInit_ex(pass.sha256, EVP_sha256(), NULL))
		abort();
	result = pass_add(&pass, fd);
	if (result)
		fail_errno(error, "%s: cannot be read", path);
	EVP_DigestFinal_ex(pass.sha256, digest, NULL);
	EVP_MD_CTX_free(pass.sha256);
	if (result)
		return -1;
	*sha256 = hexadecimal(digest);
	if (crc32)
		*crc32 = pass.crc32;
	if (size)
		*size = pass.size;
	return 0;
}
