/* Eight bytes looked at as one number. Private to reading_*.c. */
#ifndef SHIKUMEN_CORE_EIGHT_BYTES_H
#define SHIKUMEN_CORE_EIGHT_BYTES_H

#include <stdint.h>
#include <string.h>

#define EACH_BYTE(b) (0x0101010101010101U * (b))

/* The high bit of each byte that is zero. A byte above one of these may be marked in error (the
 * subtraction borrows), the lowest of them never is. */
static inline uint64_t zero_bytes(uint64_t x)
{
    return (x - EACH_BYTE(1)) & ~x & EACH_BYTE(0x80U);
}

/* Eight characters, the first of them lowest. */
static inline uint64_t eight_at(const char *p)
{
    uint64_t x;

    memcpy(&x, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    x = __builtin_bswap64(x);
#endif
    return x;
}

#endif
