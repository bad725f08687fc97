#include "shikumen/view/geometry.h"

#include <math.h>

#define EARTH_M_PER_DEG 111319.49 /* of a great circle, WGS 84 semi-major axis */
#define RAD_PER_DEG     0.017453292519943295
#define POLE_DEG        89 /* no footprint beyond: a degree of longitude comes to nothing there */

/* 1e-7 degrees are a centimetre. */
static void put_position(struct strbuf *out, double lon, double lat)
{
    strbuf_printf(out, "[%.7f,%.7f]", lon, lat);
}

/* Twice of it; negative when the corners run clockwise. */
static double area_m2(const struct house *h)
{
    double sum = 0;

    for (size_t i = 0; i < h->plan_count; i++) {
        const struct plan_corner *a = &h->plan[i], *b = &h->plan[(i + 1) % h->plan_count];
        sum += a->east_m * b->north_m - b->east_m * a->north_m;
    }
    return sum;
}

static void put_polygon(struct strbuf *out, const struct house *h)
{
    double east_m = 0, north_m = 0, n = (double)h->plan_count;
    double lon_m = EARTH_M_PER_DEG * cos(h->latitude_deg * RAD_PER_DEG);
    bool turned = area_m2(h) < 0;

    for (size_t i = 0; i < h->plan_count; i++) {
        east_m += h->plan[i].east_m / n;
        north_m += h->plan[i].north_m / n;
    }
    strbuf_puts(out, "{\"type\":\"Polygon\",\"coordinates\":[[");
    for (size_t i = 0; i <= h->plan_count; i++) {
        size_t at = i % h->plan_count;
        const struct plan_corner *k = &h->plan[turned ? h->plan_count - 1 - at : at];
        strbuf_puts(out, i > 0 ? "," : "");
        put_position(out, h->longitude_deg + (k->east_m - east_m) / lon_m,
                     h->latitude_deg + (k->north_m - north_m) / EARTH_M_PER_DEG);
    }
    strbuf_puts(out, "]]}");
}

void geometry_put(struct strbuf *out, const struct house *h)
{
    if (!isfinite(h->latitude_deg) || !isfinite(h->longitude_deg)) {
        strbuf_puts(out, "null");
    } else if (h->plan && fabs(h->latitude_deg) < POLE_DEG) {
        put_polygon(out, h);
    } else {
        strbuf_puts(out, "{\"type\":\"Point\",\"coordinates\":");
        put_position(out, h->longitude_deg, h->latitude_deg);
        strbuf_putc(out, '}');
    }
}
