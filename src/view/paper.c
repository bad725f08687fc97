#include "shikumen/view/paper.h"

#include <string.h>

#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"

void paper_key(struct strbuf *out, const char *name)
{
    if (out->len > 0 && !strchr("{[", out->data[out->len - 1]))
        strbuf_putc(out, ',');
    if (name)
        strbuf_printf(out, "\"%s\":", name);
}

void paper_text(struct strbuf *out, const char *name, const char *text)
{
    paper_key(out, name);
    if (text && *text)
        strbuf_json_string(out, text, strlen(text));
    else
        strbuf_puts(out, "null");
}

void paper_number(struct strbuf *out, const char *name, double x)
{
    paper_key(out, name);
    strbuf_number(out, x);
}

void paper_bool(struct strbuf *out, const char *name, bool b)
{
    paper_key(out, name);
    strbuf_puts(out, b ? "true" : "false");
}

void paper_time(struct strbuf *out, const char *name, int64_t t_us)
{
    char text[UTC_TEXT_SIZE];
    bool known = t_us != INT64_MIN && t_us != INT64_MAX;

    paper_text(out, name, known ? utc_format(t_us, text) : NULL);
}

void paper_day(struct strbuf *out, const char *name, int64_t day)
{
    char text[UTC_TEXT_SIZE];

    utc_format(day * US_PER_DAY, text);
    text[10] = '\0';
    paper_text(out, name, text);
}

void paper_item(struct strbuf *out)
{
    paper_key(out, NULL);
    strbuf_puts(out, "\n ");
}

void paper_list(struct strbuf *out, const char *name)
{
    paper_key(out, name);
    strbuf_putc(out, '[');
}
