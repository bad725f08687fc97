/* A plan of houses as SVG: footprints filled by how each house stands, with its shape and label, so
 * that no colour is needed to read it. Pure; the same plan gives the same bytes. */
#ifndef SHIKUMEN_CORE_PLAN_SVG_H
#define SHIKUMEN_CORE_PLAN_SVG_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/strbuf.h"
#include "shikumen/model/registry.h"

/* How a house stands; the order of the legend. */
enum plan_state {
    PLAN_UNKNOWN,
    PLAN_GREEN,
    PLAN_BLUE,
    PLAN_YELLOW,
    PLAN_ORANGE,
    PLAN_RED,
    PLAN_STATES
};

struct plan_house {
    const struct plan_corner *corners; /* in order, at least 3; metres east and north */
    size_t count;
    enum plan_state state;
    const char *label; /* short: an id or number */
    const char *name;  /* read aloud, and shown when pointed at */
};

struct plan {
    const char *title;
    const struct plan_house *houses;
    size_t count;
    const char *state_names[PLAN_STATES]; /* for the legend */
    const char *note;                     /* below: "a scheme, not to scale"; "" none */
    const char *north;                    /* word at the arrow; "" none: not to scale */
};

/* Appends an SVG 1.1 document so many pixels wide (at least 320). Nothing to draw: an empty frame.
 */
void plan_svg(const struct plan *p, int width_px, struct strbuf *out);

#endif
