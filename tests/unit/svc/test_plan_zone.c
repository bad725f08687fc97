/* One zone for all that people read, from the configuration or the registry; and the zones that
 * descriptions of files name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "shikumen/svc/plan.h"
#include "tmpdir.h"

#define HOUR_US INT64_C(3600000000)
#define JULY_US INT64_C(1782864000000000) /* 2026-07-01 */

struct kit {
    char *folder;
    struct fault_list faults;
    struct plan *plan;
};

static int begin(void **state)
{
    struct kit *k = calloc(1, sizeof *k);

    assert_non_null(k);
    k->folder = tmpdir_make("plan-zone");
    *state = k;
    return 0;
}

static int end(void **state)
{
    struct kit *k = *state;

    plan_release(k->plan);
    fault_list_free(&k->faults);
    tmpdir_remove(k->folder);
    free(k);
    return 0;
}

static void write_file(const struct kit *k, const char *name, const char *text)
{
    char path[512];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", k->folder, name);
    f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

/* settings, district and time: further members, "" for none. */
static enum err load(struct kit *k, const char *settings, const char *district, const char *time)
{
    char path[512], text[2048];

    plan_release(k->plan);
    fault_list_free(&k->faults);
    snprintf(path, sizeof path, "%s/files", k->folder);
    (void)mkdir(path, 0700);
    snprintf(text, sizeof text,
             "district: { %s };\nstore: { path = \"%s\"; };\n"
             "registry: { file = \"%s/registry.json\"; limits = \"%s/none\"; profiles = "
             "\"%s/none\"; };\n"
             "files: { profiles = \"%s/files\"; };\n",
             settings, k->folder, k->folder, k->folder, k->folder, k->folder);
    write_file(k, "d.conf", text);
    snprintf(
        text, sizeof text,
        "{\"district\":{\"id\":\"d\"%s},\"houses\":[],\"sensors\":[{\"id\":\"H/n/t\",\"quantity\":"
        "\"temperature\",\"unit\":\"Cel\",\"period_s\":60}]}",
        district);
    write_file(k, "registry.json", text);
    snprintf(text, sizeof text,
             "{\"name\":\"p\",\"match\":\"*\",\"format\":\"toa5\",\"time\":{\"zone\":\"%s\"},"
             "\"columns\":[{\"column\":\"A\",\"sensor\":\"H/n/t\"}]}",
             *time ? time : "UTC");
    write_file(k, "files/p.json", text);
    snprintf(path, sizeof path, "%s/d.conf", k->folder);
    return plan_load(path, &k->faults, &k->plan);
}

static void expect_zone(struct kit *k, enum err e, const char *name, int64_t july_us)
{
    if (e != ERR_OK)
        fault_print(&k->faults, 2);
    assert_int_equal(e, ERR_OK);
    assert_string_equal(k->plan->registry->zone->name, name);
    assert_string_equal(k->plan->registry->timezone, name);
    assert_string_equal(k->plan->settings->district.timezone, name);
    assert_true(zone_offset_us(k->plan->registry->zone, JULY_US) == july_us);
}

static void expect_fault(const struct kit *k, enum err e, const char *file, const char *words)
{
    assert_int_equal(e, ERR_CONFIG);
    for (const struct fault *f = k->faults.first; f; f = f->next)
        if (strstr(f->file, file) && strstr(f->text, words))
            return;
    fault_print(&k->faults, 2);
    fail_msg("no fault of %s: %s", file, words);
}

static void one_zone_for_all(void **state)
{
    struct kit *k = *state;
    uint64_t digest;

    expect_zone(k, load(k, "", "", ""), "Asia/Shanghai", 8 * HOUR_US);
    expect_zone(k, load(k, "timezone = \"\";", ",\"timezone\":\"Europe/Madrid\"", ""),
                "Europe/Madrid", 2 * HOUR_US);
    digest = k->plan->registry_digest;
    expect_zone(k, load(k, "timezone = \"Europe/Madrid\";", ",\"timezone\":\"Europe/Madrid\"", ""),
                "Europe/Madrid", 2 * HOUR_US);
    assert_true(k->plan->registry_digest == digest);
    expect_zone(k, load(k, "timezone = \"+05:30\";", ",\"timezone\":\"Europe/Madrid\"", ""),
                "+05:30", 11 * HOUR_US / 2);
    assert_true(k->plan->registry_digest != digest);
}

static void the_zone_of_a_file(void **state)
{
    struct kit *k = *state;

    assert_int_equal(load(k, "", "", "America/New_York"), ERR_OK);
    assert_string_equal(k->plan->files->list[0].zone->name, "America/New_York");
    assert_true(zone_offset_us(k->plan->files->list[0].zone, JULY_US) == -4 * HOUR_US);
    assert_int_equal(load(k, "", "", "-07:00"), ERR_OK);
    assert_true(zone_offset_us(k->plan->files->list[0].zone, JULY_US) == -7 * HOUR_US);
}

static void a_zone_that_is_not_there(void **state)
{
    struct kit *k = *state;

    expect_fault(k, load(k, "timezone = \"Asia/Shangai\";", "", ""), "d.conf", "district.timezone");
    expect_fault(k, load(k, "", ",\"timezone\":\"Asia/Shangai\"", ""), "registry.json",
                 "district.timezone: 本系统没有时区“Asia/Shangai”");
    expect_fault(k, load(k, "", ",\"timezone\":\"../../../etc/passwd\"", ""), "registry.json",
                 "is no time zone of this system");
    expect_fault(k, load(k, "", "", "Europe/Madird"), "files/p.json",
                 "time.zone: 本系统没有时区“Europe/Madird”");
    expect_fault(k, load(k, "", "", "/etc/passwd"), "files/p.json", "is not a zone");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_zone_for_all, begin, end),
        cmocka_unit_test_setup_teardown(the_zone_of_a_file, begin, end),
        cmocka_unit_test_setup_teardown(a_zone_that_is_not_there, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
