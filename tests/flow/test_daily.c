/* What is told once a day, what waits for the end of quiet hours, and alerts of which nothing is
 * heard any more. */
#include "alerts_stage.h"

#include "shikumen/core/daily.h"
#include "shikumen/io/state_audit.h"

#define CTL   BIN_DIR "/shikumenctl"
#define HOUR  (3600 * S)
#define DAY   (24 * HOUR)
#define THREE "[" LIMIT(2, "value", 5, 4, "") "," LIMIT(3, "value", 8, 7, "") "]"

/* --- the stage --- */

static int minute_in_shanghai(void)
{
    return (int)((wall_us() / S / 60 + 8 * 60) % 1440);
}

/* The daily hour is half a day away. An endpoint with a sign of life and one that gets orange and
 * red alone; more: of the first. */
static void configure(struct stage *g, const char *more)
{
    char desk[64], duty[64], *rest;
    int daily = (minute_in_shanghai() + 720) % 1440;

    assert_true(asprintf(&rest,
                         "alerts: { daily_at = \"%02d:%02d\"; };\n"
                         "endpoints: ( { name = \"desk\"; url = \"%s\"; heartbeat = true; %s },\n"
                         "  { name = \"duty\"; url = \"%s\"; min_level = 3; } );",
                         daily / 60, daily % 60, receiver_url(g->r, "/desk", desk, sizeof desk),
                         more, receiver_url(g->r, "/duty", duty, sizeof duty)) > 0);
    site_config(&g->site, NULL, NULL, rest);
    free(rest);
}

static void begin_with(struct stage *g, const char *more)
{
    configure(g, more);
    add_wall(g, THREE, 0);
    begin(g);
}

/* While the daemon is down: the latest report was made so long ago. */
static void report_was(struct stage *g, int64_t ago_us)
{
    char why[256];
    struct state_db *db;

    assert_int_equal(state_open(g->site.store, STATE_WRITE, why, sizeof why, &db), ERR_OK);
    assert_int_equal(state_number_put(db, "daily_us", wall_us() - ago_us), ERR_OK);
    state_close(db);
}

/* Likewise: an alert has waited so long. */
static void has_waited(struct stage *g, const char *key, int64_t us)
{
    char why[256];
    struct state_db *db;
    struct arena arena = {0};
    struct episode e;

    assert_int_equal(state_open(g->site.store, STATE_WRITE, why, sizeof why, &db), ERR_OK);
    assert_int_equal(state_begin(db), ERR_OK);
    assert_int_equal(state_episode_by_key(db, key, &arena, &e), ERR_OK);
    e.alarmed_us -= us;
    assert_int_equal(state_episode_put(db, &e), ERR_OK);
    assert_int_equal(state_commit(db), ERR_OK);
    state_close(db);
    arena_free(&arena);
}

static char *ctl_says(struct stage *g, const char *const *words)
{
    const char *argv[16] = {CTL, "-c", g->site.conf};
    char *out = path_in(g->site.folder, "said"), *err = path_in(g->site.folder, "complained");
    const struct process_options o = {.stdout_to = out, .output = err};

    for (int i = 0; words[i]; i++)
        argv[3 + i] = words[i];
    assert_int_equal(process_run(argv, &o, PATIENCE_S), 0);
    char *said = read_text(out, NULL);
    free(out);
    free(err);
    return said;
}
#define CTL_SAYS(g, ...) ctl_says(g, (const char *const[]){__VA_ARGS__, NULL})

/* POSTs of an episode to a path. */
static int posts_to(struct stage *g, const char *path, const char *id)
{
    int n = 0;

    for (size_t i = 0; i < receiver_count(g->r); i++) {
        const struct received *r = receiver_get(g->r, i);
        n += strcmp(r->path, path) == 0 && strncmp(r->webhook_id, id, strlen(id)) == 0;
    }
    return n;
}

/* The body of a step; its episode's id to id. */
static cJSON *body_of(struct stage *g, const char *key, int step, char id[ALERT_ID_SIZE])
{
    struct site_steps steps = site_steps(&g->site);
    const struct site_step *s = find_step(&steps, key, step);
    cJSON *body = cJSON_Parse(s->body);

    assert_non_null(body);
    memcpy(id, s->id, ALERT_ID_SIZE);
    site_steps_free(&steps);
    return body;
}

