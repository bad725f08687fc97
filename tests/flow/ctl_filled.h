/* A store filled by hand, with something of everything. */
#ifndef SHIKUMEN_CTL_FILLED_H
#define SHIKUMEN_CTL_FILLED_H

#include "ctl_fixture.h"

#define HOSTILE "H9/\x1b[31mred\xe2\x80\xae\xf3\xa0\x80\x81\n\"x\""

static const char body_red[] =
    "{\"id\":\"aaaa1111-0000-4000-8000-000000000001\",\"level\":4,\"sensors\":[\"H1/n1/crack\"],"
    "\"summary\":{\"zh\":\"裂缝超限\",\"en\":\"crack too wide\"}}";
static const char body_silence[] = "{\"level\":2,\"summary\":{\"zh\":\"静默\",\"en\":\"silent\"}}";

/* H1 speaks and has a red alert, H2 has been silent for a day, H3 has no sensors. */
static inline void fill(struct site *s)
{
    int64_t now_us = clock_utc_us();
    uint32_t crack, t1, t2;

    site_open_store(s);
    crack = site_sensor(s, "H1/n1/crack");
    t1 = site_sensor(s, "H1/n1/t");
    t2 = site_sensor(s, "H2/n1/t");
    site_reading(s, crack, now_us - 60 * US_PER_S, now_us - 59 * US_PER_S, 5.25, QF_PASS, QT_NONE);
    site_reading(s, t1, now_us - 60 * US_PER_S, now_us - 59 * US_PER_S, 21.5, QF_SUSPECT, QT_SPIKE);
    site_reading(s, t2, now_us - US_PER_DAY, now_us - US_PER_DAY, 18.0, QF_PASS, QT_NONE);
    site_quarantine(s, "shikumen/v1/H9/n1/senml", "unknown_sensor", HOSTILE,
                    "{\"n\":\"x\",\"u\":\"mm\"}", 18);
    site_quarantine(s,
                    "a\x1b]0;title\x07"
                    "b",
                    "format", NULL, "\xff\0\x1b[2J", 6);
    site_quarantine(s, "shikumen/v1/H1/n2/senml", "unknown_sensor", "H1/n2/tilt-x",
                    "{\"n\":\"H1/n2/tilt-x\",\"u\":\"deg\",\"v\":1}", 36);
    assert_int_equal(readings_count(s->db, "messages", 4), ERR_OK);
    site_commit(s);
    site_alert(s, "aaaa1111-0000-4000-8000-000000000001", "limit|H1/wall|crack_width", 4,
               CATEGORY_STRUCTURE, "H1", body_red);
    site_alert(s, "aaaa2222-0000-4000-8000-000000000002", "silence|H2/n1", 2, CATEGORY_INSTRUMENT,
               "H2", body_silence);
    site_close_store(s);
}

static inline int setup(void **state)
{
    struct site *s = site_make("shikumen-ctl");

    fill(s);
    *state = s;
    return 0;
}

static inline int setup_bare(void **state)
{
    *state = site_make("shikumen-ctl");
    return 0;
}

static inline int teardown(void **state)
{
    site_end(*state);
    return 0;
}

#endif
