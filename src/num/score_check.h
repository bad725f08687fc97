/* Shared by the files of score. */
#ifndef SHIKUMEN_NUM_SCORE_CHECK_H
#define SHIKUMEN_NUM_SCORE_CHECK_H

#include <stddef.h>

#include "shikumen/base/err.h"

/* At least `least` finite probabilities in 0..1. */
enum err score_check(const double *p, size_t n, size_t least) MUST_USE;

#endif
