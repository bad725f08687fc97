/* What named persons do: on the record, to the receivers, once over every stop and kill; silences
 * hold back what they cover and never red. */
#include "alerts_stage.h"

#include <sqlite3.h>

#include "chance.h"
#include "shikumen/io/state_acts.h"
#include "shikumen/io/state_audit.h"

#define CTL      BIN_DIR "/shikumenctl"
#define BEAM     "limit|H1/beam|displacement"
#define ARGS_MAX 16

#define THREE_LEVELS                                                                               \
    "[" LIMIT(2, "value", 5, 4, "") "," LIMIT(3, "value", 10, 9, "") "," LIMIT(4, "value", 20, 19, \
                                                                               "") "]"

/* --- shikumenctl beside the daemon --- */

struct said {
    int code;
    char *out, *err;
};

/* Runs it with these words and --json last when json is set. */
static struct said ctl_run(struct stage *g, const char *const *words)
{
    const char *argv[ARGS_MAX + 4] = {CTL, "-c", g->site.conf};
    char *out = path_in(g->site.folder, "ctl.out"), *err = path_in(g->site.folder, "ctl.err");
    struct process_options o = {.output = err, .stdout_to = out};
    struct said s;

    for (int i = 0; words[i]; i++)
        argv[3 + i] = words[i];
    write_text(err, "");
    s.code = process_run(argv, &o, PATIENCE_S);
    s.out = read_text(out, NULL);
    s.err = read_text(err, NULL);
    free(out);
    free(err);
    return s;
}
#define CTL_RUN(g, ...) ctl_run(g, (const char *const[]){__VA_ARGS__, NULL})

static void said_free(struct said *s)
{
    free(s->out);
    free(s->err);
}

/* It must end so; the JSON that it printed, NULL when none was. */
static cJSON *ctl_json(struct stage *g, int code, const char *const *words)
{
    struct said s = ctl_run(g, words);
    cJSON *json = cJSON_Parse(s.out);

    if (s.code != code)
        fail_msg("%s ended with %d: %s%s", words[0], s.code, s.out, s.err);
    said_free(&s);
    return json;
}
#define CTL_JSON(g, code, ...) ctl_json(g, code, (const char *const[]){__VA_ARGS__, "--json", NULL})

/* An act that is done; what it made. */
static void do_act(struct stage *g, const char *const *words, char made[64])
{
    cJSON *json = ctl_json(g, 0, words);

    assert_string_equal(text(json, "outcome"), "done");
    snprintf(made, 64, "%s", text(json, "made"));
    cJSON_Delete(json);
}
#define DO_ACT(g, made, ...)                                                                       \
    do_act(                                                                                        \
        g,                                                                                         \
        (const char *const[]){__VA_ARGS__, "--by", "王工", "--note", "现场看过", "--json", NULL},  \
        made)

static void refused(struct stage *g, int code, const char *wanted, const char *const *words)
{
    struct said s = ctl_run(g, words);

    if (s.code != code || !strstr(s.err, wanted))
        fail_msg("%s ended with %d, not \"%s\" but: %s", words[0], s.code, wanted, s.err);
    said_free(&s);
}
#define REFUSED(g, code, wanted, ...)                                                              \
    refused(g, code, wanted, (const char *const[]){__VA_ARGS__, NULL})

static int count_in_status(struct stage *g, const char *name)
{
    cJSON *status = CTL_JSON(g, 0, "status");
    const cJSON *item = cJSON_GetObjectItem(status, name);
    int n = cJSON_IsArray(item) ? cJSON_GetArraySize(item) : (int)number(status, name);

    cJSON_Delete(status);
    return n;
}

/* --- alerts --- */

static void id_of(struct stage *g, const char *key, char id[ALERT_ID_SIZE])
{
    struct site_steps steps = site_steps(&g->site);

    snprintf(id, ALERT_ID_SIZE, "%s", find_step(&steps, key, 1)->id);
    site_steps_free(&steps);
}

