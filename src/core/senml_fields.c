#include "senml_fields.h"

#include <stddef.h>
#include <string.h>

static enum field field_of_base(const char *key)
{
    static const struct {
        char letter;
        enum field field;
    } fields[] = {{'n', BN}, {'t', BT}, {'u', BU}, {'v', BV}, {'s', BS}};

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (key[1] == fields[i].letter && key[2] == '\0')
            return fields[i].field;
    return strcmp(key, "bver") == 0 ? BVER : OTHER;
}

static enum field field_of_value(char second)
{
    switch (second) {
    case '\0':
        return V;
    case 's':
        return VS;
    case 'b':
        return VB;
    case 'd':
        return VD;
    default:
        return OTHER;
    }
}

static enum field field_of_known(const char *key)
{
    switch (key[0]) {
    case 'b':
        return field_of_base(key);
    case 'n':
        return key[1] == '\0' ? N : OTHER;
    case 'u':
        return key[1] == '\0' ? U : strcmp(key, "ut") == 0 ? UT : OTHER;
    case 'v':
        return key[1] == '\0' || key[2] == '\0' ? field_of_value(key[1]) : OTHER;
    case 's':
        return key[1] == '\0' ? S : OTHER;
    case 't':
        return key[1] == '\0' ? T : OTHER;
    default:
        return OTHER;
    }
}

static enum field field_of(const char *key)
{
    enum field f = field_of_known(key);
    size_t n;

    if (f != OTHER)
        return f;
    n = strlen(key);
    return n > 0 && key[n - 1] == '_' ? CRITICAL : OTHER;
}

const char *senml_fields_collect(const cJSON *record, struct fields *f)
{
    f->seen = 0;
    for (const cJSON *item = record->child; item; item = item->next) {
        enum field field = field_of(item->string);
        if (field == CRITICAL)
            return item->string;
        if (field == OTHER || (f->seen & BIT(field)))
            continue;
        f->at[field] = item;
        f->seen |= BIT(field);
    }
    return NULL;
}
