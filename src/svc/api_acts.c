/* What named persons do over the API: the same acts as shikumenctl records, with the token's name
 * beside the person's. */
#include <cjson/cJSON.h>
#include <string.h>
#include <unistd.h>

#include "api_parts.h"
#include "api_tables.h"
#include "shikumen/base/clock.h"
#include "shikumen/svc/acting.h"

#define PATIENCE_US  (2 * US_PER_S)
#define PAUSE_US     (10 * US_PER_MS)
#define WAITING_MOST 2 /* workers that wait for the assessor; further acts are answered at once */

#define ALERTS    "/api/v1/alerts/{id}/"
#define PROPOSALS "/api/v1/proposals/{id}/"

const struct api_route api_act_routes[] = {
    {"POST", ALERTS "ack", ROLE_OPERATOR, api_act, ROUTE_STORE, {{0}}},
    {"POST", ALERTS "comment", ROLE_OPERATOR, api_act, ROUTE_STORE, {{0}}},
    {"POST", ALERTS "assign", ROLE_OPERATOR, api_act, ROUTE_STORE, {{0}}},
    {"POST", ALERTS "resolve", ROLE_OPERATOR, api_act, ROUTE_STORE, {{0}}},
    {"POST", ALERTS "propose", ROLE_OPERATOR, api_act, ROUTE_STORE, {{0}}},
    {"POST", ALERTS "record", ROLE_OPERATOR, api_act, ROUTE_STORE, {{0}}},
    {"POST", "/api/v1/silences", ROLE_OPERATOR, api_act, ROUTE_STORE, {{0}}},
    {"DELETE", "/api/v1/silences/{id}", ROLE_OPERATOR, api_act, ROUTE_STORE, {{0}}},
    {"POST", PROPOSALS "approve", ROLE_PLANNER, api_act, ROUTE_STORE, {{0}}},
    {"POST", PROPOSALS "reject", ROLE_PLANNER, api_act, ROUTE_STORE, {{0}}},
    {"POST", PROPOSALS "done", ROLE_PLANNER, api_act, ROUTE_STORE, {{0}}},
    {"POST", "/api/v1/overrides", ROLE_PLANNER, api_act, ROUTE_STORE, {{0}}},
    {"DELETE", "/api/v1/overrides/{id}", ROLE_PLANNER, api_act, ROUTE_STORE, {{0}}},
};
const size_t api_act_route_count = sizeof api_act_routes / sizeof *api_act_routes;

/* What each route records. */
static const enum act_verb verbs[] = {
    ACT_ACK,    ACT_COMMENT,  ACT_ASSIGN,       ACT_RESOLVE, ACT_PROPOSE,
    ACT_RECORD, ACT_SILENCE,  ACT_UNSILENCE,    ACT_APPROVE, ACT_REJECT,
    ACT_DONE,   ACT_OVERRIDE, ACT_END_OVERRIDE,
};
_Static_assert(sizeof verbs / sizeof *verbs == sizeof api_act_routes / sizeof *api_act_routes,
               "one verb a route");

/* --- from the body to an act --- */

static bool refuse(struct api_call *c, int status, const struct act_refusal *why)
{
    return api_problem(c, status, "%s%.0s", "%.0s%s", why->zh, why->en) != ERR_OK;
}

/* The members that an act's body has, in its own names: without those that stand beside it, and a
 * reason as the note it is. */
static char *inner_body(const struct api_call *c)
{
    cJSON *body = cJSON_Duplicate(c->json, true), *reason;
    char *text;

    if (!body && !(body = cJSON_CreateObject()))
        return NULL;
    cJSON_DeleteItemFromObjectCaseSensitive(body, "by");
    cJSON_DeleteItemFromObjectCaseSensitive(body, "scope");
    reason = cJSON_DetachItemFromObjectCaseSensitive(body, "reason");
    if (reason && !cJSON_GetObjectItemCaseSensitive(body, "note"))
        cJSON_AddItemToObject(body, "note", reason);
    else
        cJSON_Delete(reason);
    text = cJSON_PrintUnformatted(body);
    cJSON_Delete(body);
    return text;
}

static bool read_act(struct api_call *c, struct act *a)
{
    char *body = inner_body(c);
    struct act_refusal why = {.zh = ""};
    enum err e = body ? act_read(body, c->arena, a, &why) : ERR_NOMEM;

    cJSON_free(body);
    a->by = api_member(c, "by");
    if (a->by)
        a->by = arena_strdup(c->arena, a->by);
    a->via = c->token ? c->token->name : NULL;
    if (e == ERR_OK)
        return true;
    if (e == ERR_PARSE)
        return refuse(c, 400, &why);
    api_fail(c, e);
    return false;
}

/* What the act is on: {id} of the route, or the scope of the body. */
static bool look(struct api_call *c, struct act *a)
{
    const char *scope = api_member(c, "scope");
    const char *name = *c->id ? c->id : scope ? arena_strdup(c->arena, scope) : NULL;
    struct act_refusal why;
    enum err e;

    if (!name) {
        api_problem_parameter(c, "scope", "编号 an id");
        return false;
    }
    e = acting_look(&c->desk, name, a, &why);
    if (e == ERR_OK)
        return true;
    if (e == ERR_NOTFOUND || e == ERR_RANGE || e == ERR_REFUSED)
        return refuse(c, e == ERR_NOTFOUND ? 404 : e == ERR_RANGE ? 400 : 409, &why);
    api_fail(c, e);
    return false;
}

/* --- recording it --- */

static enum err wait_for(struct api_call *c, int64_t row, struct act_row *out)
{
    int64_t end_us = clock_monotonic_us() + PATIENCE_US;
    bool waits = atomic_fetch_add(&c->api->waiting, 1) < WAITING_MOST;
    enum err e;

    for (;;) {
        e = state_act_get(c->desk.state, row, c->arena, out);
        if (e != ERR_OK || out->outcome != OUTCOME_WAITING || !waits ||
            clock_monotonic_us() >= end_us || hub_stopping(c->api->hub))
            break;
        usleep(PAUSE_US);
    }
    atomic_fetch_sub(&c->api->waiting, 1);
    return e;
}

static enum err tell(struct api_call *c, const struct act_row *r)
{
    if (r->outcome == OUTCOME_REFUSED)
        return api_problem(c, 409, "%s%.0s", "%.0s%s", r->why_zh, r->why_en);
    c->status = r->outcome == OUTCOME_WAITING ? 202 : 200;
    c->cache = "no-store";
    acting_json(r, &c->body);
    return ERR_OK;
}

static enum err record(struct api_call *c, const struct act *a)
{
    struct act_row r = {0};
    char why[512] = "";
    int64_t row;
    enum err e = acting_record(c->plan->settings, a, c->desk.now_us, &row, why, sizeof why);

    if (e != ERR_OK) {
        log_event(&c->api->hub->log, LOG_P_ERR, "act lost error=%s text=\"%s\"", err_name(e), why);
        return e;
    }
    hub_wake(c->api->hub, LOOP_ASSESS);
    e = wait_for(c, row, &r);
    return e == ERR_OK ? tell(c, &r) : e;
}

enum err api_act(struct api_call *c)
{
    struct act a = act_blank(verbs[c->route - api_act_routes]);
    struct act_refusal why;

    if (!read_act(c, &a) || !look(c, &a))
        return ERR_OK;
    if (!act_check(&a, c->desk.now_us, &why)) {
        refuse(c, 400, &why);
        return ERR_OK;
    }
    return record(c, &a);
}
