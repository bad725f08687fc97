#include "ndjson.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "process.h"
#include "shikumen/base/utc.h"

/* Of a whole line without its line end. */
static cJSON *object_of(const char *line)
{
    const char *end = NULL;
    cJSON *object = cJSON_ParseWithOpts(line, &end, true);

    if (object && !cJSON_IsObject(object)) {
        cJSON_Delete(object);
        return NULL;
    }
    return object;
}

int64_t ndjson_each(const char *path, ndjson_take *take, void *context)
{
    FILE *f = fopen(path, "r");
    char *line = NULL;
    size_t room = 0, number = 0;
    bool more = f != NULL;

    if (!f)
        return -1;
    for (ssize_t n; more && (n = getline(&line, &room, f)) > 0;) {
        bool keep = false, whole = line[n - 1] == '\n';
        line[n - whole] = '\0';
        cJSON *object = whole ? object_of(line) : NULL;
        more = take(context, ++number, object, &keep);
        if (!keep)
            cJSON_Delete(object);
    }
    free(line);
    fclose(f);
    return (int64_t)number;
}

cJSON *ndjson_document(const char *path)
{
    char *text = read_text(path, NULL);
    cJSON *document = cJSON_ParseWithOpts(text, NULL, true);

    free(text);
    return document;
}

const char *ndjson_text(const cJSON *object, const char *name)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsString(v) ? v->valuestring : NULL;
}

double ndjson_number(const cJSON *object, const char *name)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsNumber(v) ? v->valuedouble : (double)NAN;
}

bool ndjson_true(const cJSON *object, const char *name)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, name));
}

int64_t ndjson_time(const cJSON *object, const char *name, int64_t otherwise)
{
    const char *text = ndjson_text(object, name);
    int64_t t_us;

    return text && utc_parse(text, &t_us) == ERR_OK ? t_us : otherwise;
}

bool ndjson_has(const cJSON *list, const char *text)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, list)
    {
        if (cJSON_IsString(item) && strcmp(item->valuestring, text) == 0)
            return true;
    }
    return false;
}
