/*
 * How large the image is, for the assembler, the tools and the tests.
 *
 * A firmware sums every byte that the size byte of the header covers before it calls the ROM, at
 * some five instructions a byte. The file says there that it has one block of 512 bytes; the init
 * entry, for which the firmware has copied the whole file, then says how many it really has. Both
 * ways the bytes add up to 0.
 */
#ifndef ROM_SIZE_H
#define ROM_SIZE_H

#define IMAGE_BLOCK   512
#define IMAGE_SIZE    24576 /* fixed, padded */
#define IMAGE_BLOCKS  (IMAGE_SIZE / IMAGE_BLOCK)
#define IMAGE_HEADSUM 0x17 /* offset of the byte that makes the first block add up to 0 */
#define IMAGE_TAIL    (IMAGE_SIZE - 8) /* offset of the mark by which init knows that all is there */
#define IMAGE_MARK    0x444e4564       /* "dEND" */

#endif
