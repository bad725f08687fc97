#include <math.h>
#include <string.h>

#include "plot_sheet.h"
#include "plot_text.h"

#define FONTS                                                                                      \
    "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',"                     \
    "'WenQuanYi Micro Hei','Noto Sans',Arial,sans-serif"

double sheet_x(const struct sheet *s, double t_us)
{
    double share = (t_us - s->time.low) / (s->time.high - s->time.low);

    return s->x0 + fmin(1, fmax(0, share)) * (s->x1 - s->x0);
}

double sheet_y(const struct sheet *s, double value)
{
    double share = (value - s->value.low) / (s->value.high - s->value.low);

    return s->bottom - fmin(1, fmax(0, share)) * (s->bottom - s->top);
}

void sheet_text(struct sheet *s, double x, double y, double size, enum sheet_anchor anchor,
                double ems, const char *extra, const char *text)
{
    static const char *const anchors[] = {"", " text-anchor=\"middle\"", " text-anchor=\"end\""};

    strbuf_printf(s->out, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%.1f\"%s%s>", x, y, size * s->em,
                  anchors[anchor], extra);
    plot_text_cut(s->out, text, ems);
    strbuf_puts(s->out, "</text>\n");
}

/* --- around the plot --- */

/* Text over the whole width, in as many lines as it takes. */
static void put_wrapped(struct sheet *s, double size, const char *extra, const char *text)
{
    double ems = (s->width - 2 * s->em) / (size * s->em);

    while (*text) {
        size_t n = plot_text_fit(text, ems);
        s->y += 1.4 * size * s->em;
        strbuf_printf(s->out, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%.1f\"%s>", s->em, s->y,
                      size * s->em, extra);
        plot_text_xml(s->out, text, n);
        strbuf_puts(s->out, "</text>\n");
        text += n + strspn(text + n, " ");
    }
}

/* The place of the next entry of the legend: a sample 2 em wide, then its name. */
static void put_entry(struct sheet *s, double *x, const char *name, double *at)
{
    double wide = (plot_text_ems(name, strlen(name)) * 0.9 + 3.6) * s->em;

    if (*x > s->em && *x + wide > s->width) {
        *x = s->em;
        s->y += 1.4 * s->em;
    }
    *at = *x;
    sheet_text(s, *x + 2.4 * s->em, s->y, 0.9, ANCHOR_START,
               (s->width - *x - 2.4 * s->em) / (0.9 * s->em), "", name);
    *x += wide;
}

static void put_sample(struct sheet *s, double x, const char *stroke)
{
    strbuf_printf(s->out, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n", x,
                  s->y - 0.35 * s->em, x + 2 * s->em, s->y - 0.35 * s->em, stroke);
}

static bool has_level(const struct plot *p, int level)
{
    for (size_t i = 0; i < p->step_count; i++)
        if (p->steps[i].level == level)
            return true;
    return false;
}

static bool has_flag(const struct plot *p, bool failed)
{
    for (size_t i = 0; i < p->flagged_count; i++)
        if (p->flagged[i].failed == failed)
            return true;
    return false;
}

static void put_legend(struct sheet *s)
{
    const struct plot *p = s->p;
    double x = s->em, at;

    s->y += 1.7 * s->em;
    for (size_t i = 0; i < p->series_count; i++) {
        put_entry(s, &x, p->series[i].name, &at);
        put_sample(s, at,
                   p->series[i].style == PLOT_BOLD ? "stroke=\"#000\" stroke-width=\"2.4\""
                                                   : "stroke=\"#7d8b99\" stroke-width=\"0.9\"");
    }
    for (int failed = 0; failed < 2; failed++)
        if (has_flag(p, failed != 0)) {
            put_entry(s, &x, failed ? p->failed_name : p->suspect_name, &at);
            sheet_flag(s, failed != 0, at + 1.3 * s->em, s->y - 0.35 * s->em, 0.28 * s->em);
        }
    for (int level = 0; level <= 4; level++)
        if (has_level(p, level)) {
            put_entry(s, &x, p->level_names[level], &at);
            sheet_level(s, level, at + 1.3 * s->em, s->y - 0.35 * s->em, 0.42 * s->em);
        }
    if (p->epoch_count > 0) {
        put_entry(s, &x, p->epoch_name, &at);
        put_sample(s, at, "stroke=\"#333\" stroke-width=\"1.2\" stroke-dasharray=\"8 3 2 3\"");
    }
}

/* The other side of the same limit, off the axis as well. */
static bool lies_on_both_sides(const struct sheet *s, size_t i)
{
    const struct plot_limit *l = &s->p->limits[i];

    return i + 1 < s->p->limit_count && l[1].label == l->label && !sheet_has(s, l) &&
           !sheet_has(s, &l[1]) && (l->y > s->value.high) != (l[1].y > s->value.high);
}

/* Labels of limits that the axis does not reach, with which way they lie, and those cut above. */
static void put_limit_notes(struct sheet *s)
{
    const char *latest = NULL;

    for (size_t i = 0; i < s->p->limit_count; i++) {
        const struct plot_limit *l = &s->p->limits[i];
        bool here = sheet_has(s, l), both = lies_on_both_sides(s, i);
        struct strbuf line = {0};
        if (here &&
            (l->label == latest || plot_text_ems(l->label, strlen(l->label)) <= sheet_label_ems(s)))
            continue;
        strbuf_printf(&line, "%s%s",
                      here                   ? ""
                      : both                 ? "↕ "
                      : l->y > s->value.high ? "↑ "
                                             : "↓ ",
                      l->label);
        put_wrapped(s, SHEET_LABEL, "", strbuf_text(&line));
        s->out->failed = s->out->failed || line.failed;
        strbuf_free(&line);
        latest = l->label;
        i += both;
    }
}

