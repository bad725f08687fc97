#include "lines.h"

#include <string.h>

#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"

enum err lines_init(struct lines *l, const struct district *d, struct arena *arena)
{
    *l = (struct lines){.day = INT64_MIN};
    l->middle = arena_array(arena, d->sensor_count, sizeof *l->middle);
    l->tail = arena_array(arena, d->sensor_count, sizeof *l->tail);
    if (!l->middle || !l->tail)
        return ERR_NOMEM;
    for (size_t i = 0; i < d->node_count; i++)
        for (uint32_t k = d->nodes[i].first; k < d->nodes[i].first + d->nodes[i].count; k++) {
            const struct design *g = d->sensors[k].design;
            l->middle[k] =
                arena_printf(arena, "\",\"sensor\":\"%s/%s\",\"v\":", d->nodes[i].id, g->name);
            l->tail[k] = arena_printf(arena, ",\"u\":\"%s\",\"rx\":\"", g->unit);
            if (!l->middle[k] || !l->tail[k])
                return ERR_NOMEM;
        }
    return ERR_OK;
}

static char *put_text(const char *text, char *at)
{
    size_t n = strlen(text);

    memcpy(at, text, n);
    return at + n;
}

static char *put_two(int v, char *at)
{
    at[0] = (char)('0' + v / 10);
    at[1] = (char)('0' + v % 10);
    return at + 2;
}

static void set_day(struct lines *l, int64_t day)
{
    char text[UTC_TEXT_SIZE];

    utc_format(day * US_PER_DAY, text);
    memcpy(l->day_text, text, 11);
    l->day = day;
}

/* Milliseconds only where there are some. */
static char *put_time(struct lines *l, int64_t t_us, char *at)
{
    int64_t day = t_us / US_PER_DAY, second = t_us % US_PER_DAY / US_PER_S;
    int ms = (int)(t_us % US_PER_S / US_PER_MS);

    if (day != l->day)
        set_day(l, day);
    memcpy(at, l->day_text, 11);
    at = put_two((int)(second / 3600), at + 11);
    *at++ = ':';
    at = put_two((int)(second / 60 % 60), at);
    *at++ = ':';
    at = put_two((int)(second % 60), at);
    if (ms != 0) {
        *at++ = '.';
        *at++ = (char)('0' + ms / 100);
        at = put_two(ms % 100, at);
    }
    *at++ = 'Z';
    return at;
}

char *lines_number(int64_t scaled, int decimals, char *at)
{
    char digits[24];
    uint64_t rest = scaled < 0 ? 0 - (uint64_t)scaled : (uint64_t)scaled;
    int n = 0;

    if (scaled < 0)
        *at++ = '-';
    while (rest > 0 || n < decimals + (decimals > 0) + 1) {
        digits[n++] = (char)('0' + rest % 10);
        rest /= 10;
        if (n == decimals && decimals > 0)
            digits[n++] = '.';
    }
    while (n > 0)
        *at++ = digits[--n];
    return at;
}

char *lines_put(struct lines *l, const struct arrival *a, char *at)
{
    at = put_text("{\"t\":\"", at);
    at = put_time(l, a->t_us, at);
    at = put_text(l->middle[a->sensor], at);
    at = lines_number(a->scaled, a->decimals, at);
    at = put_text(l->tail[a->sensor], at);
    at = put_time(l, a->rx_us, at);
    return put_text("\"}\n", at);
}
