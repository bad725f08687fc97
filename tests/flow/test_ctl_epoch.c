/* shikumenctl epochs and epoch add: the registry file gets one entry, all else stays to the byte,
 * and what is wrong changes nothing. */
#include "ctl_fixture.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "shikumen/base/utc.h"
#include "shikumen/svc/plan.h"

static int setup(void **state)
{
    *state = site_make("ctl-epoch");
    return 0;
}

static int teardown(void **state)
{
    site_end(*state);
    return 0;
}

/* The registry of the fixture with this before its last brace. */
static void write_with(const struct site *s, const char *tail)
{
    char *text;

    assert_true(
        asprintf(&text, "%.*s%s", (int)strlen(fixture_registry) - 1, fixture_registry, tail) > 0);
    write_text(s->registry, text);
    free(text);
}

#define ADD "epoch", "add", "--scope", "H1/wall", "--kind", "repair", "--by", "Li Wei"
#define AT  "--from", "2026-03-01T08:00:00Z"
#define ENTRY                                                                                      \
    "{ \"t\": \"2026-03-01T08:00:00Z\", \"scope\": \"H1/wall\", \"kind\": \"repair\", "            \
    "\"until\": null, \"note\": \"— Li Wei\" }"

/* What is in the file now: what it was, with inserted in place of removed bytes at offset. */
static void assert_inserted(const struct site *s, const char *before, size_t offset, size_t removed,
                            const char *inserted)
{
    char *now = read_text(s->registry, NULL), *expected;

    assert_true(asprintf(&expected, "%.*s%s%s", (int)offset, before, inserted,
                         before + offset + removed) > 0);
    assert_string_equal(now, expected);
    free(expected);
    free(now);
}

static size_t epochs_loaded(const struct site *s)
{
    const struct plan_files files = {
        .registry = s->registry, .limits = s->limits, .store = s->store};
    struct fault_list faults = {0};
    struct plan *plan;
    size_t n;

    assert_int_equal(plan_load_files(&files, &faults, &plan), ERR_OK);
    n = plan->registry->epoch_count;
    plan_release(plan);
    fault_list_free(&faults);
    return n;
}

/* --- where it goes --- */

static void the_member_is_made(void **state)
{
    struct site *s = *state;

    assert_int_equal(ctl(s, ADD, AT), 0);
    assert_inserted(s, fixture_registry, strlen(fixture_registry) - 1, 0,
                    ",\n  \"epochs\": [\n    " ENTRY "\n  ]\n");
    assert_int_equal(epochs_loaded(s), 1);
    assert_said(s->out, "written to ");
    assert_said(s->err, "next start of the daemon");
}

static void one_more_stands_like_the_last(void **state)
{
    static const char *const tails[][3] = {
        /* before the place, after it, the separation */
        {",\n\t\"epochs\" : [\n\t\t{\"t\":\"2020-01-01\",\"scope\":\"H1\",\"kind\":\"vacant\","
         "\"note\":\"] } \\\" [\"}",
         "\n\t]\n}\n", ",\n\t\t"},
        {",\"epochs\":[{\"t\":\"2020-01-01\",\"scope\":\"H1\",\"kind\":\"vacant\"}", "]}", ","},
        {",\"epochs\": [ {\"t\":\"2020-01-01\",\"scope\":\"H1\",\"kind\":\"vacant\"} ,\r\n  "
         "{\"t\":\"2021-01-01\",\"scope\":\"d1\",\"kind\":\"rezero\"}",
         " ], \"note\": \"\\\"epochs\\\": [\" }", ",\r\n  "},
    };
    struct site *s = *state;

    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        char *whole, *expected, *now;
        assert_true(asprintf(&whole, "%s%s", tails[i][0], tails[i][1]) > 0);
        write_with(s, whole);
        assert_int_equal(ctl(s, ADD, AT), 0);
        free(whole);
        assert_true(asprintf(&expected, "%.*s%s%s%s%s", (int)strlen(fixture_registry) - 1,
                             fixture_registry, tails[i][0], tails[i][2], ENTRY, tails[i][1]) > 0);
        now = read_text(s->registry, NULL);
        assert_string_equal(now, expected);
        free(now);
        free(expected);
    }
}

static void empty_and_null_lists(void **state)
{
    static const char *const lists[] = {"[]", "[ \n ]", "null"};
    struct site *s = *state;

    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        char *tail, *before;
        assert_true(asprintf(&tail, ",\"epochs\":%s}", lists[i]) > 0);
        write_with(s, tail);
        before = read_text(s->registry, NULL);
        assert_int_equal(ctl(s, ADD, AT), 0);
        assert_inserted(s, before, strlen(before) - 1 - strlen(lists[i]), strlen(lists[i]),
                        "[\n    " ENTRY "\n  ]");
        assert_int_equal(epochs_loaded(s), 1);
        free(before);
        free(tail);
    }
}

/* --- what it says --- */