static void put_notes(struct sheet *s)
{
    put_limit_notes(s);
    for (size_t i = 0; i < s->p->note_count; i++)
        put_wrapped(s, SHEET_LABEL, "", s->p->notes[i]);
}

/* --- the frame --- */

static double widest_label(const struct plot_axis *a)
{
    double ems = 2;

    for (size_t i = 0; i < a->ticks; i++)
        ems = fmax(ems, plot_text_ems(a->tick[i].label, strlen(a->tick[i].label)));
    return ems;
}

static void place(struct sheet *s)
{
    double height = fmin(460, fmax(200, 0.42 * s->width));
    size_t most = (size_t)fmax(2, s->width / (8.5 * s->em));

    s->value = plot_range(s->p, (size_t)(height / (3.2 * s->em)) + 2);
    s->x0 = 2.2 * s->em + (0.85 * widest_label(&s->value) + 0.6) * s->em;
    s->x1 = s->width - 1.4 * s->em;
    s->top = s->y + 2.6 * s->em;
    s->bottom = s->top + height;
    s->time = plot_time_axis(s->p->from_us, s->p->to_us, most, s->p->zone);
}

/* Smaller rather than cut: the unit stands at its end. */
static void put_value_name(struct sheet *s)
{
    double height = (s->bottom - s->top) / s->em;
    double size = height / plot_text_ems(s->p->y_name, strlen(s->p->y_name));

    size = fmax(0.5, fmin(0.9, size));
    strbuf_printf(s->out, "<g transform=\"translate(%.1f %.1f) rotate(-90)\">", 1.3 * s->em,
                  (s->top + s->bottom) / 2);
    sheet_text(s, 0, 0, size, ANCHOR_MIDDLE, height / size + 0.01, "", s->p->y_name);
    strbuf_puts(s->out, "</g>\n");
}

static void put_value_axis(struct sheet *s)
{
    for (size_t i = 0; i < s->value.ticks; i++) {
        double y = sheet_y(s, s->value.tick[i].at);
        strbuf_printf(s->out,
                      "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\" "
                      "stroke-width=\"0.8\"/>\n",
                      s->x0, y, s->x1, y);
        sheet_text(s, s->x0 - 0.5 * s->em, y + 0.3 * s->em, 0.85, ANCHOR_END, 20, "",
                   s->value.tick[i].label);
    }
    put_value_name(s);
}

static void put_time_axis(struct sheet *s)
{
    for (size_t i = 0; i < s->time.ticks; i++) {
        double x = sheet_x(s, s->time.tick[i].at);
        strbuf_printf(s->out,
                      "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#999\" "
                      "stroke-width=\"0.8\"/>\n",
                      x, s->bottom, x, s->bottom + 0.4 * s->em);
        sheet_text(s, fmin(x, s->width - 3 * s->em), s->bottom + 1.3 * s->em, 0.85, ANCHOR_MIDDLE,
                   14, "", s->time.tick[i].label);
    }
    s->y = s->bottom + 2.6 * s->em;
    sheet_text(s, (s->x0 + s->x1) / 2, s->y, 0.9, ANCHOR_MIDDLE, s->width / (0.9 * s->em), "",
               s->p->x_name);
}

static bool is_empty(const struct plot *p)
{
    for (size_t i = 0; i < p->series_count; i++)
        if (p->series[i].count > 0)
            return false;
    return p->flagged_count == 0;
}

static void put_plot(struct sheet *s)
{
    place(s);
    put_value_axis(s);
    sheet_epochs(s);
    sheet_limits(s); /* below what was measured, which nothing may hide */
    sheet_steps(s);
    sheet_series(s);
    sheet_flagged(s);
    strbuf_printf(s->out,
                  "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"none\" "
                  "stroke=\"#555\"/>\n",
                  s->x0, s->top, s->x1 - s->x0, s->bottom - s->top);
    if (is_empty(s->p))
        sheet_text(s, (s->x0 + s->x1) / 2, (s->top + s->bottom) / 2, 1, ANCHOR_MIDDLE,
                   (s->x1 - s->x0) / s->em, "", s->p->empty);
    put_time_axis(s);
}

static void put_head(struct strbuf *out, const struct plot *p, double width, double height)
{
    strbuf_printf(out,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"%.0f\" "
                  "height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" font-family=\"" FONTS
                  "\" fill=\"#111\">\n<title>",
                  width, height, width, height);
    plot_text_xml(out, p->title, strlen(p->title));
    strbuf_puts(out, "</title>\n<style>.halo{paint-order:stroke;stroke:#fff;stroke-width:3px;"
                     "stroke-linejoin:round}</style>\n");
    strbuf_printf(out, "<rect width=\"%.0f\" height=\"%.0f\" fill=\"#fff\" stroke=\"none\"/>\n",
                  width, height);
}

void plot_svg(const struct plot *p, int width_px, struct strbuf *out)
{
    struct strbuf body = {0};
    double width = width_px < PLOT_WIDTH_LEAST ? PLOT_WIDTH_LEAST : width_px;
    struct sheet s = {.p = p, .out = &body, .width = width, .em = width < 640 ? 11 : 13};

    s.y = 0.4 * s.em;
    put_wrapped(&s, 1.25, " font-weight=\"bold\"", p->title);
    for (size_t i = 0; i < p->line_count; i++)
        put_wrapped(&s, 1, "", p->lines[i]);
    put_legend(&s);
    put_plot(&s);
    put_notes(&s);
    put_head(out, p, width, s.y + s.em);
    strbuf_append(out, strbuf_text(&body), body.len);
    strbuf_puts(out, "</svg>\n");
    out->failed = out->failed || body.failed;
    strbuf_free(&body);
}
