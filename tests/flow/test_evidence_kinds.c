/* shikumenctl evidence: packets of alerts of every kind, and of more readings than fit. */
#include "evidence_packet.h"

/* --- alerts of every kind --- */

static void expect_packets(const char *folder, size_t at_least)
{
    struct sim_alerts alerts = alerts_of(folder);

    assert_true(alerts.episodes >= at_least);
    for (size_t i = 0; i < alerts.count; i++) {
        if (strcmp(alerts.steps[i].event, "raised") != 0)
            continue;
        assert_int_equal(ctl(folder, "evidence %s -o packet --force", alerts.steps[i].id), 0);
        expect_in(folder, "packet/manifest.json", "\"matches\":true");
        expect_vouched(folder, "packet");
        assert_int_equal(
            shell(folder, "for f in packet/plot*.svg; do xmllint --noout $f || exit 1; done && "
                          "rm -r packet"),
            0);
    }
    sim_alerts_free(&alerts);
}

static void test_vibrations_works_silence_faults(void **state)
{
    char *other = path_in(*state, "kinds");

    expect_packets(*state, 2);
    assert_int_equal(shell(*state, "mkdir kinds"), 0);
    make_site(other, SCENARIOS "/ill-battery.json");
    expect_packets(other, 2);
    free(other);
}

/* --- too much --- */

/* 280 000 readings of a crack, the last of them wide open: the latest whole days that have room. */
#define MANY                                                                                       \
    "rm -rf many && mkdir many && cd many && cp -r ../limits . && cp ../d.conf . && "              \
    "printf '%s' "                                                                                 \
    "'{\"district\":{\"id\":\"d\",\"timezone\":\"Asia/Shanghai\"},\"houses\":[{\"id\":"            \
    "\"H1\",\"elements\":[{\"id\":\"H1/w\",\"kind\":\"wall\"}]}],\"sensors\":[{\"id\":\"H1/n1/"    \
    "c\","                                                                                         \
    "\"node\":\"H1/n1\",\"house\":\"H1\",\"element\":\"H1/"                                        \
    "w\",\"quantity\":\"crack_width\",\"unit\":"                                                   \
    "\"mm\",\"period_s\":10,\"limits\":[{\"level\":3,\"of\":\"value\",\"value\":5,\"clear\":4,"    \
    "\"unit\":\"mm\"}]}]}' >registry.json && "                                                     \
    "awk 'BEGIN { print \"t,sensor,v,u\"; for (i = 0; i < 280000; i++) { t = i * 10; printf "      \
    "\"2024-%02d-%02dT%02d:%02d:%02dZ,H1/n1/c,%.3f,mm\\n\", 1 + (t >= 2678400), 1 + (t % "         \
    "2678400) "                                                                                    \
    "/ 86400, t % 86400 / 3600, t % 3600 / 60, t % 60, i < 279000 ? 1 + i % 7 / 100 : 1 + "        \
    "(i - 279000) / 100 } }' >r.csv && \"$CTL\" backtest --registry registry.json --readings "     \
    "r.csv --limits limits --out out --keep-store && mv out/store store"

static void test_too_many_readings_are_cut(void **state)
{
    char *many = path_in(*state, "many");
    struct sim_alerts alerts;
    const cJSON *readings;
    cJSON *manifest;

    assert_int_equal(shell(*state, MANY), 0);
    alerts = alerts_of(many);
    assert_int_equal(ctl(many, "evidence %s -o p", first_of(&alerts, "limit")->id), 0);
    sim_alerts_free(&alerts);
    expect_in(many, "log", "too many readings");
    expect_in(many, "p/README.txt", "readings.csv is cut");
    expect_in(many, "p/README.txt", "已截短");
    manifest = paper(many, "p/manifest.json");
    readings = cJSON_GetObjectItem(manifest, "readings");
    assert_true(ndjson_true(readings, "cut"));
    assert_true(ndjson_number(readings, "rows") > 240000 &&
                ndjson_number(readings, "rows") <= 250000);
    assert_true(ndjson_time(readings, "from", 0) % INT64_C(86400000000) == 0);
    cJSON_Delete(manifest);
    assert_int_equal(shell(many, "test $(($(grep -c . p/readings.csv) - 1)) -le 250000"), 0);
    expect_vouched(many, "p");
    free(many);
}

static int enter(void **state)
{
    char *folder = tmpdir_make("evidence");

    make_site_of(folder, WORKS);
    *state = folder;
    return 0;
}

static int leave(void **state)
{
    tmpdir_remove(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_too_many_readings_are_cut),
        cmocka_unit_test(test_vibrations_works_silence_faults),
    };

    return cmocka_run_group_tests(tests, enter, leave);
}