static cJSON *body_of(struct stage *g, const char *key, int step)
{
    struct site_steps steps = site_steps(&g->site);
    cJSON *body = cJSON_Parse(find_step(&steps, key, step)->body);

    assert_non_null(body);
    site_steps_free(&steps);
    return body;
}

static int posts_of(struct stage *g, const char *id)
{
    int n = 0;

    for (size_t i = 0; i < receiver_count(g->r); i++)
        n += strncmp(receiver_get(g->r, i)->webhook_id, id, strlen(id)) == 0;
    return n;
}

/* The daemon runs, and the wall has an orange alert with this id. */
static void orange_wall(struct stage *g, char id[ALERT_ID_SIZE])
{
    add_wall(g, THREE_LEVELS, 0);
    begin(g);
    wall(g, 0, 12);
    site_wait_level(&g->site, WALL, 3, 1);
    id_of(g, WALL, id);
}

/* Everything that was due up to now has been posted. */
static void settled(struct stage *g)
{
    judged(g);
    site_wait_posted(&g->site);
}

/* --- on the record and to the receivers --- */

static void acts_become_steps_that_are_posted(void **state)
{
    static const char *const verbs[] = {"ack", "comment", "assign", "resolve"};
    static const char *const events[] = {"acknowledged", "commented", "assigned", "resolved"};
    struct stage *g = *state;
    char id[ALERT_ID_SIZE], prefix[9], made[64], wanted[64];

    orange_wall(g, id);
    snprintf(prefix, sizeof prefix, "%.8s", id);
    for (int i = 0; i < 4; i++) {
        if (i == 2)
            DO_ACT(g, made, verbs[i], prefix, "--to", "李工");
        else
            DO_ACT(g, made, verbs[i], prefix);
        snprintf(wanted, sizeof wanted, "%s.%d", id, i + 2);
        assert_string_equal(made, wanted);
        cJSON *posted = cJSON_Parse(post_of(g, id, i + 2)->body);
        assert_string_equal(text(posted, "event"), events[i]);
        assert_string_equal(text(posted, "by"), "王工");
        assert_string_equal(text(posted, "note"), "现场看过");
        assert_int_equal(cJSON_HasObjectItem(posted, "assigned_to"), i == 2);
        assert_int_equal(number(posted, "level"), i == 3 ? 0 : 3);
        check_bilingual(posted, "summary");
        assert_non_null(strstr(text(cJSON_GetObjectItem(posted, "summary"), "zh"), "王工"));
        cJSON_Delete(posted);
    }
    EXPECT_LEVELS(g, WALL, 3, 3, 3, 3, 0);
    REFUSED(g, 1, "只能补充说明", "ack", prefix, "--by", "王工", "--note", "x");
    DO_ACT(g, made, "comment", prefix);
    /* what persons did came of no readings */
    cJSON *again = CTL_JSON(g, 0, "recompute", prefix);
    assert_int_equal(number(again, "step"), 1);
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(again, "matches")));
    cJSON_Delete(again);
}

