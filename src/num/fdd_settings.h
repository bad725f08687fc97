#ifndef SHIKUMEN_NUM_FDD_SETTINGS_H
#define SHIKUMEN_NUM_FDD_SETTINGS_H

#include <stdbool.h>

#include "shikumen/num/fdd.h"

bool fdd_settings_good(const struct fdd_settings *s);

#endif
