/* Two questions to a year of 300 sensors (10 million readings): hourly mean, least and greatest of
 * one sensor for a month; daily greatest of 30 sensors for the year. Asked of readings.db through
 * its reader, and of a table in SQLite keyed (sensor, time). Both are built once, in order of
 * arrival. */
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "district.h"
#include "process.h"
#include "report.h"
#include "shikumen/base/clock.h"
#include "shikumen/io/readings_db.h"
#include "shikumen/io/readings_query.h"
#include "shikumen/num/order.h"
#include "tmpdir.h"

#define SENSORS     300
#define GROUP       30
#define STEP_US     (945 * US_PER_S)
#define STEPS       33334
#define START_US    1735689600000000LL /* 2025-01-01T00:00:00Z */
#define MONTH_US    (30 * US_PER_DAY)
#define YEAR_US     (365 * US_PER_DAY)
#define BATCH_STEPS 60
#define MONTHS      41 /* questions a round */
#define YEARS       5

/* --- building --- */

struct stores {
    char *folder, *table_path;
    int64_t steps;
    uint32_t ids[SENSORS];
    struct readings_reader *reader;
    sqlite3 *table;
    sqlite3_stmt *month, *year;
};

static void need(enum err e, const char *what)
{
    if (e)
        give_up("%s: %s", what, err_name(e));
}

static void need_sql(struct stores *s, bool ok)
{
    if (!ok)
        give_up("%s: %s", s->table_path, sqlite3_errmsg(s->table));
}

static void run_sql(struct stores *s, const char *sql)
{
    need_sql(s, sqlite3_exec(s->table, sql, NULL, NULL, NULL) == SQLITE_OK);
}

static int64_t time_of(int sensor, int64_t step)
{
    return START_US + step * STEP_US + (sensor / NODE_SENSORS * 31 + step * 7) % 1000 * US_PER_MS;
}

static void append_steps(struct stores *s, struct readings_db *db, int64_t from, int64_t to)
{
    int64_t seq;

    for (int64_t step = from; step < to; step++)
        for (int i = 0; i < SENSORS; i++) {
            struct reading r = {.t_us = time_of(i, step),
                                .rx_us = time_of(i, step) + 40 * US_PER_MS,
                                .value = district_value(i, step),
                                .sensor = s->ids[i],
                                .flag = QF_PASS};
            need(readings_append(db, &r), "append");
        }
    need(readings_commit(db, &seq), "commit");
    if (!readings_seal_due(db))
        return;
    need(readings_seal(db, NULL, NULL), "seal");
    need(readings_trim(db, seq), "trim");
}

static void build_ours(struct stores *s)
{
    struct readings_db *db;
    char why[200], name[32];

    if (readings_open(s->folder, why, sizeof why, &db))
        give_up("%s", why);
    for (int i = 0; i < SENSORS; i++) {
        snprintf(name, sizeof name, "B%04d/n1/crack-%d", i / NODE_SENSORS, i % NODE_SENSORS + 1);
        need(readings_sensor(db, name, "crack_width", "mm", &s->ids[i]), "sensor");
    }
    for (int64_t step = 0; step < s->steps; step += BATCH_STEPS)
        append_steps(s, db, step, step + BATCH_STEPS < s->steps ? step + BATCH_STEPS : s->steps);
    readings_close(db);
    if (reader_open(s->folder, why, sizeof why, &s->reader))
        give_up("%s", why);
}

static void insert_step(struct stores *s, sqlite3_stmt *insert, int64_t step)
{
    for (int i = 0; i < SENSORS; i++) {
        sqlite3_bind_int64(insert, 1, s->ids[i]);
        sqlite3_bind_int64(insert, 2, time_of(i, step));
        sqlite3_bind_double(insert, 3, district_value(i, step));
        need_sql(s, sqlite3_step(insert) == SQLITE_DONE);
        sqlite3_reset(insert);
    }
}

static void build_table(struct stores *s)
{
    sqlite3_stmt *insert;

    need_sql(s, sqlite3_open(s->table_path, &s->table) == SQLITE_OK);
    run_sql(s, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
               "PRAGMA cache_size = -500000;"
               "CREATE TABLE reading(sensor INTEGER NOT NULL, t INTEGER NOT NULL, v REAL,"
               " PRIMARY KEY(sensor, t)) WITHOUT ROWID; BEGIN");
    need_sql(s, sqlite3_prepare_v2(s->table, "INSERT INTO reading VALUES(?, ?, ?)", -1, &insert,
                                   NULL) == SQLITE_OK);
    for (int64_t step = 0; step < s->steps; step++) {
        insert_step(s, insert, step);
        if (step % 300 == 299)
            run_sql(s, "COMMIT; BEGIN");
    }
    sqlite3_finalize(insert);
    run_sql(s, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE); ANALYZE");
    sqlite3_close(s->table);
}

