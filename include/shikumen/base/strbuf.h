/* Growing text or byte buffer. After a failed allocation it stays empty and failed is set; check it
 * once at the end. */
#ifndef SHIKUMEN_BASE_STRBUF_H
#define SHIKUMEN_BASE_STRBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/err.h"

/* Zero-initialise to start. data is NUL-terminated whenever it is not NULL. */
struct strbuf {
    char *data;
    size_t len;
    size_t capacity;
    bool failed;
};

void strbuf_append(struct strbuf *b, const void *bytes, size_t n);
void strbuf_puts(struct strbuf *b, const char *text);
void strbuf_putc(struct strbuf *b, char c);
void strbuf_printf(struct strbuf *b, const char *format, ...) PRINTF_LIKE(2, 3);

/* Appends text as a JSON string with its quotes (RFC 8259); bytes that are not valid UTF-8 become
 * U+FFFD. */
void strbuf_json_string(struct strbuf *b, const char *text, size_t n);

/* Appends v in the shortest form that reads back as the same double; "null" when not finite. */
void strbuf_number(struct strbuf *b, double v);

/* The text so far; "" when empty, never NULL. */
const char *strbuf_text(const struct strbuf *b);

/* Empties it for new use (failed is false again), keeps the memory. */
void strbuf_clear(struct strbuf *b);
void strbuf_free(struct strbuf *b);

#endif
