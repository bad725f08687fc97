/* Streams of vibration events over weeks, for the tests of the watch. */
#ifndef VIBRATION_FIXTURE_H
#define VIBRATION_FIXTURE_H

#include "burst_fixture.h"
#include "chance.h"
#include "shikumen/core/vibration_watch.h"
#include "zones.h"

#define UNUSED_HERE __attribute__((unused)) /* by some of the programs */

#define SECOND 1000000LL
#define HOUR   (3600 * SECOND)
#define DAY    (24 * HOUR)
#define MONDAY (20458 * DAY - 8 * HOUR) /* 2026-01-05, local midnight */

enum { EVENTS_MAX = 40000 };

struct stream {
    struct vibration_event event[EVENTS_MAX];
    size_t n;
    struct chance chance;
};

static struct stream stream;

UNUSED_HERE static double uniform(struct chance *c)
{
    return (double)(chance_bits(c) >> 11) * 0x1p-53;
}

/* One event at the top of a protected house; ratios as the limits make them. */
UNUSED_HERE static struct vibration_event event_at(int64_t t_us, double ppv_mm_s)
{
    const struct burst_site site = burst_site(&site_registry, HIGH);
    struct vibration_event e;

    assert_int_equal(burst_event_of_reading(t_us, ppv_mm_s, 12, &site, &e), ERR_OK);
    e.axes = 3;
    e.moving = 3;
    e.duration_s = 4;
    return e;
}

UNUSED_HERE static void add(int64_t t_us, double ppv_mm_s)
{
    assert_true(stream.n < EVENTS_MAX);
    stream.event[stream.n++] = event_at(t_us, ppv_mm_s);
}

UNUSED_HERE static int by_time(const void *a, const void *b)
{
    const struct vibration_event *x = a, *y = b;

    return (x->t_us > y->t_us) - (x->t_us < y->t_us);
}

UNUSED_HERE static void begin(uint64_t seed)
{
    stream.n = 0;
    stream.chance = (struct chance){seed};
}

/* Every headway_s between two hours of day 0 .. days - 1, peaks about ppv. */
UNUSED_HERE static void add_metro(int days, double from_h, double to_h, double headway_s,
                                  double ppv)
{
    for (int d = 0; d < days; d++) {
        double t_s = from_h * 3600;

        while (t_s < to_h * 3600) {
            double size = ppv * exp(0.25 * (uniform(&stream.chance) + uniform(&stream.chance) - 1));

            add(MONDAY + d * DAY + (int64_t)(t_s * 1e6), size);
            t_s += headway_s * (0.9 + 0.2 * uniform(&stream.chance));
        }
    }
}

/* Blows in working hours of working days first .. last. */
UNUSED_HERE static void add_site(int first, int last, int a_day, double ppv)
{
    for (int d = first; d <= last; d++) {
        if (d % 7 == 6)
            continue;
        for (int i = 0; i < a_day; i++)
            add(MONDAY + d * DAY + (int64_t)((8 + 9 * uniform(&stream.chance)) * (double)HOUR),
                ppv * (0.7 + 0.6 * uniform(&stream.chance)));
    }
}

/* Doors and steps: short, one axis, now and then, at any time people are up. */
UNUSED_HERE static void add_knocks(int days, int a_day, double ppv)
{
    for (int d = 0; d < days; d++) {
        for (int i = 0; i < a_day; i++) {
            add(MONDAY + d * DAY + (int64_t)((6 + 17 * uniform(&stream.chance)) * (double)HOUR),
                ppv);
            stream.event[stream.n - 1].moving = 1;
            stream.event[stream.n - 1].duration_s = 0.2;
        }
    }
}

UNUSED_HERE static void push(struct vibration_watch *w, const struct vibration_event *e)
{
    struct vibration_heard h;

    assert_int_equal(vibration_watch_push(w, e, &h), ERR_OK);
}

UNUSED_HERE static struct vibration_watch start(void)
{
    struct vibration_watch w;

    vibration_watch_init(&w, MONDAY, &zone_shanghai);
    return w;
}

UNUSED_HERE static struct vibration_watch play(void)
{
    struct vibration_watch w = start();

    qsort(stream.event, stream.n, sizeof *stream.event, by_time);
    for (size_t i = 0; i < stream.n; i++)
        push(&w, &stream.event[i]);
    return w;
}

UNUSED_HERE static struct vibration_finding finding(const struct vibration_watch *w,
                                                    enum vibration_finding_kind kind)
{
    struct vibration_finding all[VIBRATION_FINDINGS];

    vibration_watch_findings(w, all);
    return all[kind];
}

#endif
