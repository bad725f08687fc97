#include "render_put.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"
#include "utf8.h"

#define NAME_CHARACTERS_MAX 60
#define LARGEST_FIXED       1e9

void put_name(struct strbuf *out, const char *name)
{
    const unsigned char *s = (const unsigned char *)name;
    size_t length;

    for (int shown = 0; *s; s += length) {
        uint32_t c = utf8_decode(s, &length);
        if (utf8_disturbs(c))
            continue;
        if (shown++ == NAME_CHARACTERS_MAX) {
            strbuf_puts(out, "…");
            return;
        }
        strbuf_append(out, s, length);
    }
}

void put_fixed(struct strbuf *out, double v, int decimals)
{
    int64_t scale = 1, n;

    for (int i = 0; i < decimals; i++)
        scale *= 10;
    if (!(fabs(v) < LARGEST_FIXED)) {
        strbuf_number(out, v);
        return;
    }
    n = (int64_t)llround(fabs(v) * (double)scale);
    strbuf_printf(out, "%s%lld", v < 0 && n > 0 ? "-" : "", (long long)(n / scale));
    if (decimals > 0)
        strbuf_printf(out, ".%0*lld", decimals, (long long)(n % scale));
}

void put_short(struct strbuf *out, double v)
{
    double scaled = v * 1000;

    if (!(fabs(v) < LARGEST_FIXED) || (v != 0 && fabs(scaled) < 1)) {
        strbuf_number(out, v);
        return;
    }
    strbuf_number(out, round(scaled) / 1000);
}

struct local_time local_time_of(int64_t t_us, const struct time_zone *zone)
{
    struct local_time t = {.local = !zone_is_utc(zone)};
    char text[UTC_TEXT_SIZE];

    utc_format(zone_local_us(zone, t_us), text);
    t.valid =
        sscanf(text, "%4d-%2d-%2dT%2d:%2d", &t.year, &t.month, &t.day, &t.hour, &t.minute) == 5;
    return t;
}
