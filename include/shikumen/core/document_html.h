/* A document as one HTML file that prints well: A4, headings of tables repeated, figures and rows
 * not broken over pages. Nothing in it is fetched from anywhere. Pure; the same document gives the
 * same bytes. */
#ifndef SHIKUMEN_CORE_DOCUMENT_HTML_H
#define SHIKUMEN_CORE_DOCUMENT_HTML_H

#include "shikumen/base/strbuf.h"
#include "shikumen/model/document.h"

/* Appends the file: HTML (living standard), UTF-8. Texts are escaped; control characters and those
 * that turn the writing direction are left out. An SVG is put in as it stands, without its XML
 * declaration, and only when it is one of core/plot.h or core/plan_svg.h: nothing else makes any.
 */
void document_html(const struct document *d, struct strbuf *out);

/* Appends text as HTML or XML text: & < > " ' as references, what must not show left out. */
void document_escape(struct strbuf *out, const char *text);

#endif
