/* What a scenario says has to come of it. Each sentence is an object with one verb. */
#include <stdlib.h>
#include <string.h>

#include "scenario_parts.h"
#include "shikumen/base/utc.h"

/* Members of a sentence, by what they may hold. */
static const char *const sentence_keys[] = {
    "category",    "kind",      "house",    "houses", "row",   "element",   "sensor",
    "node",        "damage",    "ill",      "after",  "until", "level",     "before_limit_days",
    "within_days", "min_level", "episodes", "reason", "count", "max_level",
};
static const char *const verbs[] = {"raised", "resolved", "silent", "at_most", "counted"};
static const char *const categories[] = {"structure", "instrument", "system"};
static const char *const moments[] = {"onset", "ill", "ill_end"};
static const char *const texts[] = {"kind", "house", "row", "element", "sensor", "node", "reason"};

static bool among(const char *text, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(text, names[i]) == 0)
            return true;
    return false;
}

static void check_moment(struct json_reader *r, const struct json_value *v, const char *key)
{
    const char *text = json_get_text(r, v, key, JSON_MAY);
    struct json_value at = json_member(v, key);
    int64_t t_us;

    if (text && !among(text, moments, COUNT_OF(moments)) && utc_parse(text, &t_us) != ERR_OK)
        json_fault(r, &at, "\"%s\" is no moment (onset, ill, ill_end or a time)", text);
}

/* "healthy", or a list of ids. */
static void check_houses(struct json_reader *r, const struct json_value *v)
{
    struct json_value at = json_member(v, "houses");

    if (!at.item)
        return;
    if (cJSON_IsString(at.item) && strcmp(at.item->valuestring, "healthy") != 0)
        json_fault(r, &at, "\"healthy\" or a list of houses is needed");
    else if (cJSON_IsArray(at.item))
        for (const cJSON *c = at.item->child; c; c = c->next)
            json_text(r, &(struct json_value){.item = c, .up = &at});
    else if (!cJSON_IsString(at.item))
        json_fault(r, &at, "\"healthy\" or a list of houses is needed");
}

static void check_numbers(struct json_reader *r, const struct json_value *v,
                          const struct scenario *s)
{
    int index = 0, level = 0;
    double days = 0;

    if (json_member(v, "damage").item)
        json_get_whole(r, v, "damage", JSON_MAY, 0, (int)s->damage_count - 1, &index);
    if (json_member(v, "ill").item)
        json_get_whole(r, v, "ill", JSON_MAY, 0, (int)s->ill_count - 1, &index);
    json_get_whole(r, v, "level", JSON_MAY, 1, 4, &level);
    json_get_whole(r, v, "min_level", JSON_MAY, 1, 4, &level);
    json_get_whole(r, v, "max_level", JSON_MAY, 1, 4, &level);
    json_get_whole(r, v, "episodes", JSON_MAY, 0, 1000000, &index);
    json_get_whole(r, v, "count", JSON_MAY, 0, 1000000000, &index);
    json_get_within(r, v, "before_limit_days", JSON_MAY, -3650, 3650, &days);
    json_get_within(r, v, "within_days", JSON_MAY, 0, 3650, &days);
}

static void check_sentence(struct json_reader *r, const struct json_value *v, const char *verb,
                           const struct scenario *s)
{
    size_t choice;

    if (!json_check_object(r, v, sentence_keys, COUNT_OF(sentence_keys)))
        return;
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        json_get_text(r, v, texts[i], JSON_MAY);
    if (strcmp(verb, "counted") == 0) {
        json_get_text(r, v, "reason", JSON_MUST);
        json_get_whole(r, v, "count", JSON_MUST, 0, 1000000000, &(int){0});
        return;
    }
    json_get_choice(r, v, "category", JSON_MUST, "a category", categories, COUNT_OF(categories),
                    &choice);
    if (strcmp(verb, "at_most") == 0)
        json_get_whole(r, v, "episodes", JSON_MUST, 0, 1000000, &(int){0});
    check_moment(r, v, "after");
    check_moment(r, v, "until");
    check_houses(r, v);
    check_numbers(r, v, s);
}

void scenario_check_expect(struct json_reader *r, const struct json_value *document,
                           const struct scenario *s)
{
    struct json_value list;
    size_t i = 0;

    if (!json_get_list(r, document, "expect", JSON_MAY, &list) || !list.item)
        return;
    for (const cJSON *c = list.item->child; c; c = c->next, i++) {
        struct json_value v = {.item = c, .up = &list, .index = i};
        size_t said = 0;
        if (!json_check_object(r, &v, verbs, COUNT_OF(verbs)))
            continue;
        for (size_t k = 0; k < COUNT_OF(verbs); k++) {
            struct json_value sentence = json_member(&v, verbs[k]);
            if (sentence.item) {
                check_sentence(r, &sentence, verbs[k], s);
                said++;
            }
        }
        if (said != 1)
            json_fault(r, &v, "one verb is needed (raised, resolved, silent, at_most, counted)");
    }
}
