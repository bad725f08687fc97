/* How wide a text is about, and lines that fit: no font is known here. Private to plots. */
#ifndef SHIKUMEN_CORE_PLOT_TEXT_H
#define SHIKUMEN_CORE_PLOT_TEXT_H

#include <stddef.h>

#include "shikumen/base/strbuf.h"

/* Width in ems, rather too wide than too narrow: East Asian characters 1, others 0.53. */
double plot_text_ems(const char *text, size_t n);

/* Bytes of text that fit in so many ems: up to a blank, or before or after an East Asian character
 * (not before its closing punctuation); at least one character. */
size_t plot_text_fit(const char *text, double ems);

/* Appends text as XML, at most n bytes; what XML 1.0 does not allow becomes U+FFFD. */
void plot_text_xml(struct strbuf *out, const char *text, size_t n);
/* The same in at most so many ems, cut with an ellipsis. */
void plot_text_cut(struct strbuf *out, const char *text, double ems);

#endif
