#include "contender.h"

#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "district.h"
#include "report.h"
#include "tmpdir.h"

#define FILTER     "shikumen/v1/#"
#define CLIENT     "contender"
#define SUBSCRIBED CLIENT " 1 " FILTER /* in the broker's log */

static const char *const count_sql[] = {
    [SHIKUMEND] = "SELECT n FROM counter WHERE name = 'stored'",
    [PEER_STORE] = "SELECT coalesce(max(rowid), 0) FROM reading",
};

/* --- starting --- */

static void write_registry(const char *path, const struct contender_options *o)
{
    struct strbuf json = {0};

    district_registry(o->sensors, o->alarms, &json);
    write_text(path, strbuf_text(&json));
    strbuf_free(&json);
}

static void write_settings(const struct contender *c, const struct contender_options *o,
                           const char *path)
{
    char *registry = path_in(c->folder, "registry.json");
    char *limits = realpath(o->limits, NULL);
    FILE *f = fopen(path, "we");

    if (!limits || !f)
        give_up("%s: no such directory", o->limits);
    write_registry(registry, o);
    fprintf(f, "mqtt: { host = \"127.0.0.1\"; port = %d; client_id = \"" CLIENT "\"; };\n",
            c->broker.port);
    fprintf(f, "store: { path = \"store\"; };\n");
    fprintf(f, "registry: { file = \"registry.json\"; limits = \"%s\"; };\n", limits);
    fprintf(f, "http: { listen = \"127.0.0.1:%d\"; };\n", free_port());
    if (o->post_url)
        fprintf(f,
                "endpoints: ( { name = \"bench\"; url = \"%s\"; min_level = 1;"
                " categories = [ \"structure\" ]; } );\n",
                o->post_url);
    fclose(f);
    free(registry);
    free(limits);
}

static struct process launch(const char *const argv[], const struct contender *c)
{
    char *log = path_in(c->folder, "contender.log");
    struct process_options o = {.output = log, .folder = c->folder};

    if (c->kind == MOSQUITTO_SUB)
        o.stdout_to = "/dev/null";
    struct process p = process_start(argv, &o);
    free(log);
    return p;
}

static struct process start_process(const struct contender *c, const struct contender_options *o)
{
    static const char *const names[] = {"shikumend", "mosquitto_sub", "bench_peer_store",
                                        "bench_peer_post"};
    char port[16], messages[24];
    char *program = program_path(names[c->kind]), *settings = path_in(c->folder, "shikumend.conf");
    const char *const ours[] = {program, "-c", settings, NULL};
    const char *const sub[] = {"mosquitto_sub", "-p", port,   "-q", "1",      "-c", "-i",
                               CLIENT,          "-t", FILTER, "-C", messages, NULL};
    const char *const store[] = {program, port, CLIENT, FILTER, c->store, NULL};
    const char *const post[] = {program, port, CLIENT, FILTER, o->post_url, NULL};
    const char *const *const all[] = {ours, sub, store, post};

    snprintf(port, sizeof port, "%d", c->broker.port);
    snprintf(messages, sizeof messages, "%lld", (long long)o->messages);
    if (c->kind == SHIKUMEND)
        write_settings(c, o, settings);
    struct process p = launch(all[c->kind], c);
    free(program);
    free(settings);
    return p;
}

static bool subscribed_or_ended(void *context)
{
    struct contender *c = context;
    char *log = read_text(c->broker.log, NULL);
    bool subscribed = strstr(log, SUBSCRIBED) != NULL;

    free(log);
    return subscribed || !process_running(&c->process);
}

struct contender contender_start(const struct contender_options *o)
{
    static const struct broker_options broker = {.extra = "log_type subscribe\nsys_interval 0"};
    struct contender c = {.kind = o->kind, .folder = tmpdir_make("shikumen-bench")};

    c.store = path_in(c.folder, "store");
    if (mkdir(c.store, 0700) != 0)
        give_up("%s: cannot be made", c.store);
    c.broker = broker_start(c.folder, &broker);
    c.process = start_process(&c, o);
    if (!wait_until(subscribed_or_ended, &c, 60) || !process_running(&c.process)) {
        char *path = path_in(c.folder, "contender.log");
        give_up("no subscription\n%s", read_text(path, NULL));
    }
    return c;
}

/* --- measuring --- */

/* A line "NAME:  N kB" of /proc/PID/status in MB; 0 when the process is gone. */
static double status_mb(pid_t pid, const char *name)
{
    char path[64], *text;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    text = read_text(path, NULL);
    const char *line = strstr(text, name);
    double mb = line ? strtod(line + strlen(name), NULL) / 1024 : 0;
    free(text);
    return mb;
}

bool contender_sample(struct contender *c)
{
    struct timespec t;
    clockid_t clock;

    if (!process_running(&c->process))
        return false;
    if (clock_getcpuclockid(c->process.pid, &clock) == 0 && clock_gettime(clock, &t) == 0)
        c->cpu_s = (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
    double mb = status_mb(c->process.pid, "VmHWM:");
    if (mb > 0)
        c->peak_rss_mb = mb;
    return true;
}

double contender_rss_mb(const struct contender *c)
{
    return status_mb(c->process.pid, "VmRSS:");
}

static bool open_store(struct contender *c)
{
    char *path = path_in(c->store, "readings.db");

    if (!c->db && sqlite3_open_v2(path, &c->db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) {
        sqlite3_close(c->db);
        c->db = NULL;
    }
    free(path);
    return c->db != NULL;
}

int64_t contender_stored(struct contender *c)
{
    sqlite3_stmt *statement;
    int64_t n = 0;

    if (!open_store(c) ||
        sqlite3_prepare_v2(c->db, count_sql[c->kind], -1, &statement, NULL) != SQLITE_OK)
        return 0;
    if (sqlite3_step(statement) == SQLITE_ROW)
        n = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return n;
}

/* --- stopping --- */

static void close_store(struct contender *c)
{
    sqlite3_close(c->db);
    c->db = NULL;
}

void contender_stop(struct contender *c)
{
    close_store(c);
    process_stop(&c->process, 60);
}

int64_t contender_bytes(const struct contender *c)
{
    DIR *dir = opendir(c->store);
    struct dirent *entry;
    int64_t bytes = 0;

    while (dir && (entry = readdir(dir))) {
        char *path = path_in(c->store, entry->d_name);
        struct stat st;
        if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
            bytes += st.st_size;
        free(path);
    }
    if (dir)
        closedir(dir);
    return bytes;
}

void contender_finish(struct contender *c)
{
    contender_stop(c);
    broker_finish(&c->broker);
    free(c->store);
    tmpdir_remove(c->folder);
}
