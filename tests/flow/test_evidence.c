/* shikumenctl evidence: a packet that holds what it says, agrees with the store, is the same bytes
 * each time, and is refused or incomplete in words when it must be. */
#include "evidence_packet.h"

#include <math.h>

#include "shikumen/io/readings_db.h"
#include "shikumen/io/state_acts.h"
#include "shikumen/io/state_audit.h"
#include "shikumen/io/state_signoff.h"

/* --- what a packet of a movement says --- */

/* Of the readings of a sensor: as shikumenctl readings has them, to the byte. */
static void test_readings_are_those_of_the_store(void **state)
{
    const cJSON *window;
    cJSON *manifest = paper(*state, "p/manifest.json");

    window = cJSON_GetObjectItem(manifest, "readings");
    assert_int_equal(shell(*state, "grep -E '^t,|,H001/n1/crack-1,' p/readings.csv >mine"), 0);
    assert_int_equal(ctl(*state,
                         "readings H001/n1/crack-1 --csv --from %s | "
                         "awk -F, 'NR == 1 || $1 <= \"%s\"' | cmp - mine",
                         ndjson_text(window, "from"), ndjson_text(window, "to")),
                     0);
    assert_true(ndjson_number(window, "rows") > 5000);
    assert_false(ndjson_true(window, "cut"));
    cJSON_Delete(manifest);
    assert_int_equal(shell(*state, "grep -q H001/n1/t-wall p/readings.csv"), 0);
    expect_vouched(*state, "p");
}

struct residual {
    double measured, weather, shift, residual, level;
};

/* A field that may be empty; moves on behind its comma. */
static double field(char **at)
{
    char *end = strchr(*at, ',');
    double v = NAN;

    assert_non_null(end);
    if (end > *at)
        v = strtod(*at, NULL);
    *at = end + 1;
    return v;
}

/* The rows add up; returns the last level. */
static double read_residuals(const char *site, size_t *known)
{
    char *text = sim_file(site, "p/residual.csv"), *line = strchr(text, '\n') + 1;
    double level = NAN;

    assert_int_equal(
        strncmp(text, "day,sensor,measured,weather,shift,residual,level,u,model_version,", 65), 0);
    for (char *end; *line; line = end + 1) {
        char *at = strchr(strchr(line, ',') + 1, ',') + 1;
        struct residual r = {field(&at), field(&at), field(&at), field(&at), field(&at)};
        end = strchr(line, '\n');
        level = r.level;
        if (isnan(r.residual))
            continue;
        assert_true(fabs(r.measured - r.weather + r.shift - r.residual) < 2e-6);
        (*known)++;
    }
    free(text);
    return level;
}

/* The level of the last day less the baseline of the model is the change that was told. */
static void test_residuals_lead_to_what_was_told(void **state)
{
    cJSON *model = paper(*state, "p/model.json"), *alert = paper(*state, "p/alert.json");
    const cJSON *movement = cJSON_GetObjectItem(first(model, "sensors"), "movement");
    const cJSON *steps = cJSON_GetObjectItem(alert, "steps");
    const cJSON *step = cJSON_GetArrayItem(steps, cJSON_GetArraySize(steps) - 1);
    double told = ndjson_number(cJSON_GetObjectItem(step, "evidence"), "value"), level;
    size_t known = 0;

    level = read_residuals(*state, &known);
    assert_true(known > 250);
    assert_true(told > 0.4);
    assert_true(fabs(level - ndjson_number(movement, "baseline") - told) < 2e-6);
    assert_true(fabs(ndjson_number(movement, "change") - told) < 1e-6);
    assert_true(ndjson_number(first(model, "sensors"), "version") > 1);
    assert_non_null(ndjson_text(first(first(model, "sensors"), "terms"), "sensor"));
    cJSON_Delete(model);
    cJSON_Delete(alert);
}

