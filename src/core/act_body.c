#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_put.h"
#include "shikumen/base/utc.h"
#include "shikumen/core/act.h"

#define COST_DIGITS_MAX 12

/* --- costs --- */

enum err act_cost_parse(const char *text, int64_t *fen)
{
    size_t whole = strspn(text, "0123456789"), part = 0;
    int64_t n;

    if (whole == 0 || (text[whole] != '\0' && text[whole] != '.'))
        return ERR_PARSE;
    if (text[whole] == '.') {
        part = strspn(text + whole + 1, "0123456789");
        if (part < 1 || part > 2 || text[whole + 1 + part] != '\0')
            return ERR_PARSE;
    }
    if (whole > COST_DIGITS_MAX)
        return ERR_RANGE;
    n = strtoll(text, NULL, 10) * 100;
    if (part > 0)
        n += strtoll(text + whole + 1, NULL, 10) * (part == 1 ? 10 : 1);
    if (n > ACT_COST_LARGEST_FEN)
        return ERR_RANGE;
    *fen = n;
    return ERR_OK;
}

const char *act_cost_text(int64_t fen, char text[ACT_COST_SIZE])
{
    snprintf(text, ACT_COST_SIZE, "%" PRId64 ".%02d", fen / 100, (int)(fen % 100));
    return text;
}

/* --- writing --- */

static void put_text(struct strbuf *out, const char *name, const char *text)
{
    if (text)
        json_put_text(out, name, text);
}

static void put_time(struct strbuf *out, const char *name, int64_t t_us)
{
    if (t_us != ACT_NOT_GIVEN)
        json_put_time(out, name, t_us);
}

void act_write(const struct act *a, struct strbuf *body)
{
    char cost[ACT_COST_SIZE];

    strbuf_putc(body, '{');
    put_text(body, "note", a->note);
    put_text(body, "to", a->to);
    put_text(body, "kind", a->kind);
    put_text(body, "class", a->class_name);
    put_time(body, "from", a->from_us);
    put_time(body, "until", a->until_us);
    put_time(body, "date", a->day_us);
    if (a->cost_fen != ACT_NOT_GIVEN) {
        json_put_key(body, "cost_cny");
        strbuf_puts(body, act_cost_text(a->cost_fen, cost));
    }
    put_text(body, "via", a->via);
    strbuf_putc(body, '}');
}

/* --- reading --- */

/* Where a member goes. */
struct member {
    const char *name;
    const char **text;
    int64_t *time_us;
    int64_t *fen;
};

static bool take_cost(const cJSON *item, int64_t *fen)
{
    double x = cJSON_IsNumber(item) ? item->valuedouble * 100 : -1;

    if (!(x >= 0 && x <= (double)ACT_COST_LARGEST_FEN))
        return false;
    *fen = llround(x);
    return fabs(x - (double)*fen) < 1e-3;
}

/* False when the item is not what it should be. */
static bool take_member(const cJSON *item, const struct member *m, struct arena *arena, enum err *e)
{
    const char *text = cJSON_GetStringValue(item);

    if (m->fen)
        return take_cost(item, m->fen);
    if (!text)
        return false;
    if (m->time_us)
        return utc_parse(text, m->time_us) == ERR_OK;
    *m->text = arena_strdup(arena, text);
    if (!*m->text)
        *e = ERR_NOMEM;
    return true;
}

static enum err take_object(const cJSON *root, struct arena *arena, struct act *a,
                            struct act_refusal *why)
{
    const struct member members[] = {
        {"note", &a->note, NULL, NULL},         {"to", &a->to, NULL, NULL},
        {"via", &a->via, NULL, NULL},           {"kind", &a->kind, NULL, NULL},
        {"class", &a->class_name, NULL, NULL},  {"from", NULL, &a->from_us, NULL},
        {"until", NULL, &a->until_us, NULL},    {"date", NULL, &a->day_us, NULL},
        {"cost_cny", NULL, NULL, &a->cost_fen},
    };
    const size_t count = sizeof members / sizeof members[0];
    const cJSON *item;
    enum err e = ERR_OK;

    cJSON_ArrayForEach(item, root)
    {
        size_t i = 0;
        while (i < count && strcmp(members[i].name, item->string) != 0)
            i++;
        if (i < count && take_member(item, &members[i], arena, &e))
            continue;
        act_refuse(
            why,
            "成员 %.40s 未知或类型不对；允许：note, to, kind, class, from, until, date, cost_cny",
            "member %.40s is unknown or not of its kind; allowed: note, to, kind, class, from,"
            " until, date, cost_cny",
            item->string);
        return ERR_PARSE;
    }
    return e;
}

enum err act_read(const char *body, struct arena *arena, struct act *a, struct act_refusal *why)
{
    cJSON *root = cJSON_Parse(body);
    enum err e = ERR_PARSE;

    if (cJSON_IsObject(root))
        e = take_object(root, arena, a, why);
    else
        act_refuse(why, "内容不是 JSON 对象", "the body is no JSON object");
    cJSON_Delete(root);
    return e;
}