static const cJSON *daily_in(const cJSON *body)
{
    return cJSON_GetObjectItem(cJSON_GetObjectItem(body, "evidence"), "daily");
}

/* --- once a day --- */

static void check_report(struct stage *g, char id[ALERT_ID_SIZE])
{
    cJSON *body = body_of(g, DAILY_HEARTBEAT_KEY, 1, id);
    const cJSON *daily = daily_in(body), *open = cJSON_GetObjectItem(daily, "open");
    const cJSON *longest = cJSON_GetArrayItem(cJSON_GetObjectItem(daily, "longest"), 0);
    struct state_db *db = site_state(&g->site);

    assert_string_equal(text(body, "category"), "system");
    assert_string_equal(text(body, "kind"), "heartbeat");
    assert_string_equal(text(body, "event"), "reminded");
    assert_true(number(body, "level") == 0);
    check_bilingual(body, "summary");
    check_bilingual(body, "advice");
    assert_true(number(daily, "houses") == 2);
    assert_true(number(open, "orange") == 1 && number(open, "red") == 0);
    assert_true(number(daily, "waiting") == 1);
    assert_string_equal(text(longest, "house"), "H1");
    assert_true(number(longest, "level") == 3);
    assert_true(number(daily, "silences") == 0);
    assert_true(number(daily, "allowed_7d") == 3);
    assert_int_equal(state_audit_has(db, text(body, "audit_head")), ERR_OK);
    state_close(db);
    cJSON_Delete(body);
}

static void check_reminder(struct stage *g, int step, const char *event, char id[ALERT_ID_SIZE])
{
    cJSON *body = body_of(g, DAILY_WAITING_KEY, step, id);

    assert_string_equal(text(body, "event"), event);
    assert_string_equal(text(body, "kind"), "fault");
    check_bilingual(body, "summary");
    check_bilingual(body, "advice");
    assert_non_null(strstr(text(cJSON_GetObjectItem(body, "summary"), "zh"), "1 条橙色或红色告警"));
    assert_true(number(daily_in(body), "waiting") == 1);
    cJSON_Delete(body);
}

static void test_a_missed_day_is_made_up_once_and_nobody_is_forgotten(void **state)
{
    struct stage *g = *state;
    char wall_id[ALERT_ID_SIZE], report[ALERT_ID_SIZE], reminder[ALERT_ID_SIZE];

    begin_with(g, "");
    wall(g, 0, 9);
    site_wait_level(&g->site, WALL, 3, 0);
    judged(g);
    expect_none(g, DAILY_HEARTBEAT_KEY); /* the first day has only begun */
    site_stop(&g->site);
    report_was(g, 3 * DAY);
    has_waited(g, WALL, 25 * HOUR);
    site_start_connected(&g->site);
    site_wait_level(&g->site, DAILY_HEARTBEAT_KEY, 0, 1);
    check_report(g, report);
    check_reminder(g, 1, "raised", reminder);
    post_of(g, report, 1);
    site_wait_posted(&g->site);
    assert_int_equal(posts_to(g, "/desk", report), 1);
    assert_int_equal(posts_to(g, "/duty", report), 0);
    assert_int_equal(posts_to(g, "/desk", reminder), 1);
    assert_int_equal(posts_to(g, "/duty", reminder), 1); /* yellow; but of orange it was told */

    restart(g, true);
    judged(g);
    assert_int_equal(site_step_count(&g->site, DAILY_HEARTBEAT_KEY), 1);
    assert_int_equal(site_step_count(&g->site, DAILY_WAITING_KEY), 1);

    site_stop(&g->site);
    report_was(g, DAY + 60 * S);
    site_start_connected(&g->site);
    site_wait_level(&g->site, DAILY_HEARTBEAT_KEY, 0, 2);
    check_reminder(g, 2, "reminded", reminder);

    cJSON_Delete(body_of(g, WALL, 1, wall_id));
    free(CTL_SAYS(g, "ack", wall_id, "--by", "王工", "--note", "现场看过"));
    site_wait_level(&g->site, DAILY_WAITING_KEY, 0, 3);
    site_wait_posted(&g->site);
    assert_int_equal(posts_to(g, "/duty", reminder), 3);
}

/* --- quiet hours --- */

