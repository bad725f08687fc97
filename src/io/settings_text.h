/* The text of a configuration file before libconfig sees it. */
#ifndef SHIKUMEN_IO_SETTINGS_TEXT_H
#define SHIKUMEN_IO_SETTINGS_TEXT_H

#include <stdbool.h>

#include "shikumen/base/fault.h"
#include "shikumen/base/strbuf.h"

/* Copies raw to out such that libconfig reads exactly what is written: libconfig 1.5 takes whole
 * numbers without the suffix L modulo 2^32, so long ones get it; lines stay where they are. False,
 * with the faults added, for what libconfig would misread: not UTF-8, NUL bytes, numbers beyond 64
 * bit, @include (which it ends the program over when it names a directory). */
bool settings_text_prepare(const char *file, const struct strbuf *raw, struct strbuf *out,
                           struct fault_list *faults);

/* Number of leading bytes of text that are valid UTF-8 (RFC 3629); n when all are. */
size_t utf8_valid_prefix(const char *text, size_t n);

#endif
