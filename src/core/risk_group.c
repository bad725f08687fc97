#include <math.h>

#include "risk_parts.h"
#include "shikumen/model/alert.h"

#define CONFIDENCE_LEAST 0.5 /* below it what is known is too little to call well */

/* What a house, or a row, brings into its group. */
struct member {
    enum risk_level level;
    int colour, shown;
    bool provisional;
    double score, confidence, coverage;
    uint32_t worst;
    size_t houses;
};

static void add_member(const struct member *m, struct risk_group *out)
{
    if (m->houses == 0)
        return;
    if (m->level > out->level)
        out->level = m->level;
    if (m->colour > out->colour)
        out->colour = m->colour;
    if (m->shown > out->shown)
        out->shown = m->shown;
    if (out->worst == REGISTRY_NONE || m->score > out->score) {
        out->worst = m->worst;
        out->score = m->score;
        out->provisional = m->provisional;
    }
    out->confidence += m->confidence * (double)m->houses;
    out->coverage += m->coverage * (double)m->houses;
    out->houses += m->houses;
}

static struct risk_group empty(void)
{
    return (struct risk_group){.level = RISK_INSUFFICIENT, .worst = REGISTRY_NONE};
}

static void finish(struct risk_group *out)
{
    if (out->houses > 0) {
        out->confidence /= (double)out->houses;
        out->coverage /= (double)out->houses;
    }
    out->grey = 2 * out->grey_houses >= out->houses || out->confidence < CONFIDENCE_LEAST;
}

enum err risk_row(const struct risk *houses, size_t n, struct arena *a, struct risk_group *out)
{
    *out = empty();
    for (size_t i = 0; i < n; i++) {
        bool grey = houses[i].grey && !houses[i].overridden;
        add_member(&(struct member){houses[i].level, houses[i].colour, grey ? 0 : houses[i].colour,
                                    houses[i].provisional, houses[i].score, houses[i].confidence,
                                    houses[i].factor[CONFIDENCE_COVERAGE], houses[i].house, 1},
                   out);
        out->grey_houses += houses[i].grey;
        if (houses[i].level >= RISK_LOW)
            out->by_level[houses[i].level]++;
    }
    finish(out);
    return risk_horizons(n > 0 ? houses->p : NULL, sizeof *houses, n, a, out->p);
}

enum err risk_district(const struct risk_group *rows, size_t n, struct arena *a,
                       struct risk_group *out)
{
    *out = empty();
    for (size_t i = 0; i < n; i++) {
        add_member(&(struct member){rows[i].level, rows[i].colour, rows[i].shown,
                                    rows[i].provisional, rows[i].score, rows[i].confidence,
                                    rows[i].coverage, rows[i].worst, rows[i].houses},
                   out);
        out->grey_houses += rows[i].grey_houses;
        for (int level = 0; level < RISK_LEVELS; level++)
            out->by_level[level] += rows[i].by_level[level];
    }
    finish(out);
    return risk_horizons(n > 0 ? rows->p : NULL, sizeof *rows, n, a, out->p);
}

const char *risk_group_colour_name(const struct risk_group *g)
{
    int colour = g->grey ? g->shown : g->colour;

    if (g->houses == 0 || (g->grey && colour < LEVEL_ORANGE))
        return "grey";
    return colour == LEVEL_NORMAL ? "green" : level_colour(colour);
}
