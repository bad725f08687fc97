/* Time stamps as text: RFC 3339 in UTC. Pure. */
#ifndef SHIKUMEN_BASE_UTC_H
#define SHIKUMEN_BASE_UTC_H

#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/err.h"

/* Bytes that utc_format needs, terminator included. */
#define UTC_TEXT_SIZE 40

/* Writes t_us (microseconds UTC) as "2026-11-22T08:00:00Z", with ".123456" only when there is a
 * fraction (trailing zeros cut). Years outside 0001..9999 are written as "invalid". Returns text.
 */
const char *utc_format(int64_t t_us, char text[UTC_TEXT_SIZE]);

/* Reads an RFC 3339 time ("Z" or numeric offset, optional fraction, further digits than
 * microseconds ignored, a blank for the "T", second 60 before midnight UTC read as the next second)
 * or, as a convenience, a bare date "2026-11-22" (midnight UTC). Years outside 0001..9999 are not
 * read. On error *t_us keeps its value. Errors: ERR_PARSE. */
enum err utc_parse(const char *text, int64_t *t_us) MUST_USE;

/* Days since 1970-01-01 of a Gregorian date (month 1..12; years 0..9999), and the year in which
 * such a day lies. */
int64_t utc_day(int year, int month, int day);
int utc_year(int64_t day);

#endif
