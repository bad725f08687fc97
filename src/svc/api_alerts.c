/* Alerts: the list, and one with all that happened to it. */
#include <string.h>

#include "api_lists.h"
#include "shikumen/svc/acting.h"
#include "shikumen/view/alert_story.h"
#include "shikumen/view/alerts.h"

static const char *const categories[] = {
    [CATEGORY_STRUCTURE] = "structure",
    [CATEGORY_INSTRUMENT] = "instrument",
    [CATEGORY_SYSTEM] = "system",
    [CATEGORY_COUNT] = NULL,
};
enum { ORDER_WORST, ORDER_OPENED };
static const char *const orders[] = {"worst", "opened", NULL};

/* Houses that are no longer registered have alerts too. */
static enum err get_alerts(struct api_call *c)
{
    bool by_opening = api_number(c, "order", ORDER_WORST) == ORDER_OPENED;
    const struct alerts_query q = {
        .all = api_number(c, "state", STATE_OPEN) == STATE_ALL,
        .spoken_for = true,
        .last_step = true,
        .house = api_text(c, "house"),
        .level = (int)api_number(c, "level", LEVEL_NORMAL),
        .category = (enum alert_category)api_number(c, "category", CATEGORY_COUNT),
        .since_us = api_number(c, "since", INT64_MIN),
        .by_opening = by_opening};
    struct table t;
    size_t spoken_for;
    enum err e = view_alerts(&c->desk, &q, &t, &spoken_for);

    if (e == ERR_OK)
        e = api_page(c, &t, by_opening ? &alerts_by_opening : &alerts_worst);
    table_end(&t);
    return e;
}

/* By its id, or by a beginning of it that acts take too. ERR_NOTFOUND, ERR_RANGE (several) with
 * why. */
static enum err find(struct api_call *c, struct episode *out, struct act_refusal *why)
{
    size_t n = strlen(c->id);
    enum err e = state_episode_by_id(c->desk.state, c->id, c->arena, out);

    if (e != ERR_NOTFOUND)
        return e;
    if (n >= ACTING_ID_LEAST && n < ALERT_ID_SIZE - 1)
        return acting_episode(&c->desk, c->id, out, why);
    act_refuse(why, "没有告警 %.60s", "there is no alert %.60s", c->id);
    return ERR_NOTFOUND;
}

static enum err get_alert(struct api_call *c)
{
    struct act_refusal why = {.zh = ""};
    struct alert_story story;
    struct episode episode;
    enum err e = find(c, &episode, &why);

    if (e == ERR_NOTFOUND || e == ERR_RANGE)
        return api_problem(c, e == ERR_NOTFOUND ? 404 : 400, "%s%.0s", "%.0s%s", why.zh, why.en);
    if (e != ERR_OK)
        return e;
    e = story_tell(&c->desk, &episode, &story);
    if (e == ERR_OK) {
        story_json(&story, &c->body);
        strbuf_putc(&c->body, '\n');
    }
    story_end(&story);
    return e;
}

const struct api_route api_alert_routes[] = {
    {"GET",
     "/api/v1/alerts",
     ROLE_VIEWER,
     get_alerts,
     ROUTE_STORE | ROUTE_KEPT,
     {STATE_PARAM,
      {"since", API_TIME, 0, 0, NULL},
      {"house", API_TEXT, 1, ID_MOST, NULL},
      {"level", API_INT, LEVEL_NORMAL, LEVEL_RED, NULL},
      {"category", API_WORD, 0, 0, categories},
      {"order", API_WORD, 0, 0, orders},
      LIST_PARAMS}},
    {"GET", "/api/v1/alerts/{id}", ROLE_VIEWER, get_alert, ROUTE_STORE | ROUTE_KEPT, {{0}}},
};
const size_t api_alert_route_count = sizeof api_alert_routes / sizeof *api_alert_routes;
