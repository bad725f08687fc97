/* The JSON Schemas beside what they describe: what is shipped fits them, schema and program know
 * the same keys, and refuse the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_schema.h"
#include "shikumen/core/file_profile.h"
#include "shikumen/core/profile.h"
#include "shipped_files.h"

static cJSON *read_json(const char *folder, const char *name)
{
    struct strbuf text = {0};
    char path[600];
    cJSON *root;

    snprintf(path, sizeof path, "%s/sensors/%s/%s", SOURCE_DIR, folder, name);
    assert_int_equal(file_read(path, 1 << 20, &text), ERR_OK);
    root = cJSON_Parse(strbuf_text(&text));
    if (!root)
        fail_msg("%s is no JSON", path);
    strbuf_free(&text);
    return root;
}

static void folder_fits(const char *folder, int least)
{
    cJSON *schema = read_json(folder, "schema.json");
    char path[300];
    const struct dirent *entry;
    int count = 0;
    DIR *dir;

    snprintf(path, sizeof path, "%s/sensors/%s", SOURCE_DIR, folder);
    dir = opendir(path);
    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL) {
        struct strbuf why = {0};
        if (!strstr(entry->d_name, ".json") || strcmp(entry->d_name, "schema.json") == 0)
            continue;
        cJSON *one = read_json(folder, entry->d_name);
        if (!json_schema_fits(schema, schema, one, &why))
            fail_msg("%s/%s %s", folder, entry->d_name, strbuf_text(&why));
        strbuf_free(&why);
        cJSON_Delete(one);
        count++;
    }
    closedir(dir);
    cJSON_Delete(schema);
    assert_true(count >= least);
}

static void what_is_shipped_fits(void **state)
{
    (void)state;
    folder_fits("files", 4);
    folder_fits("profiles", 25);
}

/* --- what schema and program say --- */

/* Whether the program takes a document; else why not. */
typedef bool takes_fn(const char *text, struct fault_list *faults);

static const char registry_text[] =
    "{\"district\":{\"id\":\"D\"},\"houses\":[],\"sensors\":["
    "{\"id\":\"H/n/t\",\"quantity\":\"temperature\",\"unit\":\"Cel\",\"period_s\":60},"
    "{\"id\":\"H/n/burst\",\"quantity\":\"velocity\",\"unit\":\"mm/s\",\"period_s\":60}]}";

static bool takes_file(const char *text, struct fault_list *faults)
{
    struct source_text registry = {"registry.json", registry_text, sizeof registry_text - 1};
    struct source_text one = {"f.json", text, strlen(text)};
    struct registry *r;
    struct file_profiles *p;
    enum err e;

    assert_int_equal(registry_parse(&registry, NULL, 0, faults, &r), ERR_OK);
    e = file_profiles_parse(&one, 1, r, faults, &p);
    file_profiles_free(p);
    registry_free(r);
    return e == ERR_OK;
}

static bool takes_profile(const char *text, struct fault_list *faults)
{
    struct source_text one = {"p.json", text, strlen(text)};
    struct profile_set *set;
    enum err e = profile_set_parse(&one, 1, faults, &set);

    if (e == ERR_OK)
        profile_set_free(set);
    return e == ERR_OK;
}