/* Costs, proposals and refused acts stand in the alert's story; the audit has who did it. */
static void the_story_tells_who_did_what(void **state)
{
    struct stage *g = *state;
    char id[ALERT_ID_SIZE], made[64];

    orange_wall(g, id);
    assert_int_equal(count_in_status(g, "proposals_open"), 1); /* by itself: inspect */
    DO_ACT(g, made, "approve", "P1");
    assert_string_equal(made, "P1");
    REFUSED(g, 1, "只有待批的建议", "reject", "P1", "--by", "王工", "--note", "x");
    DO_ACT(g, made, "done", "P1");
    DO_ACT(g, made, "propose", id, "prop");
    assert_string_equal(made, "P2");
    DO_ACT(g, made, "record", id, "--kind", "inspection", "--cost", "1234.5");
    REFUSED(g, 1, "未结的 prop 建议", "propose", id, "prop", "--by", "王工", "--note", "x");
    REFUSED(g, 1, "没有建议 P9", "approve", "P9", "--by", "王工", "--note", "x");

    cJSON *story = CTL_JSON(g, 0, "alerts", id);
    const cJSON *proposals = cJSON_GetObjectItem(story, "proposals");
    assert_int_equal(cJSON_GetArraySize(proposals), 2);
    assert_string_equal(text(cJSON_GetArrayItem(proposals, 0), "kind"), "inspect");
    assert_string_equal(text(cJSON_GetArrayItem(proposals, 0), "made_by"), "shikumend");
    assert_string_equal(text(cJSON_GetArrayItem(proposals, 0), "decided_by"), "王工");
    assert_string_equal(text(cJSON_GetArrayItem(proposals, 0), "state"), "done");
    const cJSON *records = cJSON_GetObjectItem(story, "records");
    assert_int_equal(cJSON_GetArraySize(records), 1);
    assert_true(number(cJSON_GetArrayItem(records, 0), "cost_cny") == 1234.5);
    const cJSON *acts = cJSON_GetObjectItem(story, "acts");
    assert_int_equal(cJSON_GetArraySize(acts), 1);
    assert_string_equal(text(cJSON_GetArrayItem(acts, 0), "outcome"), "refused");
    cJSON_Delete(story);

    struct said s = CTL_RUN(g, "audit", "--csv");
    assert_int_equal(s.code, 0);
    assert_non_null(strstr(s.out, "王工,proposal.approved,P1"));
    assert_non_null(strstr(s.out, "shikumend,proposal.proposed,P1"));
    assert_non_null(strstr(s.out, "shikumend,configuration.loaded"));
    assert_non_null(strstr(s.out, "shikumend,registry.loaded,registry/1"));
    said_free(&s);
    s = CTL_RUN(g, "audit"); /* for people */
    assert_non_null(strstr(s.out, "告警：触发"));
    assert_non_null(strstr(s.out, "已生效：批准建议"));
    assert_non_null(strstr(s.out, "建议获批准"));
    assert_null(strchr(s.out, '{'));
    said_free(&s);
}

static void what_may_not_be_is_refused_and_not_recorded(void **state)
{
    struct stage *g = *state;
    char id[ALERT_ID_SIZE];

    orange_wall(g, id);
    REFUSED(g, 2, "--by NAME", "ack", id, "--note", "x");
    REFUSED(g, 2, "--note TEXT", "ack", id, "--by", "王工");
    REFUSED(g, 2, "--to NAME", "assign", id, "--by", "王工", "--note", "x");
    REFUSED(g, 2, "--until T", "silence", "H1", "--by", "王工", "--note", "x");
    REFUSED(g, 1, "须为人名", "ack", id, "--by", " ", "--note", "x");
    REFUSED(g, 1, "前 6 个字符", "ack", "00", "--by", "王工", "--note", "x");
    REFUSED(g, 1, "没有告警 00000000", "ack", "00000000", "--by", "王工", "--note", "x");
    REFUSED(g, 1, "至多 30 天", "silence", "H1", "--until", "+31d", "--by", "王工", "--note", "x");
    REFUSED(g, 1, "房屋、构件、测点、里弄或联排", "silence", "H7", "--until", "+1d", "--by", "王工",
            "--note", "x");
    REFUSED(g, 1, "L, ML, M, MH, H 之一", "override", "H1", "--class", "X", "--until", "+1d",
            "--by", "王工", "--note", "x");
    REFUSED(g, 1, "至多 365 天", "override", "H1", "--class", "L", "--until", "+366d", "--by",
            "王工", "--note", "x");
    REFUSED(g, 1, "没有生效中的静默 S1", "unsilence", "S1", "--by", "王工", "--note", "x");
    struct said s = CTL_RUN(g, "audit", "--csv");
    assert_null(strstr(s.out, "act."));
    said_free(&s);
}

/* --- without a daemon --- */

