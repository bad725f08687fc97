#include <math.h>

#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"
#include "shikumen/core/series.h"

static void put_time(int64_t t_us, struct strbuf *out)
{
    char text[UTC_TEXT_SIZE];

    if (t_us == INT64_MIN)
        strbuf_puts(out, "null");
    else
        strbuf_printf(out, "\"%s\"", utc_format(t_us, text));
}

static void put_value(double v, struct strbuf *out)
{
    strbuf_putc(out, ',');
    strbuf_number(out, v);
}

/* A mean has more digits than anybody can use. */
static void put_mean(double v, struct strbuf *out)
{
    if (isfinite(v))
        strbuf_printf(out, ",%.7g", v);
    else
        strbuf_puts(out, ",null");
}

/* ["T","T_LAST",n,first,min,max,last,mean,"worst flag",gap] */
static void put_bucket(const struct series_bucket *b, struct strbuf *out)
{
    const struct series_range *p = &b->passed;

    strbuf_putc(out, '[');
    put_time(p->count > 0 ? p->first_us : b->begin_us, out);
    strbuf_putc(out, ',');
    put_time(p->count > 0 ? p->last_us : b->begin_us, out);
    strbuf_printf(out, ",%u", p->count);
    put_value(p->first, out);
    put_value(p->least, out);
    put_value(p->most, out);
    put_value(p->last, out);
    put_mean(p->mean, out);
    strbuf_printf(out, ",%u,%s]", b->worst, b->broken ? "true" : "false");
}

/* ["T","T_LAST",flag,n,min,max,"test"] */
static void put_flagged(const struct series_bucket *b, const struct series_range *x, uint8_t flag,
                        struct strbuf *out)
{
    strbuf_putc(out, '[');
    put_time(x->first_us, out);
    strbuf_putc(out, ',');
    put_time(x->last_us, out);
    strbuf_printf(out, ",%u,%u", flag, x->count);
    put_value(x->least, out);
    put_value(x->most, out);
    if (b->worst == flag && b->because != QT_NONE)
        strbuf_printf(out, ",\"%s\"]", quality_test_name((enum quality_test)b->because));
    else
        strbuf_puts(out, ",null]");
}

static void put_all_flagged(const struct series *s, struct strbuf *out)
{
    const char *between = "";

    for (size_t i = 0; i < s->count; i++) {
        const struct series_bucket *b = &s->at[i];
        const struct series_range *const of[] = {&b->suspect, &b->failed};
        for (size_t k = 0; k < 2; k++) {
            if (of[k]->count == 0)
                continue;
            strbuf_puts(out, between);
            put_flagged(b, of[k], k == 0 ? QF_SUSPECT : QF_FAIL, out);
            between = ",\n";
        }
    }
}

static void put_total(const struct series_total *t, struct strbuf *out)
{
    strbuf_printf(out,
                  "{\"passed\":%u,\"suspect\":%u,\"failed\":%u,\"gaps\":%u,\"first\":", t->passed,
                  t->suspect, t->failed, t->gaps);
    put_time(t->first_us, out);
    strbuf_puts(out, ",\"until\":");
    put_time(t->last_us, out);
    strbuf_puts(out, ",\"min\":");
    strbuf_number(out, t->least);
    strbuf_puts(out, ",\"min_t\":");
    put_time(t->least_us, out);
    strbuf_puts(out, ",\"max\":");
    strbuf_number(out, t->most);
    strbuf_puts(out, ",\"max_t\":");
    put_time(t->most_us, out);
    strbuf_puts(out, ",\"mean\":");
    strbuf_puts(out, isfinite(t->mean) ? "" : "null");
    if (isfinite(t->mean))
        strbuf_printf(out, "%.7g", t->mean);
    strbuf_puts(out, ",\"last\":");
    strbuf_number(out, t->last);
    strbuf_putc(out, '}');
}

void series_json(const struct series *s, struct strbuf *out)
{
    strbuf_puts(out, "\"step_s\":");
    if (s->width_us > 0)
        strbuf_printf(out, "%lld", (long long)(s->width_us / US_PER_S));
    else
        strbuf_puts(out, "null");
    strbuf_printf(out, ",\"gap_s\":%.6g", (double)s->gap_us / (double)US_PER_S);
    strbuf_puts(out, ",\"columns\":[\"t\",\"t_last\",\"n\",\"first\",\"min\",\"max\",\"last\","
                     "\"mean\",\"flag\",\"gap\"],\n\"items\":[");
    for (size_t i = 0; i < s->count; i++) {
        strbuf_puts(out, i > 0 ? ",\n" : "");
        put_bucket(&s->at[i], out);
    }
    strbuf_puts(out, "],\n\"flagged_columns\":[\"t\",\"t_last\",\"flag\",\"n\",\"min\",\"max\","
                     "\"test\"],\n\"flagged\":[");
    put_all_flagged(s, out);
    strbuf_puts(out, "],\n\"total\":");
    put_total(&s->total, out);
}
