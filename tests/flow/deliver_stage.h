/* The deliver loop with a real database and real receivers, the test in the assessor's place. */
#ifndef SHIKUMEN_TESTS_DELIVER_STAGE_H
#define SHIKUMEN_TESTS_DELIVER_STAGE_H

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "receiver.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/file.h"
#include "shikumen/base/utc.h"
#include "shikumen/io/state_db.h"
#include "shikumen/io/webhook_sign.h"
#include "shikumen/svc/deliver.h"
#include "tmpdir.h"
#include "zones.h"

#define WAIT_MS   60000
#define EPISODES  64
#define RECEIVERS 4
#define SECRET    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

struct fixture {
    char *dir, store[256], log_path[256];
    int log_fd;
    struct state_db *db; /* the assessor's handle */
    struct episode episodes[EPISODES];
    struct receiver *receivers[RECEIVERS];
    struct hub hub;
    pthread_t thread;
    bool running;
};

/* --- set-up --- */

static inline int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    char why[200];

    f->dir = tmpdir_make("deliver");
    snprintf(f->store, sizeof f->store, "%s", f->dir);
    snprintf(f->log_path, sizeof f->log_path, "%s/log", f->dir);
    f->log_fd = open(f->log_path, O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, 0600);
    assert_true(f->log_fd >= 0);
    assert_int_equal(state_open(f->store, STATE_WRITE, why, sizeof why, &f->db), ERR_OK);
    *state = f;
    return 0;
}

static inline void stop_loop(struct fixture *f)
{
    if (!f->running)
        return;
    hub_stop(&f->hub);
    pthread_join(f->thread, NULL);
    hub_finish(&f->hub);
    f->running = false;
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;
    struct strbuf faults = {0};

    stop_loop(f);
    for (int i = 0; i < RECEIVERS; i++)
        receiver_stop(f->receivers[i]);
    if (f->db)
        assert_int_equal(state_verify(f->db, &faults), ERR_OK);
    strbuf_free(&faults);
    state_close(f->db);
    close(f->log_fd);
    tmpdir_remove(f->dir);
    free(f);
    return 0;
}

static inline struct format_template *read_template(const char *file)
{
    struct strbuf text = {0};
    struct fault_list faults = {0};
    struct format_template *t = NULL;

    assert_int_equal(file_read(file, 1 << 20, &text), ERR_OK);
    assert_int_equal(format_template_parse(file, text.data, text.len, &faults, &t), ERR_OK);
    fault_list_free(&faults);
    strbuf_free(&text);
    return t;
}

/* A plan of endpoints and a zone. Strings are copied. */
static inline struct plan *make_plan(const char *store, const struct endpoint *endpoints,
                                     size_t count)
{
    struct plan *plan = calloc(1, sizeof *plan);
    struct settings *s = calloc(1, sizeof *s);

    atomic_init(&plan->references, 1);
    plan->settings = s;
    plan->registry = calloc(1, sizeof *plan->registry);
    plan->registry->zone = &zone_shanghai;
    s->store.path = arena_strdup(&s->arena, store);
    s->endpoints = arena_array(&s->arena, count + 1, sizeof *s->endpoints);
    s->endpoint_count = count;
    plan->templates = calloc(count + 1, sizeof(struct format_template *));
    for (size_t i = 0; i < count; i++)
        if (endpoints[i].template)
            plan->templates[i] = read_template(endpoints[i].template);
    for (size_t i = 0; i < count; i++) {
        struct endpoint *e = &s->endpoints[i];
        *e = endpoints[i];
        e->name = arena_strdup(&s->arena, e->name);
        e->url = arena_strdup(&s->arena, e->url);
        e->secret_file = arena_strdup(&s->arena, e->secret_file ? e->secret_file : "");
        e->fallback = arena_strdup(&s->arena, e->fallback ? e->fallback : "");
        e->url_secret_file = arena_strdup(&s->arena, e->url_secret_file ? e->url_secret_file : "");
        e->keyword = e->keyword ? e->keyword : "";
        e->language = e->language ? e->language : "both";
        e->format = e->format ? e->format : "native";
        e->template = e->template ? e->template : "";
        e->escalate_to = "";
    }
    return plan;
}

static inline void start_loop(struct fixture *f, const struct endpoint *endpoints, size_t count)
{
    struct log log = {f->log_fd, LOG_P_INFO};

    assert_int_equal(hub_init(&f->hub, log, make_plan(f->store, endpoints, count)), ERR_OK);
    assert_int_equal(pthread_create(&f->thread, NULL, deliver_run, &f->hub), 0);
    f->running = true;
}

/* Receiver number i, and an endpoint called name for it. */
static inline struct endpoint listening(struct fixture *f, int i, const char *name,
                                        receiver_script *script, void *context, char url[64])
{
    if (!f->receivers[i])
        f->receivers[i] = receiver_start(0, script, context);
    assert_non_null(f->receivers[i]);
    receiver_url(f->receivers[i], "/hook", url, 64);
    return (struct endpoint){.name = name, .url = url, .timeout_s = 20};
}

/* --- the assessor's part --- */