/* With ' for ". */
static char *quoted(const char *text)
{
    char *copy = strdup(text);

    assert_non_null(copy);
    for (char *c = copy; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    return copy;
}

static void judge(const cJSON *schema, takes_fn *takes, const char *text, bool sound)
{
    struct fault_list faults = {0};
    struct strbuf why = {0};
    char *json = quoted(text);
    cJSON *one = cJSON_Parse(json);

    assert_non_null(one);
    if (takes(json, &faults) != sound)
        fail_msg("program: %s: %s", text, sound ? faults.first->text : "taken");
    if (json_schema_fits(schema, schema, one, &why) != sound)
        fail_msg("schema: %s: %s", text, sound ? strbuf_text(&why) : "taken");
    cJSON_Delete(one);
    free(json);
    strbuf_free(&why);
    fault_list_free(&faults);
}

/* The keys that the program names as allowed where text has one too many. */
static char *keys_of(takes_fn *takes, const char *text)
{
    struct fault_list faults = {0};
    char *json = quoted(text), *keys = NULL;

    assert_false(takes(json, &faults));
    for (const struct fault *f = faults.first; f && !keys; f = f->next) {
        const char *list = strstr(f->text, "zzzzzzzz: unknown key (");
        if (list)
            keys = strndup(strchr(list, '(') + 1, strcspn(strchr(list, '(') + 1, ")"));
    }
    if (!keys)
        fail_msg("no fault of its key: %s", text);
    fault_list_free(&faults);
    free(json);
    return keys;
}

/* Those of the place in the schema are those of the program. */
static void same_keys(const cJSON *schema, takes_fn *takes, const char *place, const char *text)
{
    const cJSON *of = json_schema_at(schema, place);
    char *keys = keys_of(takes, text), *rest = NULL;
    int known = 0;

    for (char *k = strtok_r(keys, ", ", &rest); k; k = strtok_r(NULL, ", ", &rest), known++)
        if (!cJSON_GetObjectItemCaseSensitive(of, k))
            fail_msg("%s: the schema has no %s", place, k);
    assert_int_equal(known, cJSON_GetArraySize(of));
    free(keys);
}

/* --- descriptions of files --- */

#define D(members)  "{'name':'a','match':'x*'," members "}"
#define COLUMNS     "'columns':[{'column':'T','sensor':'H/n/t'}]"
#define CSV(m)      D("'format':'csv','time':{'column':1,'zone':'UTC'}," COLUMNS m)
#define CSV_TIME(t) D("'format':'csv','time':{" t "}," COLUMNS)
#define TOA5(m)     D("'format':'toa5','time':{'zone':'+08:00'}," COLUMNS m)
#define CHANNEL     "'channels':[{'source':'X','sensor':'H/n/burst','axis':'x'}]"
#define MSEED(m)    D("'format':'mseed'," CHANNEL m)
#define ONE(c)      D("'format':'csv','time':{'column':1,'zone':'UTC'},'columns':[{" c "}]")

static void both_take_what_is_sound(void **state)
{
    static const char *const texts[] = {
        CSV(""),
        CSV(",'$schema':'schema.json','note':'n','encoding':'GBK','separator':'tab','comment':'#'"),
        CSV(",'skip_lines':1000,'after_header':0,'decimal':'.','missing':'---'"),
        CSV(",'separator':';','decimal':',','missing':['a','b']"),
        CSV(",'series_column':'p','value_column':2"),
        CSV_TIME("'column':'d','time_column':2,'order':'dmy','as':'text','zone':'UTC'"),
        CSV_TIME("'column':'d','as':'unix_ms'"),
        TOA5(",'station':'s','table':'t','encoding':'UTF-8'"),
        MSEED(",'record_s':0.5"),
        ONE("'column':7,'sensor':'H/n/t','unit':'Cel','scale':-1,'offset':2.5,'note':'n'"),
    };
    cJSON *schema = read_json("files", "schema.json");

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        judge(schema, takes_file, texts[i], true);
    cJSON_Delete(schema);
}

static void both_refuse_what_is_faulty(void **state)
{
    static const char *const texts[] = {
        "[]",
        "{}",
        "{'name':'a','format':'mseed'," CHANNEL "}",
        "{'name':'','match':'x','format':'mseed'," CHANNEL "}",
        "{'name':'a','match':[],'format':'mseed'," CHANNEL "}",
        "{'name':'a','match':[1],'format':'mseed'," CHANNEL "}",
        D("'format':'xlsx'," COLUMNS),
        D("'format':'csv'," COLUMNS),
        D("'format':'csv','time':{'column':1,'zone':'UTC'}"),
        D("'format':'toa5'," COLUMNS),
        D("'format':'mseed'"),
        D("'format':'mseed','channels':[]"),
        D("'format':'mseed','channels':{}"),
        D("'format':'mseed','channels':[{'source':'X'}]"),
        D("'format':'mseed','channels':[{'sensor':'H/n/burst'}]"),
        D("'format':'mseed','channels':[{'source':'X','sensor':'H/n/burst','axis':'w'}]"),
        D("'format':'mseed','channels':[{'column':'X','sensor':'H/n/burst'}]"),
        CSV(",'nonsense':1"),
        CSV(",'encoding':'EBCDIC'"),
        CSV(",'separator':'/'"),
        CSV(",'decimal':'-'"),
        CSV(",'comment':'##'"),
        CSV(",'skip_lines':1001"),
        CSV(",'skip_lines':-1"),
        CSV(",'skip_lines':1.5"),
        CSV(",'header':'yes'"),
        CSV(",'missing':[7]"),
        CSV(",'series_column':true"),
        CSV(",'station':'s'"),
        CSV(",'table':'t'"),
        CSV(",'record_s':60"),
        CSV("," CHANNEL),
        CSV_TIME("'zone':'UTC'"),
        CSV_TIME("'column':0,'zone':'UTC'"),
        CSV_TIME("'column':1025,'zone':'UTC'"),
        CSV_TIME("'column':1.5,'zone':'UTC'"),
        CSV_TIME("'column':1"),
        CSV_TIME("'column':1,'as':'text'"),
        CSV_TIME("'column':1,'as':'excel'"),
        CSV_TIME("'column':1,'as':'julian','zone':'UTC'"),
        CSV_TIME("'column':1,'order':'ydm','zone':'UTC'"),
        CSV_TIME("'column':1,'zone':'UTC','dst':true"),
        TOA5(",'skip_lines':4"),
        TOA5(",'header':true"),
        TOA5(",'after_header':2"),
        TOA5(",'channels':[]"),
        MSEED(",'record_s':0"),
        MSEED(",'record_s':3601"),
        MSEED(",'record_s':'60'"),
        MSEED(",'encoding':'UTF-8'"),
        MSEED(",'time':{'zone':'UTC'}"),
        MSEED("," COLUMNS),
        ONE("'sensor':'H/n/t'"),
        ONE("'column':'T'"),
        ONE("'column':'','sensor':'H/n/t'"),
        ONE("'column':'T','sensor':7"),
        ONE("'column':'T','sensor':'H/n/t','scale':'2'"),
        ONE("'column':'T','sensor':'H/n/t','scale':1e16"),
        ONE("'column':'T','sensor':'H/n/t','axis':'x'"),
    };
    cJSON *schema = read_json("files", "schema.json");

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        judge(schema, takes_file, texts[i], false);
    cJSON_Delete(schema);
}

static void both_know_the_same_keys(void **state)
{
    static const char *const cases[][2] = {
        {"#/properties", CSV(",'zzzzzzzz':1")},
        {"#/$defs/time/properties", CSV_TIME("'column':1,'zone':'UTC','zzzzzzzz':1")},
        {"#/$defs/table_column/properties", ONE("'column':'T','sensor':'H/n/t','zzzzzzzz':1")},
        {"#/$defs/channel/properties",
         D("'format':'mseed','channels':[{'source':'X','sensor':'H/n/burst','zzzzzzzz':1}]")},
    };
    cJSON *schema = read_json("files", "schema.json");

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        same_keys(schema, takes_file, cases[i][0], cases[i][1]);
    cJSON_Delete(schema);
}

/* --- profiles --- */

#define P(members) "{'id':'p','version':1,'title':'t','topic':'x'," members "}"
#define V(members) P("'values':[{'name':'a','ptr':'/a'" members "}]")
#define B(members) P("'bytes':{'ptr':'/d','layout':'fixed'," members "}")
#define ITEM(m)    B("'items':[{" m "}]")

static void profiles_have_the_keys_of_their_schema(void **state)
{
    static const char *const cases[][2] = {
        {"#/properties", P("'zzzzzzzz':1")},
        {"#/properties/csv/properties", P("'csv':{'zzzzzzzz':1}")},
        {"#/properties/state/properties", P("'state':{'ptr':'/s','online':'1','zzzzzzzz':1}")},
        {"#/properties/parts/items/properties", P("'parts':[{'zzzzzzzz':1}]")},
        {"#/$defs/place/properties", P("'device':{'ptr':'/d','zzzzzzzz':1}")},
        {"#/$defs/time/properties", P("'time':{'ptr':'/t','zzzzzzzz':1}")},
        {"#/$defs/value/properties", V(",'zzzzzzzz':1")},
        {"#/$defs/value/properties/units/additionalProperties/properties",
         V(",'quantity':'temperature','unit':'Cel','units':{'ptr':'/u','F':{'unit':'Cel',"
           "'zzzzzzzz':1}}")},
        {"#/$defs/bytes/properties", B("'zzzzzzzz':1")},
        {"#/$defs/bytes/properties/items/items/properties", ITEM("'zzzzzzzz':1")},
        {"#/$defs/bytes/properties/items/items/properties/when/properties",
         ITEM("'when':{'at':0,'is':'1','zzzzzzzz':1}")},
        {"#/$defs/field/properties",
         ITEM("'fields':[{'name':'a','type':'u8','at':0,'zzzzzzzz':1}]")},
    };
    cJSON *schema = read_json("profiles", "schema.json");

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        same_keys(schema, takes_profile, cases[i][0], cases[i][1]);
    cJSON_Delete(schema);
}

static void profiles_and_their_schema_refuse_the_same(void **state)
{
    static const char *const sound[] = {
        V(",'quantity':'temperature','unit':'Cel','min':-40,'max':80,'role':'health'"),
        P("'time':{'ptr':['/t','^/rx'],'format':'DD.MM.YYYY hh:mm:ss','zone':'+08:00'}"),
        ITEM("'when':{'at':0,'is':'1'},'fields':[{'name':'a','type':'i16be','at':1,'scale':0.1}]"),
    };
    static const char *const faulty[] = {
        "[]",
        "{}",
        "{'id':'P','version':1,'title':'t','topic':'x'}",
        "{'id':'p','title':'t','topic':'x'}",
        "{'id':'p','version':1,'title':'t'}",
        P("'inside':['lorawan']"),
        P("'format':'xml'"),
        P("'values':[{'name':'a'}]"),
        P("'values':[{'name':'a','ptr':'a'}]"),
        V(",'role':'x'"),
        V(",'scale':'2'"),
        P("'time':{'ptr':'/t','format':'noon'}"),
        P("'time':{'ptr':'/t','fallback':'x'}"),
        P("'time':{'ptr':'/t','within_s':0}"),
        P("'device':{}"),
        P("'csv':{'separator':'ab'}"),
        P("'each':'x'"),
        B("'encoding':'rot13'"),
        ITEM("'fields':[{'name':'a','type':'u7'}]"),
        ITEM("'when':{'is':'1'}"),
    };
    cJSON *schema = read_json("profiles", "schema.json");

    (void)state;
    for (size_t i = 0; i < sizeof sound / sizeof *sound; i++)
        judge(schema, takes_profile, sound[i], true);
    for (size_t i = 0; i < sizeof faulty / sizeof *faulty; i++)
        judge(schema, takes_profile, faulty[i], false);
    cJSON_Delete(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_shipped_fits),
        cmocka_unit_test(both_take_what_is_sound),
        cmocka_unit_test(both_refuse_what_is_faulty),
        cmocka_unit_test(both_know_the_same_keys),
        cmocka_unit_test(profiles_have_the_keys_of_their_schema),
        cmocka_unit_test(profiles_and_their_schema_refuse_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