static void test_limits_have_their_sources(void **state)
{
    cJSON *limits = paper(*state, "p/limits.json"), *forecasts;
    const cJSON *limit, *of = first(limits, "sensors");
    size_t n = 0;

    assert_string_equal(ndjson_text(of, "sensor"), "H001/n1/crack-1");
    cJSON_ArrayForEach(limit, cJSON_GetObjectItem(of, "limits"))
    {
        const char *mark = ndjson_text(limit, "mark");
        assert_true(*ndjson_text(limit, "source") && ndjson_number(limit, "value") > 0);
        assert_true(ndjson_true(limit, "provisional") == (*mark == 'J' || *mark == 'M'));
        n++;
    }
    assert_int_equal(n, 3);
    cJSON_Delete(limits);
    expect_in(*state, "p/plot.svg", "BRE Digest 251 (Burland categories)");
    expect_in(*state, "p/neighbours.csv", ",H002/n1/crack-1,adjoining,crack_width,");
    expect_in(*state, "p/neighbours.csv", ",H001/n1/t-wall,element,temperature,");
    expect_in(*state, "p/registry.json", "\"id\":\"H001/n1/crack-1\"");
    forecasts = paper(*state, "p/recompute.json");
    assert_true(ndjson_true(forecasts, "matches"));
    cJSON_Delete(forecasts);
}

/* Forecasts of the limits up to the step are there, later ones and those of others are not. */
static void test_forecasts_up_to_the_step(void **state)
{
    char *text = sim_file(*state, "p/forecasts.csv");
    assert_non_null(strstr(text, "\n2021-11-01T00:00:00Z,H001/n1/crack-1,crack_width,change,1,4,"));
    assert_null(strstr(text, "\n2031-"));
    assert_null(strstr(text, "H002/"));
    free(text);
}

static size_t items(const cJSON *object, const char *list)
{
    return (size_t)cJSON_GetArraySize(cJSON_GetObjectItem(object, list));
}

/* Acts on the alert and on its proposal, silences over its sensor, its records; no others. */
static void test_acts_of_the_alert(void **state)
{
    cJSON *acts = paper(*state, "p/acts.json");
    const cJSON *act = first(acts, "acts"), *record = first(acts, "records"), *proposal = NULL, *p;

    assert_int_equal(items(acts, "acts"), 1);
    assert_string_equal(ndjson_text(act, "verb"), "comment");
    assert_string_equal(ndjson_text(act, "by"), "王工");
    assert_string_equal(ndjson_text(act, "outcome"), "waiting");
    assert_string_equal(ndjson_text(cJSON_GetObjectItem(act, "said"), "note"), "看过 seen");
    cJSON_ArrayForEach(p, cJSON_GetObjectItem(acts, "proposals"))
    {
        if (strcmp(ndjson_text(p, "kind"), "repair") == 0)
            proposal = p;
    }
    assert_non_null(proposal);
    assert_string_equal(ndjson_text(proposal, "reason"), "it opens");
    assert_int_equal(items(proposal, "acts"), 1);
    assert_string_equal(ndjson_text(first(proposal, "acts"), "verb"), "approve");
    assert_int_equal(items(acts, "silences"), 2);
    assert_string_equal(ndjson_text(first(acts, "silences"), "scope"), "H001");
    assert_int_equal(items(acts, "records"), 1);
    assert_true(fabs(ndjson_number(record, "cost_cny") - 1234.5) < 1e-9);
    assert_string_equal(ndjson_text(record, "finding"), "stitched");
    cJSON_Delete(acts);
    expect_in(*state, "p/README.txt", "acts.json");
}

static void test_the_plot_is_xml(void **state)
{
    assert_int_equal(shell(*state, "for f in p/plot*.svg; do xmllint --noout $f || exit 1; done"),
                     0);
    expect_in(*state, "p/plot.svg", "裂缝宽度 crack width (mm)");
    expect_in(*state, "p/plot.svg", "日期 date (Asia/Shanghai)");
    expect_in(*state, "p/README.txt", "全部一致");
    expect_in(*state, "p/README.txt", "all of it matches what was told");
}

