#include "shikumen/view/desk.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const char *desk_word(const struct desk *d, const char *zh, const char *en)
{
    return d->language == DESK_ZH ? zh : en;
}

const char *desk_name(const struct desk *d, struct bilingual name)
{
    return desk_word(d, name.zh, name.en);
}

const char *desk_keep(struct desk *d, const char *text)
{
    const char *copy = arena_strdup(d->arena, text);

    return copy ? copy : "";
}

void desk_put(const struct desk *d, struct strbuf *out, const char *zh, const char *en, ...)
{
    char *text = NULL;
    va_list args;

    va_start(args, en);
    if (vasprintf(&text, desk_word(d, zh, en), args) < 0)
        text = NULL;
    va_end(args);
    strbuf_puts(out, text ? text : "");
    out->failed = out->failed || !text;
    free(text);
}

static enum err note(struct desk *d, enum err e, enum desk_part part)
{
    if (e != ERR_OK && e != ERR_NOMEM)
        d->failed = part;
    return e;
}

enum err desk_readings(struct desk *d, enum err e)
{
    return note(d, e, DESK_READINGS);
}

enum err desk_state(struct desk *d, enum err e)
{
    return note(d, e, DESK_STATE);
}
