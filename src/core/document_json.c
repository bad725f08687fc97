#include "shikumen/core/document_json.h"
#include "document_text.h"
#include "json_put.h"

static void put_text(struct strbuf *out, const char *name, const char *text)
{
    struct strbuf clean = {0};

    document_clean(&clean, text);
    json_put_text(out, name, strbuf_text(&clean));
    out->failed = out->failed || clean.failed;
    strbuf_free(&clean);
}

static void put_columns(struct strbuf *out, const struct doc_block *b)
{
    json_put_key(out, "columns");
    strbuf_putc(out, '[');
    for (size_t i = 0; i < b->column_count; i++) {
        strbuf_puts(out, i > 0 ? ",{" : "{");
        put_text(out, "heading", b->columns[i].heading ? b->columns[i].heading : "");
        json_put_bool(out, "to_right", b->columns[i].to_right);
        strbuf_putc(out, '}');
    }
    strbuf_putc(out, ']');
}

static void put_rows(struct strbuf *out, const struct doc_block *b)
{
    json_put_key(out, "cells");
    strbuf_putc(out, '[');
    for (size_t i = 0; i < b->rows * b->column_count; i++) {
        strbuf_puts(out, i > 0 ? ",{" : "{");
        put_text(out, "text", b->cells[i].text);
        if (b->cells[i].tint != DOC_PLAIN)
            json_put_text(out, "tint", doc_tint_name(b->cells[i].tint));
        strbuf_putc(out, '}');
    }
    strbuf_putc(out, ']');
}

static void put_block(struct strbuf *out, const struct doc_block *b)
{
    strbuf_putc(out, '{');
    json_put_text(out, "kind", doc_kind_name(b->kind));
    if (b->kind == DOC_HEADING)
        json_put_integer(out, "level", b->level);
    put_text(out, "text", b->text);
    if (b->kind == DOC_FIGURE) {
        json_put_text(out, "svg", b->svg);
        put_text(out, "alternative", b->alternative);
    }
    if (b->column_count > 0) {
        put_columns(out, b);
        put_rows(out, b);
    }
    strbuf_putc(out, '}');
}

void document_json(const struct document *d, struct strbuf *out)
{
    strbuf_putc(out, '{');
    put_text(out, "language", d->language);
    put_text(out, "title", d->title);
    put_text(out, "subtitle", d->subtitle);
    put_text(out, "subject", d->subject);
    put_text(out, "author", d->author);
    put_text(out, "date", d->date);
    put_text(out, "running", d->running);
    put_text(out, "foot", d->foot);
    json_put_key(out, "blocks");
    strbuf_putc(out, '[');
    for (size_t i = 0; i < d->count; i++) {
        if (i > 0)
            strbuf_putc(out, ',');
        put_block(out, &d->blocks[i]);
    }
    strbuf_puts(out, "]}");
    out->failed = out->failed || d->failed;
}