/* Place in the order of arrival of the POST of a step. */
static size_t number_at_desk(struct stage *g, const char *id, int step)
{
    char webhook_id[80];

    snprintf(webhook_id, sizeof webhook_id, "%s.%d", id, step);
    for (size_t i = 0; i < receiver_count(g->r); i++) {
        const struct received *r = receiver_get(g->r, i);
        if (strcmp(r->path, "/desk") == 0 && strcmp(r->webhook_id, webhook_id) == 0)
            return r->number;
    }
    fail_msg("step %d never came", step);
    return 0;
}

static void quiet_from_now(char setting[40], int *until)
{
    int minute = minute_in_shanghai();
    int from = (minute + 1440 - 60) % 1440;

    *until = (minute + 120) % 1440;
    snprintf(setting, 40, "quiet = \"%02d:%02d-%02d:%02d\";", from / 60, from % 60, *until / 60,
             *until % 60);
}

static void test_yellow_waits_and_orange_takes_it_along(void **state)
{
    struct stage *g = *state;
    char quiet[40], id[ALERT_ID_SIZE];
    int until;
    int64_t due_us;

    quiet_from_now(quiet, &until);
    begin_with(g, quiet);
    wall(g, 0, 6);
    site_wait_level(&g->site, WALL, 2, 1);
    struct state_db *db = site_state(&g->site);
    assert_int_equal(state_outbox_next_us(db, "desk", &due_us), ERR_OK);
    state_close(db);
    assert_int_equal((due_us / S / 60 + 8 * 60) % 1440, until);
    assert_true(due_us % (60 * S) == 0 && due_us > wall_us());
    assert_int_equal(receiver_count(g->r), 0);

    wall(g, 600, 9);
    site_wait_level(&g->site, WALL, 3, 2);
    cJSON_Delete(body_of(g, WALL, 1, id));
    post_of(g, id, 2);
    site_wait_posted(&g->site);
    assert_int_equal(posts_to(g, "/desk", id), 2);
    assert_true(number_at_desk(g, id, 1) < number_at_desk(g, id, 2));
}

/* --- link loss --- */

static void test_what_is_not_heard_of_is_unknown_and_never_over(void **state)
{
    struct stage *g = *state;
    static const char status[] = "shikumen/v1/H1/n1/status", off[] = "{\"state\":\"offline\"}";
    char id[ALERT_ID_SIZE];

    begin_with(g, "");
    wall(g, 0, 6);
    site_wait_level(&g->site, WALL, 2, 1);
    cJSON_Delete(body_of(g, WALL, 1, id));
    char *said = CTL_SAYS(g, "alerts", id, "--json");
    cJSON *json = cJSON_Parse(said);
    assert_string_equal(text(json, "state"), "open");
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(json, "unknown_since")));
    cJSON_Delete(json);
    free(said);

    assert_true(publisher_send_retained(g->p, status, off, strlen(off)));
    site_wait_level(&g->site, "silence|H1/n1", 2, 1);
    char silence[ALERT_ID_SIZE];
    cJSON *body = body_of(g, "silence|H1/n1", 1, silence);
    assert_non_null(
        strstr(text(cJSON_GetObjectItem(body, "summary"), "zh"), "1 条未结告警情况不明"));
    cJSON_Delete(body);
    said = CTL_SAYS(g, "alerts", id, "--json");
    json = cJSON_Parse(said);
    assert_string_equal(text(json, "state"), "unknown");
    assert_non_null(text(json, "unknown_since"));
    assert_true(number(json, "level") == 2);
    cJSON_Delete(json);
    free(said);
    said = CTL_SAYS(g, "alerts");
    assert_non_null(strstr(said, "情况不明：测点无数据"));
    free(said);
    said = CTL_SAYS(g, "houses", "--json");
    json = cJSON_Parse(said);
    assert_true(number(cJSON_GetArrayItem(json, 0), "alerts_unknown") == 1);
    cJSON_Delete(json);
    free(said);

    restart(g, true);
    judged(g);
    EXPECT_LEVELS(g, WALL, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_a_missed_day_is_made_up_once_and_nobody_is_forgotten),
        T(test_yellow_waits_and_orange_takes_it_along),
        T(test_what_is_not_heard_of_is_unknown_and_never_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
