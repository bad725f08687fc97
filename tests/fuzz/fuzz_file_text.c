/* Descriptions of files and calibrations: whatever the text, it is read or has faults; a
 * calibration that is read makes a finite number of any. */
#include <string.h>

#include "fuzz.h"
#include "shikumen/core/file_table.h"

static const char before[] =
    "{\"district\":{\"id\":\"d\"},\"houses\":[],\"sensors\":["
    "{\"id\":\"t\",\"quantity\":\"temperature\",\"unit\":\"Cel\",\"period_s\":60},"
    "{\"id\":\"a\",\"quantity\":\"strain\",\"unit\":\"um/m\",\"period_s\":60,\"calibration\":";

static struct registry *parse(const char *text, size_t n, struct fault_list *faults)
{
    struct strbuf all = {0};
    struct source_text source;
    struct registry *r = NULL;
    enum err e;

    strbuf_puts(&all, before);
    strbuf_append(&all, text, n);
    strbuf_puts(&all, "}]}");
    source = (struct source_text){"registry.json", all.data, all.len};
    e = registry_parse(&source, NULL, 0, faults, &r);
    fuzz_require((e == ERR_OK) == (faults->count == 0) && (e == ERR_OK) == (r != NULL));
    strbuf_free(&all);
    return r;
}

static void try_calibration(const char *text, size_t n)
{
    static const double hostile[] = {0, -1, 1e9, -1e9, 5000, 1e-300, 1e300, -INFINITY, NAN};
    struct fault_list faults = {0};
    struct registry *r = parse(text, n, &faults);

    for (size_t i = 0; r && i < r->sensor_count; i++)
        for (size_t c = 0; c < r->sensors[i].calibration_count; c++)
            for (size_t k = 0; k < 9; k++)
                fuzz_require(isfinite(
                    calibration_apply(&r->sensors[i].calibrations[c], hostile[k], hostile[8 - k])));
    registry_free(r);
    fault_list_free(&faults);
}

static void try_description(const char *text, size_t n, const struct registry *registry)
{
    static const char line[] = "2026-11-30 17:30:00,1.5,\"2\",x";
    struct source_text source = {"fuzz.json", text, n};
    struct fault_list faults = {0};
    struct file_profiles *p = NULL;
    enum err e = file_profiles_parse(&source, 1, registry, &faults, &p);

    fuzz_require((e == ERR_OK) == (p != NULL) && (e == ERR_OK) == (faults.count == 0));
    if (p && p->list[0].format != FILE_MSEED) {
        struct arena arena = {0};
        struct file_table *t;
        fuzz_require(file_table_open(&p->list[0], &t) == ERR_OK);
        for (int i = 0; i < 8; i++) {
            const struct table_reading *r;
            struct table_fault fault;
            size_t count;
            e = file_table_line(t, line, sizeof line - 1, &arena, &r, &count, &fault);
            fuzz_require(e == ERR_OK || e == ERR_PARSE);
        }
        file_table_close(t);
        arena_free(&arena);
    }
    file_profiles_free(p);
    fault_list_free(&faults);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct registry *registry;
    struct fault_list faults = {0};

    if (!registry)
        registry = parse("null", 4, &faults);
    fuzz_require(registry != NULL);
    try_calibration((const char *)bytes, n);
    try_description((const char *)bytes, n, registry);
    return 0;
}
