#include "shikumen/core/render_group.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "json_put.h"
#include "render_words.h"

/* --- words --- */

static void set_word(struct strbuf values[PARAM_COUNT], enum param param, enum language l, int word)
{
    strbuf_puts(&values[param], words_text(l, (enum word)word));
}

static void free_values(struct strbuf values[PARAM_COUNT], struct strbuf *out)
{
    for (size_t i = 0; i < PARAM_COUNT; i++) {
        out->failed = out->failed || values[i].failed;
        strbuf_free(&values[i]);
    }
}

/* What follows "group|CATEGORY|KIND|" in its key; names may hold any sign. */
static const char *scope_of(const struct episode *group)
{
    const char *at = group->key;

    for (int i = 0; i < 3 && at; i++) {
        at = strchr(at, '|');
        at = at ? at + 1 : NULL;
    }
    return at ? at : "";
}

/* "row:L01/R2", "lane:L01" or "district:d1" in words; where a lane ends and its row begins only the
 * house knows. */
static void put_scope(const struct group_step *g, enum language l, struct strbuf *out)
{
    const struct registry *r = g->registry;
    const char *scope = scope_of(g->group), *colon = strchr(scope, ':');
    uint32_t house = registry_house(r, g->members[0].house);
    bool row = strncmp(scope, "row:", 4) == 0 && house != REGISTRY_NONE;
    bool district = strncmp(scope, "district:", 9) == 0;
    struct strbuf values[PARAM_COUNT] = {{0}};

    strbuf_puts(&values[PARAM_place], row ? r->houses[house].lane : colon ? colon + 1 : scope);
    strbuf_puts(&values[PARAM_row], row ? r->houses[house].row : "");
    words_fill(out, l,
               row        ? WORD_group_row
               : district ? WORD_group_district
                          : WORD_group_lane,
               values);
    free_values(values, out);
}

static int houses_of(const struct group_step *g, bool that_hold)
{
    int n = 0;

    for (size_t i = 0; i < g->count; i++) {
        bool counted = that_hold && g->members[i].level == 0;
        for (size_t k = 0; k < i && !counted; k++)
            counted = strcmp(g->members[k].house, g->members[i].house) == 0;
        n += !counted;
    }
    return n;
}

static enum word head_of(enum alert_event event)
{
    switch (event) {
    case EVENT_WORSENED:
        return WORD_head_worsened;
    case EVENT_EASED:
        return WORD_head_eased;
    case EVENT_RESOLVED:
        return WORD_head_resolved;
    case EVENT_REOPENED:
        return WORD_head_reopened;
    case EVENT_UPDATED:
        return WORD_head_updated;
    default:
        return WORD_head_raised;
    }
}

/* What follows the head of the worst member's summary. */
static const char *detail_of(const cJSON *worst, enum language l)
{
    const cJSON *summary = cJSON_GetObjectItemCaseSensitive(worst, "summary");
    const char *name = l == LANGUAGE_ZH ? "zh" : "en", *end = l == LANGUAGE_ZH ? "】" : "] ";
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(summary, name));
    const char *found = text ? strstr(text, end) : NULL;

    return found ? found + strlen(end) : text ? text : "";
}

static void put_summary(const cJSON *worst, const struct group_step *g, enum language l,
                        struct strbuf *out)
{
    bool over = g->group->level == LEVEL_NORMAL;
    struct strbuf values[PARAM_COUNT] = {{0}};

    set_word(values, PARAM_level, l, WORD_level_0 + g->group->level);
    set_word(values, PARAM_previous, l, WORD_level_0 + g->previous_level);
    set_word(values, PARAM_previous_colour, l, WORD_colour_0 + g->previous_level);
    set_word(values, PARAM_kind, l, WORD_kind_limit + (int)g->group->kind);
    put_scope(g, l, &values[PARAM_place]);
    strbuf_printf(&values[PARAM_houses], "%d", houses_of(g, !over));
    strbuf_puts(&values[PARAM_detail], detail_of(worst, l));
    words_fill(out, l, head_of(g->event), values);
    words_fill(out, l, over ? WORD_group_over : WORD_group_holds, values);
    free_values(values, out);
}