static void acts_wait_for_the_daemon(void **state)
{
    struct stage *g = *state;
    char id[ALERT_ID_SIZE];

    orange_wall(g, id);
    settled(g);
    site_stop(&g->site);
    cJSON *json = CTL_JSON(g, 0, "ack", id, "--by", "王工", "--note", "收到");
    assert_string_equal(text(json, "outcome"), "waiting");
    cJSON_Delete(json);
    assert_int_equal(count_in_status(g, "acts_waiting"), 1);
    cJSON *story = CTL_JSON(g, 0, "alerts", id);
    const cJSON *acts = cJSON_GetObjectItem(story, "acts");
    assert_string_equal(text(cJSON_GetArrayItem(acts, 0), "outcome"), "waiting");
    cJSON_Delete(story);

    site_start_connected(&g->site);
    site_wait_level(&g->site, WALL, 3, 2);
    cJSON *posted = cJSON_Parse(post_of(g, id, 2)->body);
    assert_string_equal(text(posted, "note"), "收到");
    cJSON_Delete(posted);
    assert_int_equal(count_in_status(g, "acts_waiting"), 0);
}

static int64_t put_comment(struct stage *g, const char *id, int number)
{
    struct state_db *db;
    char body[64], why[200] = "";
    struct act_row a = {.at_us = wall_us(), .by = "王工", .verb = "comment", .subject = id};

    snprintf(body, sizeof body, "{\"note\":\"%d\"}", number);
    a.body = body;
    if (state_open(g->site.store, STATE_ACT, why, sizeof why, &db) != ERR_OK)
        fail_msg("%s", why);
    assert_int_equal(state_begin(db), ERR_OK);
    assert_int_equal(state_act_put(db, &a), ERR_OK);
    assert_int_equal(state_commit(db), ERR_OK);
    state_close(db);
    return a.row;
}

static bool all_settled(void *context)
{
    struct stage *g = context;
    struct state_db *db = site_state(&g->site);
    struct arena arena = {0};
    struct act_row a;
    bool none = state_act_next(db, &arena, &a) == ERR_NOTFOUND;

    arena_free(&arena);
    state_close(db);
    return none;
}

/* Killed at any moment between recording, applying and posting, every act makes one step. */
static void every_act_is_applied_once_whenever_it_is_killed(void **state)
{
    enum { ROUNDS = 12, EACH = 3 };
    struct stage *g = *state;
    struct chance chance = {11};
    char id[ALERT_ID_SIZE], note[16];

    orange_wall(g, id);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < EACH; i++)
            put_comment(g, id, round * EACH + i);
        sleep_ms((int)chance_below(&chance, 1100)); /* the daemon looks once a second */
        site_kill(&g->site);
        site_start(&g->site);
    }
    assert_true(wait_until(all_settled, g, PATIENCE_S));
    for (int i = 0; i < ROUNDS * EACH; i++) {
        cJSON *body = body_of(g, WALL, i + 2); /* in order, each once */
        snprintf(note, sizeof note, "%d", i);
        assert_string_equal(text(body, "event"), "commented");
        assert_string_equal(text(body, "note"), note);
        cJSON_Delete(body);
        post_of(g, id, i + 2);
    }
    assert_int_equal(site_step_count(&g->site, WALL), 1 + ROUNDS * EACH);
    site_wait_connected(&g->site);
}

/* --- silences --- */

static void beam(struct stage *g, int64_t s, double mm)
{
    send_unit(g, "H1/n1", "b", "mm", g->t0_us + s * S, mm);
}

/* Alerts that people were told of, those of the probe, which are blue, left out. */
static int alarm_load(struct stage *g)
{
    cJSON *status = CTL_JSON(g, 0, "status");
    const cJSON *raised = cJSON_GetObjectItem(status, "shikumen_alerts_raised_total");
    const cJSON *by_level = cJSON_GetObjectItem(raised, "structure");
    int n = (int)(number(by_level, "2") + number(by_level, "3") + number(by_level, "4"));

    cJSON_Delete(status);
    return n;
}

