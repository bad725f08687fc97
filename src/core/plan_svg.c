#include "shikumen/core/plan_svg.h"

#include <math.h>
#include <string.h>

#include "plot_text.h"

#define FONTS                                                                                      \
    "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',"                     \
    "'WenQuanYi Micro Hei','Noto Sans',Arial,sans-serif"
#define MARGIN      12.0
#define LEGEND      26.0
#define FOOT        34.0
#define HEIGHT_MOST 900.0

static const struct {
    const char *fill, *shape;
} states[PLAN_STATES] = {[PLAN_UNKNOWN] = {"#d4d7db", "?"}, [PLAN_GREEN] = {"#cfe8d2", "○"},
                         [PLAN_BLUE] = {"#c4dbf7", "◇"},    [PLAN_YELLOW] = {"#fbe88c", "△"},
                         [PLAN_ORANGE] = {"#fbbf73", "▲"},  [PLAN_RED] = {"#f08c84", "■"}};

struct canvas {
    const struct plan *p;
    struct strbuf *out;
    double east, north; /* of the upper left corner */
    double scale;       /* pixels a metre */
    double width, height, top;
};

static double x_of(const struct canvas *c, double east_m)
{
    return MARGIN + (east_m - c->east) * c->scale;
}

static double y_of(const struct canvas *c, double north_m)
{
    return c->top + (c->north - north_m) * c->scale;
}

/* --- the extent --- */

static void fit(struct canvas *c)
{
    double west = INFINITY, east = -INFINITY, south = INFINITY, north = -INFINITY;

    for (size_t i = 0; i < c->p->count; i++)
        for (size_t j = 0; j < c->p->houses[i].count; j++) {
            const struct plan_corner *k = &c->p->houses[i].corners[j];
            west = fmin(west, k->east_m);
            east = fmax(east, k->east_m);
            south = fmin(south, k->north_m);
            north = fmax(north, k->north_m);
        }
    if (!isfinite(west) || !isfinite(north)) /* nothing to draw */
        west = south = 0, east = 10, north = 2;
    c->east = west;
    c->north = north;
    c->scale = fmin((c->width - 2 * MARGIN) / fmax(1, east - west),
                    (HEIGHT_MOST - LEGEND - FOOT) / fmax(1, north - south));
    c->scale = fmin(c->scale, 40);
    c->top = LEGEND + MARGIN;
    c->height = c->top + fmax(1, north - south) * c->scale + FOOT;
}

/* --- houses --- */

struct box {
    double x, y, width, height; /* of a footprint, pixels */
};

static struct box box_of(const struct canvas *c, const struct plan_house *h)
{
    double x0 = INFINITY, y0 = INFINITY, x1 = -INFINITY, y1 = -INFINITY;

    for (size_t j = 0; j < h->count; j++) {
        double x = x_of(c, h->corners[j].east_m), y = y_of(c, h->corners[j].north_m);
        x0 = fmin(x0, x);
        x1 = fmax(x1, x);
        y0 = fmin(y0, y);
        y1 = fmax(y1, y);
    }
    return (struct box){x0, y0, x1 - x0, y1 - y0};
}

static void put_text(struct canvas *c, double x, double y, double size, const char *anchor,
                     const char *text)
{
    strbuf_printf(c->out, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%.1f\"%s>", x, y, size, anchor);
    plot_text_xml(c->out, text, strlen(text));
    strbuf_puts(c->out, "</text>\n");
}

#define MIDDLE " text-anchor=\"middle\""

/* Shape above, label below; a label that is wider than the house stands upright. */
static void put_label(struct canvas *c, const struct plan_house *h)
{
    struct box b = box_of(c, h);
    double ems = fmax(1, plot_text_ems(h->label, strlen(h->label)));
    double flat = fmin(13, 0.92 * b.width / ems), upright = fmin(13, 0.6 * b.height / ems);
    double shape = fmax(6, fmin(15, 0.7 * fmin(b.width, b.height)));
    double x = b.x + b.width / 2, y = b.y + b.height / 2;

    put_text(c, x, y - 0.1 * shape, shape, MIDDLE, states[h->state].shape);
    if (flat >= 7 || flat >= upright) {
        put_text(c, x, y + fmax(5, flat) * 1.1, fmax(5, flat), MIDDLE, h->label);
        return;
    }
    upright = fmin(upright, 0.7 * b.width);
    strbuf_printf(c->out, "<g transform=\"translate(%.1f %.1f) rotate(-90)\">", x + 0.35 * upright,
                  y + 0.3 * shape);
    put_text(c, 0, 0, upright, " text-anchor=\"end\"", h->label);
    strbuf_puts(c->out, "</g>\n");
}

