/* The quick readings of numbers, times and plain JSON objects in a line of a history. Each says
 * false when it is not sure: then the slow way decides (reading_line.c). */
#ifndef SHIKUMEN_CORE_READING_SCAN_H
#define SHIKUMEN_CORE_READING_SCAN_H

#include "shikumen/core/reading_line.h"

/* The JSON number (RFC 8259 section 6) that begins at *p, at most up to end; *p is moved behind it.
 * Rounded as strtod does. False: no such number, not finite, or too long. */
bool scan_number(const char **p, const char *end, double *value);

/* The whole of text (n bytes) as a time of utc_parse. False when it is none. */
bool scan_time(const char *text, size_t n, int64_t *t_us);

/* A reading whose texts are ASCII without escapes, each member given once. False: anything else. */
bool scan_object(const char *line, size_t n, struct reading_line *out);

#endif