static void a_silence_hides_all_but_red_and_records_everything(void **state)
{
    struct stage *g = *state;
    char wall_id[ALERT_ID_SIZE], beam_id[ALERT_ID_SIZE], made[64];

    add_wall(g, THREE_LEVELS, 0);
    add_beam(g, THREE_LEVELS);
    begin(g);
    DO_ACT(g, made, "silence", "H1/wall", "--until", "+8h");
    assert_string_equal(made, "S1");
    DO_ACT(g, made, "silence", "H1/beam", "--until", "+8h");
    assert_string_equal(made, "S2");
    assert_int_equal(count_in_status(g, "silences"), 2);

    wall(g, 0, 6);
    site_wait_level(&g->site, WALL, 2, 1);
    wall(g, 600, 12);
    site_wait_level(&g->site, WALL, 3, 2);
    beam(g, 0, 12);
    site_wait_level(&g->site, BEAM, 3, 1);
    id_of(g, WALL, wall_id);
    id_of(g, BEAM, beam_id);
    settled(g);
    assert_int_equal(posts_of(g, wall_id), 0);
    assert_int_equal(posts_of(g, beam_id), 0);

    assert_int_equal(alarm_load(g), 0); /* nor are they any load */

    wall(g, 1200, 25); /* red */
    post_of(g, wall_id, 3);
    assert_int_equal(alarm_load(g), 1);
    wall(g, 1800, 12); /* and, once somebody has seen it, that it is not red any more */
    DO_ACT(g, made, "ack", wall_id);
    post_of(g, wall_id, 4);
    post_of(g, wall_id, 5);
    wall(g, 2400, 6); /* less than that is held back again */
    site_wait_level(&g->site, WALL, 2, 6);
    settled(g);
    assert_int_equal(posts_of(g, wall_id), 3);
    wall(g, 3000, 1); /* who knows of it hears of its end */
    post_of(g, wall_id, 7);
    assert_int_equal(posts_of(g, beam_id), 0);

    DO_ACT(g, made, "unsilence", "S1");
    settled(g);
    assert_int_equal(posts_of(g, beam_id), 0);
    assert_int_equal(alarm_load(g), 1);
    DO_ACT(g, made, "unsilence", "S2"); /* what still lasts is told now */
    post_of(g, beam_id, 1);
    assert_int_equal(alarm_load(g), 2);
    EXPECT_LEVELS(g, WALL, 2, 3, 4, 4, 3, 2, 0);
    assert_int_equal(count_in_status(g, "silences"), 0);
    DO_ACT(g, made, "ack", beam_id);
    post_of(g, beam_id, 2);
}

static void a_silence_outlives_a_kill_and_ends_by_itself(void **state)
{
    struct stage *g = *state;
    char id[ALERT_ID_SIZE], made[64];

    add_wall(g, THREE_LEVELS, 0);
    begin(g);
    DO_ACT(g, made, "silence", "H1/n1/d", "--until", "+6s", "--kind", "limit");
    restart(g, true);
    wall(g, 0, 12);
    site_wait_level(&g->site, WALL, 3, 1);
    id_of(g, WALL, id);
    post_of(g, id, 1); /* once it is over */
    post_of(g, id, 1);
    struct said s = CTL_RUN(g, "audit", "--csv");
    assert_non_null(strstr(s.out, "王工,silence.begun,S1"));
    assert_non_null(strstr(s.out, "shikumend,silence.reminded,S1"));
    assert_non_null(strstr(s.out, "shikumend,silence.ended,S1"));
    said_free(&s);
    cJSON *all = CTL_JSON(g, 0, "silences", "--all");
    assert_string_equal(text(cJSON_GetArrayItem(all, 0), "state"), "ended");
    assert_string_equal(text(cJSON_GetArrayItem(all, 0), "ended_by"), "shikumend");
    cJSON_Delete(all);
}

/* --- overrides, and the chain --- */