static void open_table(struct stores *s)
{
    need_sql(s, sqlite3_open_v2(s->table_path, &s->table, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK);
    need_sql(s, sqlite3_prepare_v2(s->table,
                                   "SELECT t / 3600000000 AS h, avg(v), min(v), max(v) FROM reading"
                                   " WHERE sensor = ? AND t >= ? AND t < ? GROUP BY h",
                                   -1, &s->month, NULL) == SQLITE_OK);
    need_sql(s, sqlite3_prepare_v2(s->table,
                                   "SELECT t / 86400000000 AS d, max(v) FROM reading"
                                   " WHERE sensor = ? AND t >= ? AND t < ? GROUP BY d",
                                   -1, &s->year, NULL) == SQLITE_OK);
}

/* --- asking; the answer of each is reduced to its number of groups and their sum --- */

struct answer {
    int64_t group_us, group; /* of the readings being gathered */
    int64_t groups, count;
    double sum, least, greatest, total;
    bool mean; /* mean, least and greatest; else the greatest alone */
};

static void close_group(struct answer *a)
{
    if (a->count == 0)
        return;
    a->groups++;
    a->total += a->greatest + (a->mean ? a->sum / (double)a->count + a->least : 0);
    a->count = 0;
}

static enum err gather(void *context, const struct reading *r)
{
    struct answer *a = context;
    int64_t group = r->t_us / a->group_us;

    if (group != a->group)
        close_group(a);
    a->group = group;
    bool first = a->count++ == 0;
    a->sum = first ? r->value : a->sum + r->value;
    a->least = first || r->value < a->least ? r->value : a->least;
    a->greatest = first || r->value > a->greatest ? r->value : a->greatest;
    return ERR_OK;
}

static void ask_ours(struct stores *s, int sensor, int64_t from_us, int64_t to_us, struct answer *a)
{
    need(reader_window(s->reader, s->ids[sensor], from_us, to_us, gather, a), "window");
    close_group(a);
}

static void ask_table(struct stores *s, int sensor, int64_t from_us, int64_t to_us,
                      struct answer *a)
{
    sqlite3_stmt *q = a->mean ? s->month : s->year;

    sqlite3_bind_int64(q, 1, s->ids[sensor]);
    sqlite3_bind_int64(q, 2, from_us);
    sqlite3_bind_int64(q, 3, to_us);
    while (sqlite3_step(q) == SQLITE_ROW) {
        a->groups++;
        for (int i = 1; i < sqlite3_column_count(q); i++)
            a->total += sqlite3_column_double(q, i);
    }
    need_sql(s, sqlite3_reset(q) == SQLITE_OK);
}

typedef void ask_fn(struct stores *s, int sensor, int64_t from_us, int64_t to_us, struct answer *a);

static double month_ms(struct stores *s, ask_fn *ask, int n, struct answer *a)
{
    double start_s = now_s();
    int64_t months = s->steps * STEP_US / MONTH_US;
    int64_t from_us = START_US + n % months * MONTH_US;

    *a = (struct answer){.group_us = US_PER_HOUR, .mean = true};
    ask(s, n * 37 % SENSORS, from_us, from_us + MONTH_US, a);
    return (now_s() - start_s) * 1000;
}

static double year_ms(struct stores *s, ask_fn *ask, int n, struct answer *a)
{
    double start_s = now_s();
    int first = n % (SENSORS / GROUP) * GROUP;

    *a = (struct answer){.group_us = US_PER_DAY};
    for (int i = first; i < first + GROUP; i++)
        ask(s, i, START_US, START_US + YEAR_US, a);
    return (now_s() - start_s) * 1000;
}

typedef double question_fn(struct stores *s, ask_fn *ask, int n, struct answer *a);

/* Asks both in turn and requires the same answer. */
static void compare(struct stores *s, int round, const char *measure, question_fn *question,
                    int times)
{
    double ours_ms[MONTHS], table_ms[MONTHS];
    struct answer ours, table;

    for (int i = 0; i < times; i++) {
        ours_ms[i] = question(s, ask_ours, i, &ours);
        table_ms[i] = question(s, ask_table, i, &table);
        if (ours.groups != table.groups || fabs(ours.total - table.total) > 1e-6 * ours.total)
            give_up("%s: the stores do not agree", measure);
    }
    report(round, measure, "readings.db", "ms", median(ours_ms, (size_t)times));
    report(round, measure, "sqlite_rows", "ms", median(table_ms, (size_t)times));
}

/* --- all of it --- */

static double file_bytes(const char *folder, const char *name)
{
    char *path = path_in(folder, name);
    struct stat st;
    double bytes = stat(path, &st) == 0 ? (double)st.st_size : 0;

    free(path);
    return bytes;
}

static void build(struct stores *s)
{
    double start_s = now_s(), readings = (double)s->steps * SENSORS;

    progress("  building two stores of %.0f readings", readings);
    build_ours(s);
    report(1, "build", "readings.db", "readings_per_s", readings / (now_s() - start_s));
    start_s = now_s();
    build_table(s);
    report(1, "build", "sqlite_rows", "readings_per_s", readings / (now_s() - start_s));
    report(1, "build", "readings.db", "bytes_per_reading",
           file_bytes(s->folder, "readings.db") / readings);
    report(1, "build", "sqlite_rows", "bytes_per_reading",
           file_bytes(s->folder, "table.db") / readings);
    open_table(s);
}

int main(int argc, char *argv[])
{
    struct bench_options o = bench_options(argc, argv);
    struct stores s = {.steps = o.quick ? STEPS / 10 : STEPS};

    s.folder = tmpdir_make("shikumen-bench");
    s.table_path = path_in(s.folder, "table.db");
    build(&s);
    for (int round = 1; round <= o.rounds; round++) {
        compare(&s, round, "month", month_ms, MONTHS);
        compare(&s, round, "year", year_ms, YEARS);
        progress("  %d queries", round);
    }
    sqlite3_finalize(s.month);
    sqlite3_finalize(s.year);
    sqlite3_close(s.table);
    reader_close(s.reader);
    free(s.table_path);
    tmpdir_remove(s.folder);
    return 0;
}
