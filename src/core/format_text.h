/* Texts of messages: made harmless, cut at characters, composed of a step's words. Private to core.
 */
#ifndef SHIKUMEN_CORE_FORMAT_TEXT_H
#define SHIKUMEN_CORE_FORMAT_TEXT_H

#include <stddef.h>

#include "render_words.h"
#include "shikumen/core/format.h"

/* What a receiver would take for more than text. */
enum markup {
    MARKUP_NONE,
    MARKUP_MARKDOWN, /* WeCom, DingTalk: look-alikes for what marks up, links and mentions */
    MARKUP_SLACK     /* &, < and > as entities, look-alikes for what marks up */
};

struct text_style {
    enum markup markup;
    size_t max_bytes;
    const char *line; /* end of a line: "\n", or "\n\n" where that is needed to begin a new one */
};

/* Bytes of the longest beginning of text that ends at a character and has at most max of them. */
size_t text_fit(const char *text, size_t max);
/* The same, of at most max characters (code points). */
size_t text_fit_characters(const char *text, size_t max);

/* Appends text as part of a line: valid UTF-8, controls as spaces, what turns the direction left
 * out, markup made harmless; at most max bytes, with "…" at the end when it was cut. */
void text_put(struct strbuf *out, const char *text, enum markup markup, size_t max);

/* "🟠 橙色警告：建业里 H012 前墙" in the first language of the message, after the
 * keyword when that is not in it; of several steps "🔴 12 条报警消息：…". */
void text_title(const struct format_message *m, const struct text_style *s, struct strbuf *out);

/* What follows it: of one step summary and advice in each language, the second with its own title
 * before; of several a line each, every one named, each language under its heading. */
void text_body(const struct format_message *m, const struct text_style *s, struct strbuf *out);

/* The kind of alert in words. */
const char *text_kind(enum language language, const char *kind);

/* House and element, or the district. */
void text_place(const struct step_view *v, enum language language, struct strbuf *out);

#endif
