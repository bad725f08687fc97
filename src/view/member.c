#include "shikumen/view/member.h"

#include <math.h>

double number_of(const cJSON *object, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsNumber(member) ? member->valuedouble : (double)NAN;
}

bool truth_of(const cJSON *object, const char *name)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, name));
}

const char *text_of(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));

    return text ? text : "";
}

const char *said_in(const struct desk *d, const cJSON *object, const char *name)
{
    return text_of(cJSON_GetObjectItemCaseSensitive(object, name), desk_word(d, "zh", "en"));
}

struct cell cell_member(struct table *t, const cJSON *member)
{
    char *text = member && !cJSON_IsNull(member) ? cJSON_PrintUnformatted(member) : NULL;
    struct cell cell = text ? cell_json(t, text) : (struct cell){0};

    cJSON_free(text);
    return cell;
}