static void put_advice(const struct group_step *g, enum language l, struct strbuf *out)
{
    strbuf_puts(out, words_text(l, g->group->category == CATEGORY_STRUCTURE
                                       ? WORD_group_advice_structure
                                       : WORD_group_advice_instrument));
}

static void put_texts(struct strbuf *out, const cJSON *worst, const struct group_step *g)
{
    struct strbuf summary[LANGUAGE_COUNT] = {{0}}, advice[LANGUAGE_COUNT] = {{0}};

    for (int l = 0; l < LANGUAGE_COUNT; l++) {
        put_summary(worst, g, (enum language)l, &summary[l]);
        put_advice(g, (enum language)l, &advice[l]);
        out->failed = out->failed || summary[l].failed || advice[l].failed;
    }
    json_put_bilingual(
        out, "summary",
        (struct bilingual){strbuf_text(&summary[LANGUAGE_ZH]), strbuf_text(&summary[LANGUAGE_EN])});
    json_put_bilingual(
        out, "advice",
        (struct bilingual){strbuf_text(&advice[LANGUAGE_ZH]), strbuf_text(&advice[LANGUAGE_EN])});
    for (int l = 0; l < LANGUAGE_COUNT; l++) {
        strbuf_free(&summary[l]);
        strbuf_free(&advice[l]);
    }
}

/* --- members --- */

static void put_member(struct strbuf *out, const struct registry *r, const struct episode *m)
{
    uint32_t house = registry_house(r, m->house), element = registry_element(r, m->element);

    strbuf_putc(out, '{');
    json_put_text(out, "id", m->id);
    json_put_text_or_null(out, "house", m->house);
    if (house != REGISTRY_NONE)
        json_put_bilingual(out, "house_name", r->houses[house].name);
    json_put_text_or_null(out, "element", m->element);
    if (element != REGISTRY_NONE)
        json_put_bilingual(out, "element_name", r->elements[element].name);
    json_put_integer(out, "level", m->level);
    json_put_text(out, "colour", level_colour(m->level));
    strbuf_putc(out, '}');
}

static void put_members(struct strbuf *out, const struct group_step *g)
{
    size_t held = 0;

    json_put_key(out, "members");
    strbuf_putc(out, '[');
    for (size_t i = 0; i < g->count; i++) {
        held += g->members[i].level > 0;
        if (i >= GROUP_MEMBERS_LISTED)
            continue;
        strbuf_puts(out, i > 0 ? "," : "");
        put_member(out, g->registry, &g->members[i]);
    }
    strbuf_putc(out, ']');
    json_put_integer(out, "member_count", (int64_t)held);
}

/* --- the object --- */

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

static void put_item(struct strbuf *out, const cJSON *item, const struct group_step *g)
{
    static const char *const nulls[] = {"house", "house_name", "element", "element_name", NULL};
    static const char *const ours[] = {"summary", "advice",      "by",           "note",
                                       "members", "assigned_to", "member_count", NULL};
    const char *name = item->string;

    if (strcmp(name, "id") == 0)
        json_put_text(out, name, g->group->id);
    else if (strcmp(name, "event") == 0)
        json_put_text(out, name, alert_event_name(g->event));
    else if (strcmp(name, "step") == 0)
        json_put_integer(out, name, g->group->step);
    else if (strcmp(name, "at") == 0)
        json_put_time(out, name, g->at_us);
    else if (strcmp(name, "level") == 0)
        json_put_integer(out, name, g->group->level);
    else if (strcmp(name, "colour") == 0)
        json_put_text(out, name, level_colour(g->group->level));
    else if (is_one_of(name, nulls))
        json_put_null(out, name);
    else if (!is_one_of(name, ours))
        json_put_item(out, item);
}

enum err render_group(const char *worst, const struct group_step *step, struct strbuf *out)
{
    cJSON *root = cJSON_Parse(worst);
    const cJSON *item;
    enum err e = cJSON_IsObject(root) ? ERR_OK : ERR_CORRUPT;

    if (e == ERR_OK) {
        strbuf_putc(out, '{');
        cJSON_ArrayForEach(item, root)
        {
            put_item(out, item, step);
        }
        put_texts(out, root, step);
        put_members(out, step);
        strbuf_putc(out, '}');
    }
    cJSON_Delete(root);
    return e == ERR_OK && out->failed ? ERR_NOMEM : e;
}