/* The command in the packet, as it stands there. */
static void test_its_command_makes_the_evidence_again(void **state)
{
    assert_int_equal(shell(*state, "mkdir -p bin && ln -sf \"$CTL\" bin/shikumenctl && "
                                   "PATH=$PWD/bin:$PATH && sed -n 2p p/command.txt | sh -e"),
                     0);
    expect_in(*state, "said", "all of it matches");
    assert_int_equal(shell(*state, "PATH=$PWD/bin:$PATH && sed -n 4p p/command.txt | sh -e && "
                                   "cmp evidence-*.zip p.zip && rm evidence-*.zip"),
                     0);
}

/* Whatever the language, the zone of the shell, the form and the hour: the same bytes. */
static void test_same_store_same_bytes(void **state)
{
    char id[40];

    trend_id(*state, id);
    write_site(*state, "zh");
    assert_int_equal(ctl(*state, "evidence %.6s -o q.zip", id), 0);
    expect_in(*state, "log", "已写入");
    write_site(*state, "en");
    assert_int_equal(shell(*state, "cmp p.zip q.zip && TZ=America/Lima \"$CTL\" -c d.conf "
                                   "evidence $(cut -c1-8 id) -o - >r.zip && cmp p.zip r.zip"),
                     0);
    assert_int_equal(ctl(*state, "evidence %s -o folder/", id), 0);
    assert_int_equal(shell(*state, "diff -r folder p"), 0);
}

/* An earlier step knows nothing of what came after it. */
static void test_an_earlier_step(void **state)
{
    cJSON *manifest;
    char id[40];

    assert_int_equal(ctl(*state, "evidence %s --step 1 -o first", trend_id(*state, id)), 0);
    manifest = paper(*state, "first/manifest.json");
    assert_int_equal((int)ndjson_number(manifest, "step"), 1);
    assert_true(ndjson_true(cJSON_GetObjectItem(manifest, "recompute"), "matches"));
    cJSON_Delete(manifest);
    expect_vouched(*state, "first");
    assert_int_equal(ctl(*state, "evidence %s --step 99 -o none", id), 1);
    expect_in(*state, "log", "has no step 99");
    assert_int_equal(shell(*state, "test ! -e none"), 0);
}

/* --- where it goes --- */

static void test_what_is_there_is_not_replaced(void **state)
{
    char id[40];

    trend_id(*state, id);
    assert_int_equal(shell(*state, "echo mine >there.zip && mkdir -p full && echo mine >full/x"),
                     0);
    assert_int_equal(ctl(*state, "evidence %s -o there.zip", id), 1);
    expect_in(*state, "log", "exists already");
    assert_int_equal(ctl(*state, "evidence %s -o full", id), 1);
    assert_int_equal(ctl(*state, "evidence %s -o full/x", id), 1);
    expect_in(*state, "log", "ends in .zip");
    assert_int_equal(shell(*state, "echo mine | cmp - there.zip && echo mine | cmp - full/x && "
                                   "mkdir -p folder.zip empty"),
                     0);
    assert_int_equal(ctl(*state, "evidence %s -o folder.zip --force", id), 1);
    assert_int_equal(ctl(*state, "evidence %s -o there.zip --force", id), 0);
    assert_int_equal(ctl(*state, "evidence %s -o full --force", id), 0);
    assert_int_equal(ctl(*state, "evidence %s -o empty", id), 0);
    assert_int_equal(shell(*state, "cmp there.zip p.zip && diff -r empty p && "
                                   "echo mine | cmp - full/x && rm full/x && diff -r full p"),
                     0);
}

