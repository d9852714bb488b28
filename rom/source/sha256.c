#include "source/sha256.h"

#define WORDS  16 /* of a block */
#define ROUNDS 64

/* FIPS 180-4, 4.2.2 and 5.3.3. */
static const uint32_t constants[ROUNDS] = {0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5,
	0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
	0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152,
	0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e,
	0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624,
	0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3,
	0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
static const uint32_t first[SHA256_WORDS] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
	0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

/* At any address. */
struct word {
	uint32_t value;
} __attribute__((packed, may_alias));

static inline uint32_t turn(uint32_t x, uint32_t by)
{
	return x >> by | x << (32 - by);
}

static inline uint32_t sigma_0(uint32_t x)
{
	return turn(x, 7) ^ turn(x, 18) ^ x >> 3;
}

static inline uint32_t sigma_1(uint32_t x)
{
	return turn(x, 17) ^ turn(x, 19) ^ x >> 10;
}

static inline uint32_t sum_0(uint32_t x)
{
	return turn(x, 2) ^ turn(x, 13) ^ turn(x, 22);
}

static inline uint32_t sum_1(uint32_t x)
{
	return turn(x, 6) ^ turn(x, 11) ^ turn(x, 25);
}

/*
 * The eight words of the state are a window that moves down by one each round: seven of them stay
 * where they are.
 */
static void block(uint32_t *state, const struct word *from)
{
	uint32_t w[ROUNDS], room[ROUNDS + SHA256_WORDS], *s = room + ROUNDS;

	for (uint32_t i = 0; i < WORDS; i++)
		w[i] = __builtin_bswap32(from[i].value);
	for (uint32_t *now = w + WORDS; now < w + ROUNDS; now++)
		*now = sigma_1(now[-2]) + now[-7] + sigma_0(now[-15]) + now[-16];
	for (uint32_t i = 0; i < SHA256_WORDS; i++)
		s[i] = state[i];
	for (uint32_t i = 0; i < ROUNDS; i++, s--) {
		const uint32_t one =
			s[7] + sum_1(s[4]) + (s[6] ^ (s[4] & (s[5] ^ s[6]))) + constants[i] + w[i];

		s[3] += one;
		s[-1] = one + sum_0(s[0]) + ((s[0] & s[1]) | (s[2] & (s[0] | s[1])));
	}
	for (uint32_t i = 0; i < SHA256_WORDS; i++)
		state[i] += s[i];
}

void sha256_init(struct sha256 *sha)
{
	for (uint32_t i = 0; i < SHA256_WORDS; i++)
		sha->state[i] = first[i];
	sha->bytes = 0;
}

void sha256_blocks(struct sha256 *sha, const void *at, uint32_t bytes)
{
	const struct word *word = at;

	sha->bytes += bytes;
	for (; bytes >= SHA256_BLOCK; bytes -= SHA256_BLOCK, word += WORDS)
		block(sha->state, word);
}

/* FIPS 180-4, 5.1.1: a bit, zeros, and how many bits there were, in one block or two. */
void sha256_end(struct sha256 *sha, const void *at, uint32_t bytes)
{
	const uint32_t whole = bytes & -SHA256_BLOCK, rest = bytes - whole;
	const uint32_t padded = rest < SHA256_BLOCK - 8 ? SHA256_BLOCK : 2 * SHA256_BLOCK;
	const uint8_t *from = (const uint8_t *)at + whole;
	struct word last[2 * WORDS];
	uint8_t *to = (uint8_t *)last;

	sha256_blocks(sha, at, whole);
	for (uint32_t i = 0; i < padded; i++)
		to[i] = i < rest ? from[i] : i == rest ? 0x80 : 0;
	last[padded / 4 - 2].value = __builtin_bswap32((sha->bytes + rest) >> 29);
	last[padded / 4 - 1].value = __builtin_bswap32((sha->bytes + rest) << 3);
	sha256_blocks(sha, last, padded);
}
