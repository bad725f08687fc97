/* A plot being drawn as SVG: plot_svg.c sets the sheet up and writes what is around the plot,
 * plot_marks.c what is in it. Private to core. */
#ifndef SHIKUMEN_CORE_PLOT_SHEET_H
#define SHIKUMEN_CORE_PLOT_SHEET_H

#include "shikumen/core/plot.h"

struct sheet {
    const struct plot *p;
    struct strbuf *out;
    double width, em;           /* px */
    double y;                   /* what is above is done */
    double x0, x1, top, bottom; /* of the plot itself */
    struct plot_axis value, time;
};

/* Places, px; a value outside its axis is put at the nearer edge. */
double sheet_x(const struct sheet *s, double t_us);
double sheet_y(const struct sheet *s, double value);

enum sheet_anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };
/* A line of text, cut to ems; size in ems of the sheet; extra: further attributes. */
void sheet_text(struct sheet *s, double x, double y, double size, enum sheet_anchor anchor,
                double ems, const char *extra, const char *text);

/* Whether a limit lies on the axis, and how many ems its label has beside its line. */
bool sheet_has(const struct sheet *s, const struct plot_limit *l);
double sheet_label_ems(const struct sheet *s);
#define SHEET_LABEL 0.85 /* size */

/* A shape for a level, of a radius about a place. */
void sheet_level(struct sheet *s, int level, double x, double y, double r);
void sheet_flag(struct sheet *s, bool failed, double x, double y, double r);
const char *sheet_level_colour(int level);

/* plot_marks.c: the inside of the plot. */
void sheet_epochs(struct sheet *s);
void sheet_series(struct sheet *s);
void sheet_flagged(struct sheet *s);
void sheet_limits(struct sheet *s);
void sheet_steps(struct sheet *s); /* in the strip of 2 em above the plot */

#endif
