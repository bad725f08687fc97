/* Texts of a document, which may come from anywhere, made harmless. Private to core. */
#ifndef SHIKUMEN_CORE_DOCUMENT_TEXT_H
#define SHIKUMEN_CORE_DOCUMENT_TEXT_H

#include "shikumen/base/strbuf.h"

/* Appends text as valid UTF-8 on one line: ends of lines and tabs as blanks, what controls, is not
 * seen or turns the writing direction left out, bytes that are no character as U+FFFD. */
void document_clean(struct strbuf *out, const char *text);

#endif
