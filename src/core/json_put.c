#include "json_put.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "shikumen/base/utc.h"

void json_put_key(struct strbuf *out, const char *name)
{
    if (out->len > 0 && out->data[out->len - 1] != '{')
        strbuf_putc(out, ',');
    strbuf_json_string(out, name, strlen(name));
    strbuf_putc(out, ':');
}

void json_put_text(struct strbuf *out, const char *name, const char *text)
{
    json_put_key(out, name);
    strbuf_json_string(out, text, strlen(text));
}

void json_put_text_or_null(struct strbuf *out, const char *name, const char *text)
{
    if (*text)
        json_put_text(out, name, text);
    else
        json_put_null(out, name);
}

static double nine_digits(double v)
{
    double scale = v == 0 ? 1 : pow(10, 9 - ceil(log10(fabs(v))));
    double rounded = round(v * scale) / scale;

    return isfinite(rounded) ? rounded : v;
}

void json_put_number(struct strbuf *out, const char *name, double v)
{
    json_put_key(out, name);
    strbuf_number(out, nine_digits(v));
}

void json_share(struct strbuf *out, double p)
{
    strbuf_number(out, round(p * 1e6) / 1e6 + 0.0); /* never -0 */
}

void json_put_share(struct strbuf *out, const char *name, double p)
{
    json_put_key(out, name);
    json_share(out, p);
}

void json_put_integer(struct strbuf *out, const char *name, int64_t v)
{
    json_put_key(out, name);
    strbuf_printf(out, "%lld", (long long)v);
}

void json_put_bool(struct strbuf *out, const char *name, bool v)
{
    json_put_key(out, name);
    strbuf_puts(out, v ? "true" : "false");
}

void json_put_null(struct strbuf *out, const char *name)
{
    json_put_key(out, name);
    strbuf_puts(out, "null");
}

void json_time(struct strbuf *out, int64_t t_us)
{
    char text[UTC_TEXT_SIZE];

    utc_format(t_us, text);
    if (strcmp(text, "invalid") == 0)
        strbuf_puts(out, "null");
    else
        strbuf_json_string(out, text, strlen(text));
}

void json_put_time(struct strbuf *out, const char *name, int64_t t_us)
{
    json_put_key(out, name);
    json_time(out, t_us);
}

void json_put_window(struct strbuf *out, const char *name, int64_t from_us, int64_t to_us)
{
    json_put_key(out, name);
    strbuf_putc(out, '[');
    json_time(out, from_us);
    strbuf_putc(out, ',');
    json_time(out, to_us);
    strbuf_putc(out, ']');
}

void json_put_bilingual(struct strbuf *out, const char *name, struct bilingual text)
{
    json_put_key(out, name);
    strbuf_putc(out, '{');
    json_put_text(out, "zh", text.zh);
    json_put_text(out, "en", text.en);
    strbuf_putc(out, '}');
}

void json_put_item(struct strbuf *out, const struct cJSON *item)
{
    char *text = cJSON_PrintUnformatted(item);

    json_put_key(out, item->string);
    strbuf_puts(out, text ? text : "null");
    out->failed = out->failed || !text;
    cJSON_free(text);
}