/* Nowhere to write, and no room: said, and nothing is left behind. */
static void test_what_cannot_be_written(void **state)
{
    char id[40];

    trend_id(*state, id);
    assert_int_equal(ctl(*state, "evidence %s -o no/where.zip", id), 1);
    expect_in(*state, "log", "cannot be written");
    assert_int_equal(ctl(*state, "evidence %s -o no/where/", id), 1);
    assert_int_equal(shell(*state, "mkdir -p small && cp d.conf small.conf && trap '' XFSZ && "
                                   "ulimit -f 40 && \"$CTL\" -c small.conf evidence $(cat id) -o "
                                   "small/p.zip; test $? -eq 1"),
                     0);
    assert_int_equal(shell(*state, "trap '' XFSZ && ulimit -f 40 && \"$CTL\" -c small.conf "
                                   "evidence $(cat id) -o small/p; test $? -eq 1"),
                     0);
    assert_int_equal(shell(*state, "test -z \"$(ls -A small)\""), 0);
    assert_int_equal(ctl(*state, "evidence %s -o - >/dev/full", id), 1);
}

static void add_episode(struct state_db *db, const char *id)
{
    struct episode e = {.key = id,
                        .category = CATEGORY_SYSTEM,
                        .kind = KIND_FAULT,
                        .level = 2,
                        .peak_level = 2,
                        .step = 1,
                        .house = "",
                        .element = ""};

    snprintf(e.id, sizeof e.id, "%s", id);
    assert_int_equal(state_episode_put(db, &e), ERR_OK);
}

static void test_which_alert(void **state)
{
    assert_int_equal(ctl(*state, "evidence 0000ffff -o none.zip"), 1);
    expect_in(*state, "log", "no alert 0000ffff");
    assert_int_equal(ctl(*state, "evidence zz-twin -o none.zip"), 1);
    expect_in(*state, "log", "2 alerts begin with zz-twin");
    assert_int_equal(ctl(*state, "evidence zz-twin-1 -o none.zip"), 1);
    expect_in(*state, "log", "has no step 0");
    assert_int_equal(ctl(*state, "evidence"), 2);
    assert_int_equal(ctl(*state, "evidence 1 2"), 2);
    assert_int_equal(ctl(*state, "evidence 1 --step day"), 2);
    assert_int_equal(shell(*state, "test ! -e none.zip"), 0);
}

/* --- what is gone since --- */

static void copy_site(const char *folder)
{
    assert_int_equal(shell(folder, "rm -rf other && mkdir other && cp -r d.conf registry.json "
                                   "limits store h out id other/"),
                     0);
}

static void test_readings_that_are_gone(void **state)
{
    char *other = path_in(*state, "other"), id[40];
    cJSON *manifest;

    copy_site(*state);
    trend_id(*state, id);
    change_readings(other, "1,/\"t\":\"2022-01-24/d");
    assert_int_equal(ctl(other, "evidence %s -o gone", id), 0);
    expect_in(other, "log", "differ from what was told");
    expect_in(other, "gone/README.txt", "earlier ones are no longer stored");
    expect_in(other, "gone/README.txt", "更早的已不在库中");
    manifest = paper(other, "gone/manifest.json");
    assert_false(ndjson_true(cJSON_GetObjectItem(manifest, "recompute"), "matches"));
    cJSON_Delete(manifest);
    expect_vouched(other, "gone");
    free(other);
}

/* Its readings are still there, and shown. */
static void test_a_sensor_that_is_gone(void **state)
{
    char *other = path_in(*state, "other"), *file = path_in(other, "registry.json"), *text, id[40];
    cJSON *registry, *sensors;

    copy_site(*state);
    registry = ndjson_document(file);
    sensors = cJSON_GetObjectItem(registry, "sensors");
    for (int i = 0; i < cJSON_GetArraySize(sensors); i++)
        if (strcmp(ndjson_text(cJSON_GetArrayItem(sensors, i), "id"), "H001/n1/crack-1") == 0)
            cJSON_DeleteItemFromArray(sensors, i);
    text = cJSON_PrintUnformatted(registry);
    write_text(file, text);
    cJSON_free(text);
    cJSON_Delete(registry);
    assert_int_equal(ctl(other, "evidence %s -o gone", trend_id(*state, id)), 0);
    expect_in(other, "log", "no longer registered");
    expect_in(other, "gone/README.txt", "已不在登记中");
    expect_in(other, "gone/manifest.json", "\"recompute\":null");
    expect_in(other, "gone/readings.csv", ",H001/n1/crack-1,");
    assert_int_equal(shell(other, "test ! -e gone/model.json && xmllint --noout gone/plot.svg"), 0);
    expect_vouched(other, "gone");
    free(file);
    free(other);
}

