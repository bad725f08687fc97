/* Tables of loggers by the example descriptions, and exported lines: whatever the bytes, each line
 * is readings or a fault, and never a number that is none. */
#include "../unit/core/shipped_files.h"
#include "fuzz.h"
#include "shikumen/core/file_table.h"
#include "shikumen/core/reading_line.h"

static const char *const names[] = {"campbell.json", "vendor-semicolon.json",
                                    "one-value-a-row.json"};
#define COUNT (sizeof names / sizeof names[0])

static struct file_profiles *make_profiles(void)
{
    struct source_text texts[COUNT], registry;
    struct strbuf text[COUNT] = {{0}};
    struct fault_list faults = {0};
    struct file_profiles *p = NULL;
    static struct registry *r; /* which the profiles go on to use */
    struct shipped *s;
    void *state = NULL;

    fuzz_require(load_shipped(&state) == 0);
    s = state;
    registry = (struct source_text){"registry.json", s->registry.data, s->registry.len};
    fuzz_require(registry_parse(&registry, s->sources, s->count, &faults, &r) == ERR_OK);
    fuzz_require(free_shipped(&state) == 0);
    for (size_t i = 0; i < COUNT; i++) {
        char path[300];
        snprintf(path, sizeof path, "%s/sensors/files/%s", SOURCE_DIR, names[i]);
        fuzz_require(file_read(path, 1 << 20, &text[i]) == ERR_OK);
        texts[i] = (struct source_text){names[i], text[i].data, text[i].len};
    }
    fuzz_require(file_profiles_parse(texts, COUNT, r, &faults, &p) == ERR_OK);
    for (size_t i = 0; i < COUNT; i++)
        strbuf_free(&text[i]);
    return p;
}

static void try_exported(const char *line, size_t n, struct arena *arena)
{
    struct reading_line l;
    const char *fault = NULL;

    for (int csv = 0; csv < 2; csv++) {
        enum err e = csv ? reading_line_csv(line, n, arena, &l, &fault)
                         : reading_line_json(line, n, arena, &l, &fault);
        fuzz_require(e == ERR_OK || (e == ERR_PARSE && fault));
        fuzz_require(e != ERR_OK || l.topic || isfinite(l.value));
    }
}

static void try_table(const struct file_profile *p, const char *text, size_t n, struct arena *arena)
{
    struct file_table *t;

    fuzz_require(file_table_open(p, &t) == ERR_OK);
    for (const char *end = text + n; text < end;) {
        const char *lf = memchr(text, '\n', (size_t)(end - text)), *stop = lf ? lf : end;
        const struct table_reading *r;
        struct table_fault fault = {-1, NULL, NULL};
        size_t count;
        arena_reset(arena);
        enum err e = file_table_line(t, text, (size_t)(stop - text), arena, &r, &count, &fault);
        fuzz_require(e == ERR_OK || (e == ERR_PARSE && fault.column >= 0 && fault.zh && fault.en));
        for (size_t i = 0; e == ERR_OK && i < count; i++)
            fuzz_require(isfinite(r[i].value) && r[i].series && r[i].t_us >= -86400000000);
        text = stop + 1;
    }
    file_table_close(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct file_profiles *profiles;
    static struct arena arena;
    const char *text = (const char *)bytes;

    if (!profiles)
        profiles = make_profiles();
    for (size_t i = 0; i < COUNT; i++) {
        try_table(&profiles->list[i], text, n, &arena);
        file_toa5_fits(&profiles->list[i], text, n);
    }
    arena_reset(&arena);
    try_exported(text, n, &arena);
    return 0;
}