/* The next step of an episode, at this level (0: it ends), with this body. */
static inline void put_body(struct fixture *f, int episode, int level, const char *body,
                            const char *const *endpoints)
{
    struct episode *e = &f->episodes[episode];

    e->step++;
    e->level = level;
    e->changed_us = clock_utc_us();
    e->resolved_us = level == LEVEL_NORMAL ? e->changed_us : 0;
    assert_int_equal(state_begin(f->db), ERR_OK);
    assert_int_equal(state_episode_put(f->db, e), ERR_OK);
    assert_int_equal(state_step_put(f->db, e, EVENT_WORSENED, e->changed_us, body, strlen(body)),
                     ERR_OK);
    for (; *endpoints; endpoints++)
        assert_int_equal(state_outbox_put(f->db, e, *endpoints, clock_utc_us()), ERR_OK);
    assert_int_equal(state_commit(f->db), ERR_OK);
    if (f->running)
        hub_wake(&f->hub, LOOP_DELIVER);
}

static inline void open_episode(struct fixture *f, int episode)
{
    struct episode *e = &f->episodes[episode];

    if (e->step > 0)
        return;
    *e = (struct episode){
        .key = "k", .house = "H001", .element = "", .opened_us = clock_utc_us() - US_PER_S};
    snprintf(e->id, sizeof e->id, "00000000-0000-4000-8000-%012d", episode);
}

/* A step of no matter what level, of which little more than the id is told. */
static inline void put_step(struct fixture *f, int episode, const char *const *endpoints)
{
    struct episode *e = &f->episodes[episode];
    char body[100];

    open_episode(f, episode);
    snprintf(body, sizeof body, "{\"id\":\"%s\",\"step\":%d,\"summary\":\"裂缝\"}", e->id,
             e->step + 1);
    put_body(f, episode, 1 + (e->step + 1) % 4, body, endpoints);
}

/* A step as the assessor writes it, of what every format tells; its summary is "<episode.step>". */
static inline void put_alert(struct fixture *f, int episode, int level,
                             const char *const *endpoints)
{
    struct episode *e = &f->episodes[episode];
    char body[1000], at[UTC_TEXT_SIZE];

    open_episode(f, episode);
    snprintf(body, sizeof body,
             "{\"id\":\"%s\",\"step\":%d,\"event\":\"%s\",\"at\":\"%s\",\"district\":\"d\","
             "\"house\":\"H%03d\",\"element\":null,\"house_name\":{\"zh\":\"里\",\"en\":\"Li\"},"
             "\"category\":\"structure\",\"kind\":\"limit\",\"level\":%d,"
             "\"summary\":{\"zh\":\"编号%d.%d\",\"en\":\"number %d.%d\"},"
             "\"advice\":{\"zh\":\"查看\",\"en\":\"look\"},\"url\":null}",
             e->id, e->step + 1,
             e->step == 0 ? "raised"
             : level == 0 ? "resolved"
                          : "worsened",
             utc_format(clock_utc_us(), at), episode, level, episode, e->step + 1, episode,
             e->step + 1);
    put_body(f, episode, level, body, endpoints);
}

static const char *const to_a[] = {"a", NULL};
static const char *const to_a_and_b[] = {"a", "b", NULL};

struct find_counts {
    const char *endpoint;
    struct outbox_counts found;
};

static inline enum err find_counts(void *context, const struct outbox_counts *c)
{
    struct find_counts *find = context;

    if (strcmp(c->endpoint, find->endpoint) == 0)
        find->found = *c;
    return ERR_OK;
}

static inline struct outbox_counts counts_of(struct fixture *f, const char *endpoint)
{
    struct find_counts find = {.endpoint = endpoint};

    assert_int_equal(state_outbox_counts_each(f->db, find_counts, &find), ERR_OK);
    return find.found;
}

/* Waits until so many rows have come to an end; the counts then. */
static inline struct outbox_counts wait_settled(struct fixture *f, const char *endpoint,
                                                int64_t rows)
{
    struct outbox_counts c = counts_of(f, endpoint);

    for (int ms = 0; c.delivered + c.parked < rows; ms += 5) {
        if (ms > WAIT_MS)
            fail_msg("%s: %d delivered, %d parked, not %d", endpoint, (int)c.delivered,
                     (int)c.parked, (int)rows);
        usleep(5000);
        c = counts_of(f, endpoint);
    }
    return c;
}

static inline void wait_fault(struct fixture *f, bool expected, char text[HUB_TEXT_SIZE])
{
    int64_t since_us;

    for (int ms = 0; hub_fault_get(&f->hub, LOOP_DELIVER, text, &since_us) != expected; ms += 5) {
        if (ms > WAIT_MS)
            fail_msg("fault is \"%s\"", text);
        usleep(5000);
    }
}

static inline int log_lines(const struct fixture *f, const char *part)
{
    char line[1100];
    FILE *file = fopen(f->log_path, "r");
    int n = 0;

    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        n += strstr(line, part) != NULL;
    fclose(file);
    return n;
}

static inline int episode_of(const struct received *r)
{
    return atoi(r->webhook_id + 24);
}

static inline int step_of(const struct received *r)
{
    return atoi(strchr(r->webhook_id, '.') + 1);
}

#endif
