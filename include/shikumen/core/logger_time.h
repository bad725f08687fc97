/* Times as loggers and spreadsheets write them. Pure. */
#ifndef SHIKUMEN_CORE_LOGGER_TIME_H
#define SHIKUMEN_CORE_LOGGER_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum logger_order { LOGGER_YMD, LOGGER_DMY, LOGGER_MDY };

/* Date and time in n bytes of text: three numbers in the order given (a year of two digits is
 * 1970..2069), then hours, minutes, seconds and a fraction, each as far as they are there, with
 * whatever signs between them; or without signs, 20261130 and 20261130174500. "AM", "PM", 上午 and
 * 下午 count; 24:00 is the midnight after. *t_us is what the logger's clock showed, as if it were
 * UTC; *is_utc: the text says its zone itself (RFC 3339), and *t_us is UTC. False: no such time. */
bool logger_time(const char *text, size_t n, enum logger_order order, int64_t *t_us, bool *is_utc);

/* Days since 1899-12-30 as a spreadsheet counts them, to the nearest millisecond. False: outside of
 * 1970..2199. */
bool logger_time_of_days(double days, int64_t *t_us);

#endif