static void put_house(struct canvas *c, const struct plan_house *h)
{
    strbuf_printf(c->out, "<g><title>");
    plot_text_xml(c->out, h->name, strlen(h->name));
    strbuf_printf(c->out,
                  "</title>\n<polygon fill=\"%s\" stroke=\"#444\" stroke-width=\"1\" points=\"",
                  states[h->state].fill);
    for (size_t j = 0; j < h->count; j++)
        strbuf_printf(c->out, "%s%.1f,%.1f", j > 0 ? " " : "", x_of(c, h->corners[j].east_m),
                      y_of(c, h->corners[j].north_m));
    strbuf_puts(c->out, "\"/>\n");
    put_label(c, h);
    strbuf_puts(c->out, "</g>\n");
}

/* --- around --- */

static void put_legend(struct canvas *c)
{
    double x = MARGIN;

    for (int i = PLAN_RED; i >= PLAN_UNKNOWN; i--) {
        const char *name = c->p->state_names[i];
        strbuf_printf(c->out,
                      "<rect x=\"%.1f\" y=\"8\" width=\"18\" height=\"14\" fill=\"%s\" "
                      "stroke=\"#444\"/>\n",
                      x, states[i].fill);
        put_text(c, x + 9, 19, 11, MIDDLE, states[i].shape);
        put_text(c, x + 23, 19, 11.5, "", name);
        x += 23 + plot_text_ems(name, strlen(name)) * 11.5 + 16;
    }
}

/* A bar of 1, 2, 5, 10 … m, at most a fifth of the width. */
static void put_scale(struct canvas *c)
{
    double most = (c->width / 5) / c->scale, bar = pow(10, floor(log10(most)));
    double y = c->height - 14, x = c->width - MARGIN;
    struct strbuf text = {0}, north = {0};

    bar *= most / bar >= 5 ? 5 : most / bar >= 2 ? 2 : 1;
    strbuf_printf(&text, "%g m", bar);
    strbuf_printf(&north, "↑ %s", c->p->north);
    strbuf_printf(c->out, "<path d=\"M%.1f %.1fv5H%.1fv-5\" fill=\"none\" stroke=\"#222\"/>\n",
                  x - bar * c->scale, y - 5, x);
    put_text(c, x - bar * c->scale / 2, y - 4, 11, MIDDLE, strbuf_text(&text));
    put_text(c, x - bar * c->scale - 8, y, 12, " text-anchor=\"end\"", strbuf_text(&north));
    c->out->failed = c->out->failed || text.failed || north.failed;
    strbuf_free(&text);
    strbuf_free(&north);
}

static void put_head(const struct canvas *c)
{
    strbuf_printf(c->out,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"%.0f\" "
                  "height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" font-family=\"" FONTS
                  "\" fill=\"#111\">\n<title>",
                  c->width, c->height, c->width, c->height);
    plot_text_xml(c->out, c->p->title, strlen(c->p->title));
    strbuf_printf(c->out,
                  "</title>\n<rect width=\"%.0f\" height=\"%.0f\" fill=\"#fff\" "
                  "stroke=\"none\"/>\n",
                  c->width, c->height);
}

void plan_svg(const struct plan *p, int width_px, struct strbuf *out)
{
    struct canvas c = {.p = p, .out = out, .width = width_px < 320 ? 320 : width_px};

    fit(&c);
    put_head(&c);
    put_legend(&c);
    for (size_t i = 0; i < p->count; i++)
        put_house(&c, &p->houses[i]);
    put_text(&c, MARGIN, c.height - 14, 11, "", p->note);
    if (*p->north)
        put_scale(&c);
    strbuf_puts(out, "</svg>\n");
}
