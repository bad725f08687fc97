/* The descriptions of files that are shipped as examples, against the example registry. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shikumen/core/file_table.h"
#include "shipped_files.h"

struct kit {
    struct registry *registry;
    struct file_profiles *profiles;
    struct fault_list faults;
};

static void parse(struct shipped *s, const char *name, struct kit *k)
{
    struct source_text registry = {"registry.json", s->registry.data, s->registry.len};
    struct strbuf text = {0};
    char path[300];

    *k = (struct kit){0};
    snprintf(path, sizeof path, "%s/sensors/files/%s", SOURCE_DIR, name);
    assert_int_equal(file_read(path, 1 << 20, &text), ERR_OK);
    assert_int_equal(registry_parse(&registry, s->sources, s->count, &k->faults, &k->registry),
                     ERR_OK);
    struct source_text one = {name, text.data, text.len};
    enum err e = file_profiles_parse(&one, 1, k->registry, &k->faults, &k->profiles);
    strbuf_free(&text);
    if (e) {
        fault_print(&k->faults, 2);
        fail_msg("%s", name);
    }
}

static void finish(struct kit *k)
{
    file_profiles_free(k->profiles);
    registry_free(k->registry);
    fault_list_free(&k->faults);
}

static void each_is_sound(void **state)
{
    DIR *dir = opendir(SOURCE_DIR "/sensors/files");
    const struct dirent *entry;
    int count = 0;

    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL) {
        struct kit k;
        if (!strstr(entry->d_name, ".json") || strcmp(entry->d_name, "schema.json") == 0)
            continue;
        parse(*state, entry->d_name, &k);
        finish(&k);
        count++;
    }
    closedir(dir);
    assert_true(count >= 4);
}

/* The lines after which the last one gives these values. */
static void last_line_gives(struct shipped *s, const char *name, const char *const *lines,
                            size_t count, const double *values)
{
    const struct table_reading *r = NULL;
    struct table_fault fault;
    struct arena arena = {0};
    struct file_table *t;
    struct kit k;
    size_t n = 0;

    parse(s, name, &k);
    assert_int_equal(file_table_open(&k.profiles->list[0], &t), ERR_OK);
    for (; *lines; lines++)
        assert_int_equal(file_table_line(t, *lines, strlen(*lines), &arena, &r, &n, &fault),
                         ERR_OK);
    assert_int_equal(n, count);
    for (size_t i = 0; i < n; i++)
        assert_true(r[i].value == values[i] && r[i].t_us == INT64_C(1796031000000000));
    file_table_close(t);
    arena_free(&arena);
    finish(&k);
}

static void each_reads_its_file(void **state)
{
    last_line_gives(*state, "campbell.json",
                    (const char *const[]){"\"TOA5\",\"Lane 1\"",
                                          "\"TIMESTAMP\",\"TT_wall\",\"Crack_mm\"",
                                          "\"TS\",\"C\",\"mm\"", "\"\",\"Smp\",\"Smp\"",
                                          "\"2026-11-30 17:30:00\",8.5,1.25", NULL},
                    2, (const double[]){1.25, 8.5});
    last_line_gives(*state, "vendor-semicolon.json",
                    (const char *const[]){"厂家", "报表", "日期;时间;湿度;木材含水率", ";;%;%",
                                          "30.11.2026;17:30;61,5;---", NULL},
                    1, (const double[]){61.5});
    last_line_gives(*state, "one-value-a-row.json",
                    (const char *const[]){"point,ts,value", "S-17,1796031000000,2.5", NULL}, 1,
                    (const double[]){-2.5});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_sound),
        cmocka_unit_test(each_reads_its_file),
    };

    return cmocka_run_group_tests(tests, load_shipped, free_shipped);
}
