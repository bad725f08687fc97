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
 * 下午 count; 24:00 is the midnight after. offset_us is how far the logger's clock is ahead of UTC;
 * a zone in the text itself (RFC 3339) goes before it. False: no such time. */
bool logger_time(const char *text, size_t n, enum logger_order order, int64_t offset_us,
                 int64_t *t_us);

/* Days since 1899-12-30 as a spreadsheet counts them, to the nearest millisecond. False: outside of
 * 1970..2199. */
bool logger_time_of_days(double days, int64_t offset_us, int64_t *t_us);

/* A zone "+08:00", "-03:30" or "UTC" as an offset; false: none of these. */
bool logger_zone(const char *text, int64_t *offset_us);

#endif
