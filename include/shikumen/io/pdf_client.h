/* Has a document set on pages by the program shikumen-pdf, which is spawned for it: it stands in
 * the same folder as the program that asks, or in the PATH of the system. Of no group of io. */
#ifndef SHIKUMEN_IO_PDF_CLIENT_H
#define SHIKUMEN_IO_PDF_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/err.h"
#include "shikumen/base/strbuf.h"

#define PDF_PATIENCE_S 60
#define PDF_MOST       (64u << 20) /* bytes of a PDF */

/* How long to wait: patience_s seconds, and no longer than given_up (NULL: never) says no; it is
 * asked five times a second. */
struct pdf_patience {
    int seconds;
    bool (*given_up)(const void *context);
    const void *context;
};

/* Appends the PDF of a document (core/document_json.h) to out, which is as it was after an error;
 * ends the program when patience ends. why (at least why_size bytes) says what is wrong, in
 * both languages. ERR_NOTFOUND: it is not installed; ERR_BUSY: it took too long; ERR_REFUSED: it
 * failed, or made more than PDF_MOST; ERR_IO; ERR_NOMEM. */
enum err pdf_make(const char *json, size_t len, struct pdf_patience patience, struct strbuf *out,
                  char *why, size_t why_size) MUST_USE;

#endif
