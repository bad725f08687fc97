/* What a plot over time shows, apart from how it is drawn: series, limits, steps of an alert,
 * epochs, flagged readings, and the axes that hold them. Pure: local time comes as a function. All
 * texts are borrowed and shown as they are, so in both languages. */
#ifndef SHIKUMEN_CORE_PLOT_H
#define SHIKUMEN_CORE_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/model/zone.h"

struct plot_point {
    int64_t t_us;
    double y; /* not finite: a gap */
};

enum plot_style { PLOT_THIN, PLOT_BOLD };

struct plot_series {
    const char *name;
    enum plot_style style;
    const struct plot_point *points; /* ascending */
    size_t count;
};

/* A reading that did not pass: drawn, joined with nothing, and no reason to stretch the axis. */
struct plot_flagged {
    struct plot_point at;
    bool failed; /* else suspect */
};

struct plot_limit {
    double y;
    int level;         /* 1..4; how it is drawn */
    bool governs;      /* the axis reaches to it in any case */
    const char *label; /* with its source */
};

/* A step of an alert: a shape of its own for each level, so that no colour is needed. */
struct plot_step {
    int64_t t_us;
    int level; /* 0: over */
    int number;
};

struct plot_epoch {
    int64_t t_us, until_us; /* until_us INT64_MAX: open; not later than t_us: a moment */
    const char *label;
};

#define PLOT_LINES_MAX 12

struct plot {
    const char *title;
    const char *lines[PLOT_LINES_MAX]; /* below the title, and below the plot */
    const char *notes[PLOT_LINES_MAX];
    size_t line_count, note_count;
    const char *y_name, *x_name;  /* with units: "裂缝宽度 crack width (mm)" */
    const char *empty;            /* what is said when nothing was read */
    int64_t from_us, to_us;       /* from_us < to_us */
    const struct time_zone *zone; /* of ticks; NULL: UTC */
    const struct plot_series *series;
    size_t series_count;
    const struct plot_flagged *flagged;
    size_t flagged_count;
    const char *suspect_name, *failed_name;
    const struct plot_limit *limits;
    size_t limit_count;
    const struct plot_step *steps;
    size_t step_count;
    const char *level_names[5]; /* for the legend, level 0 first */
    const struct plot_epoch *epochs;
    size_t epoch_count;
    const char *epoch_name;
};

/* --- axes --- */

#define PLOT_TICKS_MAX  16
#define PLOT_LABEL_SIZE 24

struct plot_tick {
    double at; /* value, or microseconds UTC */
    char label[PLOT_LABEL_SIZE];
};

struct plot_axis {
    double low, high; /* low < high */
    struct plot_tick tick[PLOT_TICKS_MAX];
    size_t ticks;
};

/* Values from low to high with at most `most` round steps (1, 2, 5 times a power of ten); ends as
 * given. What is not finite, or no range: 0 .. 1 about what there is. most 2 .. PLOT_TICKS_MAX. */
struct plot_axis plot_value_axis(double low, double high, size_t most);

/* At most `most` ticks at full local hours, days, Mondays, months or years between from and to,
 * labelled with the local date (years, months) or date and time. */
struct plot_axis plot_time_axis(int64_t from_us, int64_t to_us, size_t most,
                                const struct time_zone *zone);

/* The range that a plot's values need: all that passed, and limits that govern or lie no further
 * from these than they reach themselves; a little more at both ends. */
struct plot_axis plot_range(const struct plot *p, size_t most);

/* --- many readings as few points --- */

struct plot_bucket {
    bool used, broken; /* broken: nothing joins it with the one before */
    int64_t first_us, least_us, most_us, last_us;
    double first, least, most, last;
};

/* Readings in order of time, folded into columns: each keeps its first, least, greatest and last.
 */
struct plot_fold {
    int64_t from_us, to_us, gap_us, latest_us;
    struct plot_bucket *at;
    size_t columns;
    bool broken;
};
/* ERR_NOMEM. gap_us: what lies further apart is not joined. columns >= 1. */
enum err plot_fold_begin(struct plot_fold *f, int64_t from_us, int64_t to_us, int64_t gap_us,
                         size_t columns, struct arena *arena) MUST_USE;
/* Outside from .. to: nothing; not finite: a gap. */
void plot_fold_take(struct plot_fold *f, int64_t t_us, double y);
/* The points of what was taken, gaps among them as NaN. ERR_NOMEM. */
enum err plot_fold_end(const struct plot_fold *f, struct arena *arena, struct plot_point **points,
                       size_t *count) MUST_USE;

/* --- drawn --- */

/* Appends an SVG 1.1 document of that width, as high as it needs to be; at least PLOT_WIDTH_LEAST.
 * The same bytes for the same plot. Text stays text. */
#define PLOT_WIDTH_LEAST 320
void plot_svg(const struct plot *p, int width_px, struct strbuf *out);

#endif
