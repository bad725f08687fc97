/* What an unregistered sensor probably measures, from its name, its unit and how often it speaks. */
#ifndef SHIKUMEN_CLI_GUESS_H
#define SHIKUMEN_CLI_GUESS_H

#include <stdint.h>

#include "shikumen/model/quantity.h"

/* The quantity that has this unit (NULL: any) and whose name, or a word often used for it, is in the
 * last part of the sensor's name; Q_COUNT when none is, or several are as likely. */
enum quantity guess_quantity(const char *name, const char *unit);

/* The nominal period, in seconds, of count messages between first and last; 600 when it cannot be
 * told. */
int guess_period_s(int64_t count, int64_t first_us, int64_t last_us);

#endif
