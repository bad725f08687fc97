#include <string.h>

#include "place_put.h"
#include "shikumen/core/risk.h"
#include "shikumen/view/geometry.h"
#include "shikumen/view/houses.h"
#include "shikumen/view/paper.h"
#include "shikumen/view/ranking.h"

/* Members of the two lists that are flat; of the override its class alone. */
static const char *const of_houses[] = {
    "name_zh",     "name_en",        "lane",        "sensors", "sensors_silent",
    "alerts_open", "alerts_unknown", "worst_level", "colour",  "class"};
static const char *const of_ranking[] = {"model_class", "score",       "p30",     "p180",
                                         "p365",        "confidence",  "weakest", "coverage",
                                         "grey",        "provisional", "at"};

static size_t row_of_house(const struct table *ranking, const char *id)
{
    size_t row = 0;

    while (row < ranking->rows && strcmp(table_text_of(ranking, row, "house"), id) != 0)
        row++;
    return row;
}

static void put_feature(struct strbuf *out, const struct house *h, const struct table *houses,
                        size_t row, const struct table *ranking)
{
    size_t rank = row_of_house(ranking, h->id);

    paper_item(out);
    strbuf_puts(out, "{\"type\":\"Feature\"");
    paper_text(out, "id", h->id);
    paper_key(out, "geometry");
    geometry_put(out, h);
    paper_key(out, "properties");
    strbuf_putc(out, '{');
    paper_text(out, "house", h->id);
    put_cells(out, houses, row, of_houses, sizeof of_houses / sizeof of_houses[0]);
    paper_text(out, "row", h->row);
    put_known(out, "number", h->number);
    put_known(out, "built", h->built_year);
    put_known(out, "storeys", h->storeys);
    paper_text(out, "protection", protection_name(h->protection));
    if (rank < ranking->rows)
        put_cells(out, ranking, rank, of_ranking, sizeof of_ranking / sizeof of_ranking[0]);
    strbuf_puts(out, "}}");
}

enum err houses_geojson(struct desk *d, struct strbuf *out)
{
    const struct ranking_query query = {.min_class = RISK_INSUFFICIENT, .at_us = INT64_MAX};
    struct table houses = {0}, ranking = {0};
    size_t grey;
    enum err e = view_houses(d, &houses);

    if (e == ERR_OK)
        e = view_ranking(d, &query, &ranking, &grey);
    strbuf_puts(out, "{\"type\":\"FeatureCollection\",\"features\":[");
    for (size_t i = 0; e == ERR_OK && i < houses.rows; i++)
        put_feature(out, &d->registry->houses[i], &houses, i, &ranking);
    strbuf_puts(out, "]}\n");
    table_end(&houses);
    table_end(&ranking);
    return e;
}
