#include "shikumen/core/senml.h"

#include <math.h>
#include <string.h>

#include "cbor.h"
#include "json_input.h"
#include "senml_fields.h"
#include "senml_resolve.h"

#define MAX_RECORDS ((size_t)65536)
#define MAX_VALUES  (MAX_RECORDS * 16)
#define VERSION     10 /* RFC 8428 section 4.4 */

/* Refuses the whole pack. */
static void refuse(struct senml_resolver *s, const char *fault, const char *detail)
{
    *s->out = (struct senml_pack){.fault = fault, .detail = detail};
    if (!detail)
        s->out_of_memory = true;
}

/* One version for the whole pack, 10 when it is not given, and none above it. False: refused. */
static bool version_fits(struct senml_resolver *s, const struct fields *f, size_t index)
{
    bool number_given = has(f, BVER) && json_is(f->at[BVER], cJSON_Number);
    double given = number_given ? f->at[BVER]->valuedouble : 0.0;
    const char *words = NULL;

    if (has(f, BVER)) {
        if (!(given >= 1.0) || given != floor(given))
            words = "bver is not a positive integer";
        else if (given > VERSION)
            words = "bver is above 10";
        else if (s->base.version > 0.0 && s->base.version != given)
            words = "bver is not that of the records before";
        s->base.version = given;
    } else if (!(s->base.version > 0.0)) {
        s->base.version = VERSION;
    }
    if (words)
        refuse(s, "senml_version", arena_printf(s->arena, "record %zu: %s", index + 1, words));
    return words == NULL;
}

/* Puts the text of the record that is at fault beside the fault. */
static void keep_raw(struct senml_resolver *s, struct senml_record *r, const cJSON *item,
                     size_t index)
{
    size_t n;
    const char *text;
    char *printed;

    if (!s->binary) {
        text = json_element_text(&s->text, index, &n);
        r->raw = senml_keep(s, text, n);
        return;
    }
    printed = cJSON_PrintUnformatted(item);
    r->raw = printed ? senml_keep(s, printed, strlen(printed)) : NULL;
    s->out_of_memory = s->out_of_memory || !printed;
    cJSON_free(printed);
}

/* Resolves one record into the next place of the pack. False: the pack is refused. */
static bool resolve(struct senml_resolver *s, const cJSON *item, size_t index)
{
    struct senml_record *r = &s->out->records[s->out->count];
    struct fields f;
    const char *critical;

    r->update_s = NAN;
    if (!json_is(item, cJSON_Object)) {
        r->fault = "senml_record";
        keep_raw(s, r, item, index);
        s->out->count++;
        return true;
    }
    critical = senml_fields_collect(item, &f);
    if (critical) {
        refuse(s, "senml_key",
               arena_printf(s->arena,
                            "record %zu: a key that must be understood "
                            "is not (it ends in _)",
                            index + 1));
        return false;
    }
    if (!version_fits(s, &f, index))
        return false;
    senml_set_base(s, &f, r);
    if (s->out_of_memory)
        return false;
    if (!r->fault && (f.seen & BASE_FIELDS) && !(f.seen & ~BASE_FIELDS))
        return true;
    senml_resolve(s, &f, r);
    if (r->fault)
        keep_raw(s, r, item, index);
    s->out->count++;
    return true;
}

static void resolve_all(struct senml_resolver *s, const cJSON *root)
{
    size_t index = 0;

    for (const cJSON *item = root->child; item && !s->out_of_memory; item = item->next, index++)
        if (!resolve(s, item, index))
            return;
}

/* Refuses what is not an array of records that can be held; else makes room for them. */
static bool make_room(struct senml_resolver *s, const cJSON *root)
{
    size_t count = 0;

    for (const cJSON *item = root->child; item; item = item->next)
        count++;
    if (!json_is(root, cJSON_Array))
        refuse(s, "pack", "not an array of records");
    else if (count == 0)
        refuse(s, "pack", "no records");
    else if (count > MAX_RECORDS)
        refuse(s, "pack", "more than 65536 records");
    else
        s->out->records = arena_array(s->arena, count, sizeof *s->out->records);
    if (!s->out->fault && !s->out->records)
        s->out_of_memory = true;
    return s->out->records != NULL && !s->out_of_memory;
}

/* Resolves the tree of a pack and gives it back. */
static enum err resolve_tree(struct senml_resolver *s, cJSON *root, const char *default_base_name)
{
    senml_set_base_name(s, default_base_name ? default_base_name : "");
    if (make_room(s, root))
        resolve_all(s, root);
    cJSON_Delete(root);
    return s->out_of_memory ? ERR_NOMEM : ERR_OK;
}

enum err senml_parse(const char *payload, size_t len, const char *default_base_name, int64_t rx_us,
                     struct arena *arena, struct senml_pack *out)
{
    struct senml_resolver s = {.arena = arena, .rx_us = rx_us, .out = out};
    struct json_input json;
    enum err e;

    *out = (struct senml_pack){0};
    e = json_input_read(payload, len, MAX_VALUES, arena, &json);
    if (e != ERR_OK)
        return e;
    if (json.fault) {
        refuse(&s, "json", json.fault);
        return ERR_OK;
    }
    s.text = json_elements_of(payload, len);
    return resolve_tree(&s, json.root, default_base_name);
}

/* The JSON name of an integer label (RFC 8428 section 6, table 4). */
static const char *label_name(int64_t label)
{
    static const char *const names[] = {"bs", "bv", "bu", "bt", "bn", "bver", "n", "u",
                                        "v",  "vs", "vb", "s",  "t",  "ut",   "vd"};

    return label >= -6 && label <= 8 ? names[label + 6] : NULL;
}

enum err senml_parse_cbor(const void *payload, size_t len, const char *default_base_name,
                          int64_t rx_us, struct arena *arena, struct senml_pack *out)
{
    struct senml_resolver s = {.arena = arena, .rx_us = rx_us, .out = out, .binary = true};
    struct cbor_input cbor;
    enum err e;

    *out = (struct senml_pack){0};
    e = cbor_read(payload, len, MAX_VALUES, label_name, arena, &cbor);
    if (e != ERR_OK)
        return e;
    if (cbor.fault) {
        refuse(&s, "cbor", cbor.fault);
        return ERR_OK;
    }
    return resolve_tree(&s, cbor.root, default_base_name);
}

const char *senml_fault_words(const char *fault)
{
    static const struct {
        const char *fault, *words;
    } table[] = {
        {"senml_record", "not an object"},
        {"senml_base", "a base field of an earlier record, needed here, is broken"},
        {"senml_name", "name missing, longer than 255, or with a character other than "
                       "A-Z a-z 0-9 - : . / _ (RFC 8428 section 4.5.1)"},
        {"senml_type", "a field has the wrong JSON type"},
        {"senml_unit", "unit longer than 63 bytes"},
        {"senml_value", "not exactly one of v, vs, vb, vd, and no s"},
        {"senml_time", "time out of range"},
        {"senml_data", "vd is not base64url"},
        {"value", "number out of range"},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(fault, table[i].fault) == 0)
            return table[i].words;
    return fault;
}
