/* Ids and names in registry files. */
#include <string.h>

#include "registry_build.h"
#include "senml_name.h"

#define COUNT_OF(table) (sizeof(table) / sizeof *(table))

bool registry_id_valid(const char *id)
{
    size_t n = strlen(id);

    return n <= SENML_NAME_MAX && senml_name_starts(*id) && senml_name_chars(id, n);
}

/* "houses[3].id" of the object that holds the first of two equal ids. */
static void fault_twice(struct json_reader *r, const struct json_value *object, const char *id,
                        uint32_t first)
{
    struct json_value at = json_member(object, "id");
    const struct json_value *list = object->up;

    if (strcmp(list->key, "elements") == 0)
        json_fault(r, &at, "\"%s\" is already the id of another element", id);
    else
        json_fault(r, &at, "\"%s\" is already the id of %s[%u]", id, list->key, first);
}

const char *registry_read_id(struct json_reader *r, const struct json_value *object,
                             struct strmap *map, uint32_t index, bool strict)
{
    const char *id = json_keep(r, json_get_text(r, object, "id", JSON_MUST));
    struct json_value at = json_member(object, "id");
    size_t n = strlen(id);
    enum err e;

    if (n == 0)
        return id;
    if (strict ? !registry_id_valid(id) : n > SENML_NAME_MAX) {
        json_fault(r, &at,
                   "\"%.80s\" is not an id (letters, digits and - : . / _, first a letter or "
                   "digit, at most %d)",
                   id, SENML_NAME_MAX);
        return id;
    }
    e = strmap_put(map, id, n, index);
    if (e == ERR_EXISTS)
        fault_twice(r, object, id, strmap_get(map, id, n));
    else if (e != ERR_OK)
        r->out_of_memory = true;
    return id;
}

struct bilingual registry_read_name(struct json_reader *r, const struct json_value *object,
                                    const char *key, const char *fallback)
{
    static const char *const keys[] = {"zh", "en"};
    struct json_value v = json_member(object, key);
    const char *zh = NULL, *en = NULL;

    if (v.item && cJSON_IsString(v.item))
        zh = en = json_keep(r, json_text(r, &v));
    else if (v.item && json_check_object(r, &v, keys, COUNT_OF(keys))) {
        zh = json_keep(r, json_get_text(r, &v, "zh", JSON_MAY));
        en = json_keep(r, json_get_text(r, &v, "en", JSON_MAY));
    }
    if (!zh || !*zh)
        zh = en && *en ? en : fallback;
    if (!en || !*en)
        en = zh;
    return (struct bilingual){zh, en};
}