static void everything_given_is_kept(void **state)
{
    struct site *s = *state;
    cJSON *entry, *rows;

    assert_int_equal(ctl(s, "epoch", "add", "--scope", "H1/n1/crack", "--kind", "sensor_swap",
                         "--from", "2026-01-02", "--until", "2026-01-03T00:00:00Z", "--note",
                         "换了\n\"S2\" \\", "--by", "王工", "--json"),
                     0);
    entry = ctl_json(s);
    assert_string_equal(text_at(entry, "t"), "2026-01-02T00:00:00Z");
    assert_string_equal(text_at(entry, "until"), "2026-01-03T00:00:00Z");
    assert_string_equal(text_at(entry, "note"), "换了\n\"S2\" \\ — 王工");
    cJSON_Delete(entry);
    assert_int_equal(ctl(s, "epochs", "--json"), 0);
    rows = ctl_json(s);
    assert_int_equal(cJSON_GetArraySize(rows), 0); /* it is over */
    cJSON_Delete(rows);
    assert_int_equal(ctl(s, "epochs", "--all", "--json"), 0);
    rows = ctl_json(s);
    assert_int_equal(cJSON_GetArraySize(rows), 1);
    assert_string_equal(text_at(cJSON_GetArrayItem(rows, 0), "state"), "over");
    assert_string_equal(text_at(cJSON_GetArrayItem(rows, 0), "note"), "换了\n\"S2\" \\ — 王工");
    assert_true(cJSON_IsTrue(at(cJSON_GetArrayItem(rows, 0), "new_baseline")));
    cJSON_Delete(rows);
}

static void epochs_are_listed(void **state)
{
    struct site *s = *state;

    assert_int_equal(ctl(s, "epochs"), 0);
    assert_said(s->err, "no epochs are registered");
    write_with(s, ",\"epochs\":[{\"t\":\"2020-01-01\",\"scope\":\"L1\",\"kind\":\"excavation\"},"
                  "{\"t\":\"2990-01-01\",\"scope\":\"H1\",\"kind\":\"vacant\"}]}");
    assert_int_equal(ctl(s, "epochs"), 0);
    assert_said(s->out, "in force");
    assert_said(s->out, "to come");
    assert_said(s->out, "excavation");
    assert_int_equal(ctl(s, "epochs", "--csv"), 0);
    assert_said(s->out, "t,until,state,scope,kind,new_baseline,note");
    assert_said(s->out, "2990-01-01T00:00:00Z,,to_come,H1,vacant,");
    site_write_conf(s, "zh");
    assert_int_equal(ctl(s, "epochs"), 0);
    assert_said(s->out, "开挖");
    assert_said(s->out, "未开始");
}

static void now_is_the_default(void **state)
{
    struct site *s = *state;
    cJSON *entry;
    int64_t before_us = clock_utc_us(), t_us;

    assert_int_equal(ctl(s, ADD, "--json"), 0);
    entry = ctl_json(s);
    assert_int_equal(utc_parse(text_at(entry, "t"), &t_us), ERR_OK);
    assert_true(t_us >= before_us - US_PER_S && t_us <= clock_utc_us());
    assert_true(t_us % US_PER_S == 0);
    cJSON_Delete(entry);
}

/* With a daemon at its socket people are told to have it reload. */
static void a_running_daemon_is_to_reload(void **state)
{
    struct site *s = *state;
    const char *const argv[] = {BIN_DIR "/shikumenctl", "-c", s->conf, ADD, AT, NULL};
    const struct process_options o = {.output = s->err, .stdout_to = s->out};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), client;
    struct process p;

    assert_int_equal(mkdir(s->store, 0700), 0);
    assert_true(snprintf(address.sun_path, sizeof address.sun_path, "%s/control.sock", s->store) <
                (int)sizeof address.sun_path);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 1), 0);
    p = process_start(argv, &o);
    client = accept(fd, NULL, NULL);
    assert_int_equal(write(client, "{}", 2), 2);
    close(client);
    close(fd);
    assert_true(process_wait(&p, PATIENCE_S));
    assert_int_equal(p.exit_code, 0);
    assert_said(s->err, "systemctl reload shikumend");
    assert_int_equal(epochs_loaded(s), 1);
}

/* --- what must not happen --- */

static void no_registry(void **state)
{
    struct site *s = *state;

    assert_int_equal(unlink(s->registry), 0);
    assert_int_equal(ctl(s, ADD, AT), 78);
    assert_said(s->err, "does not exist");
    assert_int_not_equal(access(s->registry, F_OK), 0);
}

static void assert_refused(const struct site *s, int code, const char *words, const char *before)
{
    char *now = read_text(s->registry, NULL);

    assert_int_not_equal(code, 0);
    assert_said(s->err, words);
    assert_string_equal(now, before);
    free(now);
}

