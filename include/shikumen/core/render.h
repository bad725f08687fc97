/* What an alert says: bilingual words and the native JSON (docs/interface.md section 6). Pure. */
#ifndef SHIKUMEN_CORE_RENDER_H
#define SHIKUMEN_CORE_RENDER_H

#include <stdint.h>

#include "shikumen/base/strbuf.h"
#include "shikumen/core/alarm_load.h"
#include "shikumen/core/daily.h"
#include "shikumen/core/rules.h"
#include "shikumen/model/alert.h"
#include "shikumen/model/registry.h"

/* One sensor's share in a step. */
struct step_sensor {
    uint32_t sensor;        /* registry index */
    struct finding finding; /* kind silence: only t_us (last heard, INT64_MIN never) counts */
};

/* A step with all that its texts need. sensors[0] governs. */
struct alert_step {
    const struct registry *registry;
    const struct episode *episode; /* after episode_advance */
    enum alert_event event;
    int previous_level;
    int64_t at_us; /* wall clock of the judgement */
    const struct step_sensor *sensors;
    size_t sensor_count;
    const char *node;  /* id for silence, "" otherwise */
    bool node_offline; /* silence: by last will */
    bool all_silent;   /* silence: all sensors of the node */
    size_t blind;      /* silence: open conditions of which nothing is known because of it */
    const char *cause; /* system alerts: short code such as "nothing_delivered", with ":DETAIL"
                          when it is about one thing ("endpoint_parked:duty"); "" otherwise */
    bool handed_over;  /* resolved only because another alert goes on with it: that of the row when
                          it was of one element, and the other way round; or (no sensors) that of
                          the same place, where an earlier version had several */
    bool settled;      /* of a sudden change: until now it was not known whether the building's */
    const struct alarm_over *load;    /* of an alert about the alarm load; NULL otherwise */
    const struct daily_report *daily; /* of what is told once a day; NULL otherwise */
    const char *site;                 /* URL of the pages; "" or NULL: not told */
    double coverage;                  /* share of the window with valid data; NaN unknown */
};

/* Appends the native JSON object of the step. Always the same bytes for the same step. */
void render_native(const struct alert_step *step, struct strbuf *out);

/* One line for people in each language; the same text as "summary" in the JSON. */
void render_summary_zh(const struct alert_step *step, struct strbuf *out);
void render_summary_en(const struct alert_step *step, struct strbuf *out);
/* What to do now; "advice" in the JSON. */
void render_advice_zh(const struct alert_step *step, struct strbuf *out);
void render_advice_en(const struct alert_step *step, struct strbuf *out);

#endif
