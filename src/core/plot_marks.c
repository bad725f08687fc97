#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "plot_sheet.h"
#include "plot_text.h"

#define LABELS_MAX 32 /* limits with a label; further ones are lines alone */

/* Dark enough on white paper; what a level is, its shape or its dashes say without them. */
static const struct {
    const char *colour, *dash;
    double stroke;
} levels[] = {{"#26722c", "", 1},
              {"#1a5fb4", "1.5 4", 1.2},
              {"#8a6d00", "5 4", 1.2},
              {"#c2500a", "11 4", 1.4},
              {"#b0131e", "", 1.8}};

static int clamp_level(int level)
{
    return level < 0 ? 0 : level > 4 ? 4 : level;
}

const char *sheet_level_colour(int level)
{
    return levels[clamp_level(level)].colour;
}

/* --- shapes --- */

static void put_shape(struct sheet *s, const char *colour, bool filled, const char *path)
{
    strbuf_printf(s->out,
                  "<path d=\"%s\" fill=\"%s\" stroke=\"%s\" stroke-width=\"1.6\" "
                  "stroke-linejoin=\"round\"/>\n",
                  path, filled ? colour : "#fff", colour);
}

/* 0 circle, 1 diamond, 2 triangle, 3 the same filled, 4 filled square: as in the risk table. */
void sheet_level(struct sheet *s, int level, double x, double y, double r)
{
    const char *colour = sheet_level_colour(level);
    char d[160];

    switch (clamp_level(level)) {
    case 0:
        strbuf_printf(s->out,
                      "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"#fff\" stroke=\"%s\" "
                      "stroke-width=\"1.6\"/>\n",
                      x, y, r, colour);
        return;
    case 1:
        snprintf(d, sizeof d, "M%.1f %.1fL%.1f %.1fL%.1f %.1fL%.1f %.1fZ", x, y - r * 1.2,
                 x + r * 1.2, y, x, y + r * 1.2, x - r * 1.2, y);
        break;
    case 4:
        snprintf(d, sizeof d, "M%.1f %.1fH%.1fV%.1fH%.1fZ", x - r, y - r, x + r, y + r, x - r);
        break;
    default:
        snprintf(d, sizeof d, "M%.1f %.1fL%.1f %.1fH%.1fZ", x, y - r, x + r * 1.1, y + r,
                 x - r * 1.1);
    }
    put_shape(s, colour, level >= 3, d);
}

void sheet_flag(struct sheet *s, bool failed, double x, double y, double r)
{
    if (failed)
        strbuf_printf(s->out,
                      "<path d=\"M%.1f %.1fL%.1f %.1fM%.1f %.1fL%.1f %.1f\" stroke=\"#b0131e\" "
                      "stroke-width=\"1.6\"/>\n",
                      x - r, y - r, x + r, y + r, x - r, y + r, x + r, y - r);
    else
        strbuf_printf(s->out,
                      "<path d=\"M%.1f %.1fH%.1fL%.1f %.1fZ\" fill=\"none\" stroke=\"#8a6d00\" "
                      "stroke-width=\"1.1\"/>\n",
                      x - r, y - r, x + r, x, y + r);
}

/* --- epochs --- */

static void put_epoch(struct sheet *s, const struct plot_epoch *e)
{
    double x = sheet_x(s, (double)e->t_us), height = s->bottom - s->top;
    double until = e->until_us > e->t_us ? sheet_x(s, (double)e->until_us) : x;

    if (e->t_us > s->p->to_us || (e->t_us < s->p->from_us && until <= s->x0))
        return;
    if (until > x)
        strbuf_printf(s->out,
                      "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#000\" "
                      "fill-opacity=\"0.06\"/>\n",
                      x, s->top, until - x, height);
    if (e->t_us < s->p->from_us)
        return;
    strbuf_printf(s->out,
                  "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#333\" "
                  "stroke-width=\"1.2\" stroke-dasharray=\"8 3 2 3\"/>\n",
                  x, s->top, x, s->bottom);
    strbuf_printf(s->out, "<g transform=\"translate(%.1f %.1f) rotate(-90)\">",
                  x + (x + 1.3 * s->em > s->x1 ? -0.4 : 1.0) * s->em, s->bottom - 4);
    sheet_text(s, 0, 0, 0.85, ANCHOR_START, (height - 8) / (0.85 * s->em), " class=\"halo\"",
               e->label);
    strbuf_puts(s->out, "</g>\n");
}

void sheet_epochs(struct sheet *s)
{
    for (size_t i = 0; i < s->p->epoch_count; i++)
        put_epoch(s, &s->p->epochs[i]);
}

/* --- series --- */