static void an_override_is_shown_with_author_and_end(void **state)
{
    struct stage *g = *state;
    char made[64];

    add_wall(g, THREE_LEVELS, 0);
    begin(g);
    DO_ACT(g, made, "override", "H1", "--class", "ML", "--until", "+30d");
    assert_string_equal(made, "O1");
    cJSON *houses = CTL_JSON(g, 0, "houses");
    const cJSON *o = cJSON_GetObjectItem(cJSON_GetArrayItem(houses, 0), "override");
    assert_string_equal(text(o, "class"), "ML");
    assert_string_equal(text(o, "by"), "王工");
    assert_non_null(cJSON_GetObjectItem(o, "until"));
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(cJSON_GetArrayItem(houses, 1), "override")));
    cJSON_Delete(houses);
    cJSON *risk = CTL_JSON(g, 0, "risk");
    const cJSON *row;
    cJSON_ArrayForEach(row, risk) if (strcmp(text(row, "house"), "H1") == 0)
    {
        assert_string_equal(text(row, "class"), "ML");
        assert_string_equal(text(row, "model_class"), "insufficient data");
    }
    cJSON_Delete(risk);
    struct said s = CTL_RUN(g, "risk");
    assert_non_null(strstr(s.out, "王工"));
    said_free(&s);
    assert_int_equal(count_in_status(g, "overrides"), 1);
    DO_ACT(g, made, "override", "H1", "--class", "H", "--until", "+1d"); /* takes its place */
    assert_string_equal(made, "O2");
    assert_int_equal(count_in_status(g, "overrides"), 1);
    DO_ACT(g, made, "end-override", "H1");
    assert_string_equal(made, "O2");
    assert_int_equal(count_in_status(g, "overrides"), 0);
}

static void exec_raw(struct stage *g, const char *sql)
{
    char *path = path_in(g->site.store, "state.db");
    sqlite3 *raw;

    assert_int_equal(sqlite3_open(path, &raw), SQLITE_OK);
    assert_int_equal(sqlite3_exec(raw, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(raw);
    free(path);
}

static void verify_names_what_was_changed(void **state)
{
    struct stage *g = *state;
    char id[ALERT_ID_SIZE], made[64], head[AUDIT_HEAD_SIZE];

    orange_wall(g, id);
    DO_ACT(g, made, "ack", id);
    struct said s = CTL_RUN(g, "audit", "--head");
    assert_int_equal(s.code, 0);
    snprintf(head, sizeof head, "%.*s", (int)strcspn(s.out, "\n"), s.out);
    said_free(&s);
    site_stop(&g->site);
    s = CTL_RUN(g, "verify", "--known-head", head);
    assert_int_equal(s.code, 0);
    said_free(&s);

    exec_raw(g, "CREATE TABLE kept AS SELECT * FROM act; UPDATE act SET person = '李工'");
    s = CTL_RUN(g, "verify");
    assert_int_equal(s.code, 1);
    assert_non_null(strstr(s.out, "A1 is not as the audit says"));
    said_free(&s);
    exec_raw(g, "DELETE FROM act; INSERT INTO act SELECT * FROM kept; DROP TABLE kept;"
                "CREATE TABLE kept AS SELECT * FROM audit;"
                "DELETE FROM audit WHERE seq > 2; CREATE TABLE kept2 AS SELECT * FROM number;"
                "UPDATE number SET value = 2 WHERE name = 'audit_seq'");
    s = CTL_RUN(g, "verify", "--known-head", head);
    assert_int_equal(s.code, 1);
    assert_non_null(strstr(s.out, "there is no such row"));
    said_free(&s);
    exec_raw(g, "DELETE FROM audit; INSERT INTO audit SELECT * FROM kept; DROP TABLE kept;"
                "DELETE FROM number; INSERT INTO number SELECT * FROM kept2; DROP TABLE kept2");
    site_start_connected(&g->site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(acts_become_steps_that_are_posted),
        T(the_story_tells_who_did_what),
        T(what_may_not_be_is_refused_and_not_recorded),
        T(acts_wait_for_the_daemon),
        T(every_act_is_applied_once_whenever_it_is_killed),
        T(a_silence_hides_all_but_red_and_records_everything),
        T(a_silence_outlives_a_kill_and_ends_by_itself),
        T(an_override_is_shown_with_author_and_end),
        T(verify_names_what_was_changed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