/* --- one site for all --- */

static void put_forecast(struct state_db *db, const char *sensor, const char *at)
{
    const struct state_forecast f = {.at_us = sim_time(at),
                                     .limit = {.element = "H001/front-wall",
                                               .sensor = sensor,
                                               .quantity = "crack_width",
                                               .of = "change",
                                               .value = 1,
                                               .source = "BRE Digest 251"},
                                     .state = "dated",
                                     .reason = "fine",
                                     .method = "first_passage",
                                     .t05_us = sim_time("2022-01-01"),
                                     .t50_us = sim_time("2022-02-01"),
                                     .t95_us = sim_time("2022-03-01"),
                                     .p30 = 0.25,
                                     .p180 = 0.5,
                                     .p365 = 0.75};

    assert_int_equal(state_forecast_put(db, &f), ERR_OK);
}

static void put_silence(struct state_db *db, const char *scope, enum alert_kind kind,
                        const char *from, const char *until)
{
    struct silencing s = {.scope = scope,
                          .kind = kind,
                          .from_us = sim_time(from),
                          .until_us = sim_time(until),
                          .by = "王工",
                          .reason = "works",
                          .ended_by = ""};

    assert_int_equal(state_silence_put(db, &s, s.from_us), ERR_OK);
}

/* What persons did about the alert, and (of the second of the twins, elsewhere, before and of
 * another kind) what has nothing to do with it. */
static void put_acts(struct state_db *db, const struct episode *e)
{
    struct act_row note = {.at_us = e->opened_us + 1,
                           .by = "王工",
                           .verb = "comment",
                           .subject = e->id,
                           .body = "{\"note\":\"看过 seen\"}"};
    struct act_record repair = {.episode_row = e->row,
                                .kind = RECORD_REPAIR,
                                .day_us = sim_time("2022-02-01"),
                                .cost_fen = 123450,
                                .finding = "stitched",
                                .by = "李工",
                                .at_us = sim_time("2022-02-02")};
    struct proposal p = {.episode_row = e->row,
                         .kind = PROPOSAL_REPAIR,
                         .made_us = e->opened_us + 2,
                         .made_by = "王工",
                         .reason = "it opens"};
    struct act_row approval = note;
    char id[SIGNED_ID_SIZE];

    assert_int_equal(state_act_put(db, &note), ERR_OK);
    note.subject = "zz-twin-2";
    assert_int_equal(state_act_put(db, &note), ERR_OK);
    assert_int_equal(state_record_put(db, &repair), ERR_OK);
    assert_int_equal(state_proposal_put(db, &p), ERR_OK);
    approval.verb = "approve";
    approval.subject = signed_id(SIGNED_PROPOSAL, p.row, id);
    assert_int_equal(state_act_put(db, &approval), ERR_OK);
    put_silence(db, "H001", KIND_COUNT, "2021-11-01", "2022-03-01");
    put_silence(db, "H001/n1/crack-1", KIND_TREND, "2021-11-01", "2022-03-01");
    put_silence(db, "H002", KIND_COUNT, "2021-11-01", "2022-03-01");
    put_silence(db, "H001", KIND_COUNT, "2021-01-01", "2021-01-02");
    put_silence(db, "H001", KIND_LEAK, "2021-11-01", "2022-03-01");
}

static void add_acts(struct state_db *db, const char *id)
{
    struct arena arena = {0};
    struct episode e;

    assert_int_equal(state_episode_by_id(db, id, &arena, &e), ERR_OK);
    put_acts(db, &e);
    arena_free(&arena);
}