static void put_points(struct sheet *s, const struct plot_series *series)
{
    bool joined = false;

    for (size_t i = 0; i < series->count; i++) {
        const struct plot_point *q = &series->points[i];
        bool shown = isfinite(q->y) && q->t_us >= s->p->from_us && q->t_us <= s->p->to_us;
        if (shown)
            strbuf_printf(s->out, "%s%.1f %.1f", joined ? "L" : "M", sheet_x(s, (double)q->t_us),
                          sheet_y(s, q->y));
        if (shown && !joined) /* a point alone is a dot */
            strbuf_puts(s->out, "h0");
        joined = shown;
    }
}

void sheet_series(struct sheet *s)
{
    for (size_t i = 0; i < s->p->series_count; i++) {
        const struct plot_series *series = &s->p->series[i];
        bool bold = series->style == PLOT_BOLD;
        if (series->count == 0)
            continue;
        strbuf_printf(s->out,
                      "<path fill=\"none\" stroke=\"%s\" stroke-width=\"%s\" "
                      "stroke-linejoin=\"round\" stroke-linecap=\"round\" d=\"",
                      bold ? "#000" : "#7d8b99", bold ? "2.4" : "0.9");
        put_points(s, series);
        strbuf_puts(s->out, "\"/>\n");
    }
}

void sheet_flagged(struct sheet *s)
{
    for (size_t i = 0; i < s->p->flagged_count; i++) {
        const struct plot_flagged *f = &s->p->flagged[i];
        if (isfinite(f->at.y) && f->at.t_us >= s->p->from_us && f->at.t_us <= s->p->to_us)
            sheet_flag(s, f->failed, sheet_x(s, (double)f->at.t_us), sheet_y(s, f->at.y),
                       0.28 * s->em);
    }
}

/* --- limits --- */

bool sheet_has(const struct sheet *s, const struct plot_limit *l)
{
    return l->y >= s->value.low && l->y <= s->value.high;
}

double sheet_label_ems(const struct sheet *s)
{
    return (s->x1 - s->x0 - 12) / (SHEET_LABEL * s->em);
}

static void put_line(struct sheet *s, const struct plot_limit *l)
{
    int level = clamp_level(l->level);
    double y = sheet_y(s, l->y);

    strbuf_printf(s->out,
                  "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" "
                  "stroke-width=\"%.1f\"",
                  s->x0, y, s->x1, y, levels[level].colour, levels[level].stroke);
    if (*levels[level].dash)
        strbuf_printf(s->out, " stroke-dasharray=\"%s\"", levels[level].dash);
    strbuf_puts(s->out, "/>\n");
}

static int by_height(const void *a, const void *b)
{
    double x = (*(const struct plot_limit *const *)a)->y,
           y = (*(const struct plot_limit *const *)b)->y;

    return x > y ? -1 : x < y;
}

/* Labels above their lines, from the top down, each below the one before. */
static void put_labels(struct sheet *s, const struct plot_limit **limits, size_t n)
{
    double next = s->top + SHEET_LABEL * s->em;

    qsort(limits, n, sizeof *limits, by_height);
    for (size_t i = 0; i < n; i++) {
        double y = fmax(next, sheet_y(s, limits[i]->y) - 0.3 * s->em);
        char extra[64];
        snprintf(extra, sizeof extra, " class=\"halo\" fill=\"%s\"",
                 sheet_level_colour(limits[i]->level));
        sheet_text(s, s->x0 + 6, y, SHEET_LABEL, ANCHOR_START, sheet_label_ems(s), extra,
                   limits[i]->label);
        next = y + 1.1 * SHEET_LABEL * s->em;
    }
}

void sheet_limits(struct sheet *s)
{
    const struct plot_limit *shown[LABELS_MAX];
    size_t n = 0;

    for (size_t i = 0; i < s->p->limit_count; i++) {
        if (!sheet_has(s, &s->p->limits[i]))
            continue;
        put_line(s, &s->p->limits[i]);
        if (n < LABELS_MAX)
            shown[n++] = &s->p->limits[i];
    }
    put_labels(s, shown, n);
}

/* --- steps --- */

void sheet_steps(struct sheet *s)
{
    double y = s->top - 0.75 * s->em, free_from = s->x0 - s->em;
    char number[16];

    for (size_t i = 0; i < s->p->step_count; i++) {
        const struct plot_step *step = &s->p->steps[i];
        double x = sheet_x(s, (double)step->t_us);
        if (step->t_us < s->p->from_us || step->t_us > s->p->to_us)
            continue;
        strbuf_printf(s->out,
                      "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" "
                      "stroke-width=\"0.8\" stroke-opacity=\"0.6\"/>\n",
                      x, y, x, s->bottom, sheet_level_colour(step->level));
        sheet_level(s, step->level, x, y, 0.42 * s->em);
        snprintf(number, sizeof number, "%d", step->number);
        if (x < free_from)
            continue;
        sheet_text(s, x, y - 0.65 * s->em, 0.8, ANCHOR_MIDDLE, 6, "", number);
        free_from = x + 1.2 * s->em;
    }
}
