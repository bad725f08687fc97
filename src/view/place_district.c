#include <string.h>

#include "place_put.h"
#include "shikumen/view/paper.h"

static const char *const level_zh[] = {"正常", "蓝色", "黄色", "橙色", "红色"};
static const char *const level_en[] = {"normal", "blue", "yellow", "orange", "red"};

static bool comes_first(const struct registry *r, size_t house, bool with_row)
{
    for (size_t i = 0; i < house; i++)
        if (strcmp(r->houses[i].lane, r->houses[house].lane) == 0 &&
            (!with_row || strcmp(r->houses[i].row, r->houses[house].row) == 0))
            return false;
    return true;
}

static double count_of(const struct registry *r, const struct house *h, bool with_row)
{
    double n = 0;

    for (size_t i = 0; i < r->house_count; i++)
        n += strcmp(r->houses[i].lane, h->lane) == 0 &&
             (!with_row || strcmp(r->houses[i].row, h->row) == 0);
    return n;
}

/* Lanes, or rows of houses, in the order in which the registry comes to them. */
static void put_groups(struct strbuf *out, const struct registry *r, bool rows)
{
    paper_list(out, rows ? "rows" : "lanes");
    for (size_t i = 0; i < r->house_count; i++) {
        const struct house *h = &r->houses[i];
        if (!*(rows ? h->row : h->lane) || !comes_first(r, i, rows))
            continue;
        paper_key(out, NULL);
        strbuf_putc(out, '{');
        paper_text(out, "lane", h->lane);
        if (rows)
            paper_text(out, "row", h->row);
        paper_number(out, "houses", count_of(r, h, rows));
        strbuf_putc(out, '}');
    }
    strbuf_putc(out, ']');
}

static void put_houses(struct strbuf *out, const struct registry *r)
{
    paper_list(out, "houses");
    for (size_t i = 0; i < r->house_count; i++) {
        const struct house *h = &r->houses[i];
        paper_item(out);
        strbuf_putc(out, '{');
        paper_text(out, "id", h->id);
        paper_text(out, "name_zh", h->name.zh);
        paper_text(out, "name_en", h->name.en);
        paper_text(out, "lane", h->lane);
        put_house(out, h);
        strbuf_putc(out, '}');
    }
    strbuf_putc(out, ']');
}

static void put_levels(struct strbuf *out)
{
    paper_list(out, "levels");
    for (int level = LEVEL_NORMAL; level <= LEVEL_RED; level++) {
        paper_key(out, NULL);
        strbuf_putc(out, '{');
        paper_number(out, "level", level);
        paper_text(out, "colour", level_colour(level));
        paper_text(out, "name_zh", level_zh[level]);
        paper_text(out, "name_en", level_en[level]);
        strbuf_putc(out, '}');
    }
    strbuf_putc(out, ']');
}

void district_json(const struct desk *d, struct strbuf *out)
{
    const struct registry *r = d->registry;

    strbuf_putc(out, '{');
    paper_text(out, "id", r->district_id);
    paper_text(out, "name_zh", r->district_name.zh);
    paper_text(out, "name_en", r->district_name.en);
    paper_text(out, "language", d->settings->district.language);
    paper_text(out, "timezone", r->timezone);
    paper_text(out, "version", SHIKUMEN_VERSION);
    paper_time(out, "now", d->now_us);
    paper_number(out, "sensors", (double)r->sensor_count);
    put_groups(out, r, false);
    put_groups(out, r, true);
    put_levels(out);
    put_houses(out, r);
    strbuf_putc(out, '}');
}