static void add_to_state(const char *folder, const char *id)
{
    char *store = path_in(folder, "store");
    struct state_db *db;

    assert_int_equal(state_open(store, STATE_WRITE, NULL, 0, &db), ERR_OK);
    assert_int_equal(state_begin(db), ERR_OK);
    state_actor(db, "test");
    add_acts(db, id);
    put_forecast(db, "H001/n1/crack-1", "2021-11-01");
    put_forecast(db, "H001/n1/crack-1", "2031-11-01");
    put_forecast(db, "H002/n1/crack-1", "2021-11-01");
    add_episode(db, "zz-twin-1");
    add_episode(db, "zz-twin-2");
    assert_int_equal(state_commit(db), ERR_OK);
    state_close(db);
    free(store);
}

static int enter(void **state)
{
    char *folder = tmpdir_make("evidence"), *file = path_in(folder, "id"), id[40];

    make_site_of(folder, CUT_OFF);
    write_text(file, trend_id(folder, id));
    add_to_state(folder, id);
    assert_int_equal(ctl(folder, "evidence %s -o p.zip", id), 0);
    assert_int_equal(shell(folder, "mkdir p && cd p && unzip -q ../p.zip"), 0);
    free(file);
    *state = folder;
    return 0;
}

static int leave(void **state)
{
    tmpdir_remove(*state);
    return 0;
}

static void note_origin(const char *folder, const char *profile, int64_t rx_us)
{
    const struct reading_origin origin = {profile, 2, 0xabc, "tts-v3", 3, 0xdef};
    char *store = path_in(folder, "store");
    struct readings_db *db;
    uint32_t id;
    int64_t seq;

    assert_int_equal(readings_open(store, NULL, 0, &db), ERR_OK);
    assert_int_equal(readings_sensor(db, "H001/n1/crack-1", "crack_width", "mm", &id), ERR_OK);
    assert_int_equal(readings_origin(db, id, &origin, rx_us), ERR_OK);
    assert_int_equal(readings_commit(db, &seq), ERR_OK);
    readings_close(db);
    free(store);
}

/* By which profile readings were decoded, as far as that was so by the step. */
static void test_profiles_by_then(void **state)
{
    const char *folder = *state;
    char id[40];

    assert_int_equal(shell(folder, "test ! -e p/profiles.csv"), 0); /* natively, all of them */
    note_origin(folder, "crack-gauge", 1609459200000000);           /* 2021-01-01 */
    note_origin(folder, "later-gauge", 4102444800000000);           /* 2100 */
    assert_int_equal(ctl(folder, "evidence %s -o o", trend_id(folder, id)), 0);
    assert_int_equal(shell(folder, "printf 'sensor,first_rx,profile,version,digest,envelope,"
                                   "envelope_version,envelope_digest\\nH001/n1/crack-1,"
                                   "2021-01-01T00:00:00Z,crack-gauge,2,0000000000000abc,tts-v3,3,"
                                   "0000000000000def\\n' | cmp - o/profiles.csv"),
                     0);
    expect_in(folder, "o/README.txt", "profiles.csv");
    expect_vouched(folder, "o");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_readings_are_those_of_the_store),
        cmocka_unit_test(test_residuals_lead_to_what_was_told),
        cmocka_unit_test(test_limits_have_their_sources),
        cmocka_unit_test(test_forecasts_up_to_the_step),
        cmocka_unit_test(test_acts_of_the_alert),
        cmocka_unit_test(test_the_plot_is_xml),
        cmocka_unit_test(test_its_command_makes_the_evidence_again),
        cmocka_unit_test(test_same_store_same_bytes),
        cmocka_unit_test(test_an_earlier_step),
        cmocka_unit_test(test_what_is_there_is_not_replaced),
        cmocka_unit_test(test_what_cannot_be_written),
        cmocka_unit_test(test_which_alert),
        cmocka_unit_test(test_readings_that_are_gone),
        cmocka_unit_test(test_a_sensor_that_is_gone),
        cmocka_unit_test(test_profiles_by_then),
    };

    return cmocka_run_group_tests(tests, enter, leave);
}
