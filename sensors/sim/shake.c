#include "shake.h"

#include <math.h>
#include <string.h>

#include "chance.h"
#include "shikumen/base/clock.h"

enum { FS_HZ = 200, SAMPLES = 6 * FS_HZ };
#define QUIET_S   1.8 /* before it comes */
#define RISE_S    0.15
#define DECAY_S   0.7
#define NOISE     0.004 /* mm/s */
#define MOST_MM_S 1.0   /* more than traffic ever comes to: an ill of the gauge */

static void put_base64(const unsigned char *bytes, size_t n, struct strbuf *out)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = 0;
    int have = 0;

    for (size_t i = 0; i < n; i++) {
        bits = bits << 8 | bytes[i];
        have += 8;
        for (; have >= 6; have -= 6)
            strbuf_putc(out, digit[bits >> (have - 6) & 63]);
    }
    if (have > 0)
        strbuf_putc(out, digit[bits << (6 - have) & 63]);
}

struct shake {
    double mm_s, hz;
    uint64_t seed;
};

/* A vehicle: it comes, shakes the ground at its frequency and somewhat at twice that, and is gone.
 */
static double velocity_at(const struct shake *k, size_t axis, int i)
{
    static const double share[] = {1, 0.7, 0.45};
    double t = (double)i / FS_HZ - QUIET_S;
    double noise = NOISE * chance_normal(chance_mix(k->seed, axis), (uint64_t)i);
    double phase = chance_between(k->seed, 10 + axis, 0, 2 * M_PI);
    double envelope = t <= 0 ? 0 : (1 - exp(-t / RISE_S)) * exp(-t / DECAY_S);

    /* 1.6: what the envelope and the second tone leave of the peak */
    return noise + 1.6 * share[axis] * k->mm_s * envelope *
                       (sin(2 * M_PI * k->hz * t + phase) + 0.25 * sin(4 * M_PI * k->hz * t));
}

static void put_axis(const struct shake *k, size_t axis, struct strbuf *out)
{
    unsigned char bytes[4 * SAMPLES];

    for (int i = 0; i < SAMPLES; i++) {
        float v = (float)velocity_at(k, axis, i);
        uint32_t bits;
        memcpy(&bits, &v, sizeof bits);
        for (int b = 0; b < 4; b++)
            bytes[4 * i + b] = (unsigned char)(bits >> (8 * b));
    }
    put_base64(bytes, sizeof bytes, out);
}

/* What the gauge of that response on the node reads then; false: nothing. */
static bool reading(const struct district *d, const struct sim_node *n, enum response response,
                    const struct gauge_settings *set, int64_t t_us, double *value)
{
    struct climate c = weather_at(d->seed, d->houses[n->house].seed, t_us);

    for (uint32_t i = n->first; i < n->first + n->count; i++)
        if (d->sensors[i].design->response == response)
            return gauge_value(&d->sensors[i], set, d->seed, &c, t_us, value);
    return false;
}

bool shake_record(const struct district *d, const struct sim_node *n, const struct sim_sensor *s,
                  const struct gauge_settings *set, int64_t t_us, struct strbuf *out)
{
    struct shake k = {.hz = 12, .seed = chance_mix(s->seed, (uint64_t)(t_us / US_PER_S))};
    int64_t begin_us = t_us - (int64_t)(QUIET_S * 1e6);

    if (s->design->response != RESPONSE_VELOCITY ||
        !reading(d, n, RESPONSE_VELOCITY, set, t_us, &k.mm_s) || k.mm_s < SHAKE_LEAST_MM_S ||
        k.mm_s > MOST_MM_S)
        return false;
    (void)reading(d, n, RESPONSE_EVENT_FREQUENCY, set, t_us, &k.hz);
    strbuf_printf(out,
                  "{\"t0\":%.3f,\"fs\":%d,\"unit\":\"mm/s\",\"kind\":\"velocity\",\"sensor\":"
                  "\"%s/%s\",\"axes\":{",
                  (double)begin_us / 1e6, (int)FS_HZ, n->id, s->design->name);
    for (size_t axis = 0; axis < 3; axis++) {
        strbuf_printf(out, "%s\"%c\":\"", axis > 0 ? "," : "", "xyz"[axis]);
        put_axis(&k, axis, out);
        strbuf_putc(out, '"');
    }
    strbuf_puts(out, "}}");
    return true;
}
