/* clang 14 does not know the CMPLX of glibc's complex.h; for fuzz builds only (scripts/fuzz). */
#ifndef CMPLX
#define CMPLX(x, y) __builtin_complex((double)(x), (double)(y))
#endif