static void what_is_wrong_changes_nothing(void **state)
{
    struct site *s = *state;
    int code;

    code = ctl(s, "epoch", "add", "--scope", "H1/wal", "--kind", "repair", "--by", "x");
    assert_refused(s, code, "H1/wal is the id of no sensor", fixture_registry);
    assert_said(s->err, "did you mean H1/wall");
    code = ctl(s, "epoch", "add", "--scope", "H1", "--kind", "fix", "--by", "x");
    assert_refused(s, code, "allowed: repair, rezero, sensor_swap, excavation, renovation, vacant",
                   fixture_registry);
    code = ctl(s, ADD, AT, "--until", "2026-03-01T08:00:00Z");
    assert_refused(s, code, "not after the beginning", fixture_registry);
    code = ctl(s, ADD, AT, "--until", "2025-01-01");
    assert_refused(s, code, "not after the beginning", fixture_registry);
    assert_int_equal(ctl(s, "epoch", "add", "--kind", "repair", "--by", "x"), 2);
    assert_int_equal(ctl(s, "epoch", "add", "--scope", "H1", "--by", "x"), 2);
    assert_int_equal(ctl(s, "epoch", "add", "--scope", "H1", "--kind", "repair"), 2);
    assert_int_equal(ctl(s, "epoch", "add", "--scope", "H1", "--kind", "repair", "--by", ""), 2);
    assert_int_equal(ctl(s, "epoch"), 2);
    assert_int_equal(ctl(s, "epoch", "remove", "--scope", "H1"), 2);
    assert_refused(s, 2, "epoch remove", fixture_registry);
}

static void not_twice(void **state)
{
    struct site *s = *state;
    char *once;

    assert_int_equal(ctl(s, ADD, AT), 0);
    once = read_text(s->registry, NULL);
    assert_refused(s, ctl(s, ADD, AT), "registered already", once);
    free(once);
}

/* A registry that is faulty already is told as such and left alone. */
static void faulty_registries_are_left_alone(void **state)
{
    static const char *const tails[] = {
        ",\"epochs\":[{\"t\":\"2020-01-01\",\"scope\":\"H7\",\"kind\":\"repair\"}]}",
        ",\"epochs\":{}}",
        ",\"epochs\":[}",
        ",\"epochs\":[],\"epochs\":[]}",
        "",
    };
    struct site *s = *state;

    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        char *before, *now;
        write_with(s, tails[i]);
        before = read_text(s->registry, NULL);
        assert_int_equal(ctl(s, ADD, AT), 78);
        assert_said(s->err, "registry.json");
        now = read_text(s->registry, NULL);
        assert_string_equal(now, before);
        free(before);
        free(now);
    }
}

/* A key that is spelt with escapes is the same key to readers, but not one to write after. */
static void a_disguised_member_is_refused(void **state)
{
    struct site *s = *state;
    char *before;
    int code;

    write_with(s, ",\"\\u0065pochs\":[]}");
    before = read_text(s->registry, NULL);
    code = ctl(s, ADD, AT);
    assert_int_equal(code, 78);
    assert_refused(s, code, "nothing was changed", before);
    assert_said(s->err, "registry.json:");
    free(before);
}

static void mode_and_links_are_kept(void **state)
{
    struct site *s = *state;
    char *real = path_in(s->folder, "real.json");
    struct stat st;

    assert_int_equal(rename(s->registry, real), 0);
    assert_int_equal(symlink("real.json", s->registry), 0);
    assert_int_equal(chmod(real, 0640), 0);
    assert_int_equal(ctl(s, ADD, AT), 0);
    assert_int_equal(lstat(s->registry, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(stat(real, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_int_equal(epochs_loaded(s), 1);
    free(real);
}

/* Those who add at once wait for one another. */
static void many_at_once(void **state)
{
    enum { PEOPLE = 6 };
    struct site *s = *state;
    pid_t pid[PEOPLE];

    for (int i = 0; i < PEOPLE; i++) {
        pid[i] = fork();
        assert_true(pid[i] >= 0);
        if (pid[i] == 0) {
            char from[] = "2026-03-01T08:00:00Z";
            from[18] = (char)('0' + i);
            if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
                _exit(126);
            execl(BIN_DIR "/shikumenctl", "shikumenctl", "-c", s->conf, ADD, "--from", from,
                  (char *)NULL);
            _exit(127);
        }
    }
    for (int i = 0; i < PEOPLE; i++) {
        int status;
        assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    assert_int_equal(epochs_loaded(s), PEOPLE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_member_is_made),
        TEST(one_more_stands_like_the_last),
        TEST(empty_and_null_lists),
        TEST(everything_given_is_kept),
        TEST(epochs_are_listed),
        TEST(now_is_the_default),
        TEST(a_running_daemon_is_to_reload),
        TEST(what_is_wrong_changes_nothing),
        TEST(no_registry),
        TEST(not_twice),
        TEST(faulty_registries_are_left_alone),
        TEST(a_disguised_member_is_refused),
        TEST(mode_and_links_are_kept),
        TEST(many_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
