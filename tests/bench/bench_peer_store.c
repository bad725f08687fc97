/* What one would first write in C: libmosquitto, cJSON, a row for each reading in SQLite, committed
 * every 1000 rows or 100 ms. Note that libmosquitto acknowledges a message before it calls
 * on_message, so a reading that is not committed yet is lost when this is killed.
 *
 *     bench_peer_store PORT CLIENT FILTER DIRECTORY */
#include <cjson/cJSON.h>
#include <mosquitto.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "process.h"
#include "report.h"

#define COMMIT_ROWS 1000
#define COMMIT_S    0.1

static volatile sig_atomic_t stop;

struct peer {
    const char *filter;
    sqlite3 *db;
    sqlite3_stmt *insert;
    int rows;
    double committed_s;
};

static void on_signal(int signal_number)
{
    (void)signal_number;
    stop = 1;
}

static void run_sql(struct peer *p, const char *sql)
{
    if (sqlite3_exec(p->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        give_up("%s: %s", sql, sqlite3_errmsg(p->db));
}

static void open_store(struct peer *p, const char *directory)
{
    char *path = path_in(directory, "readings.db");

    if (sqlite3_open(path, &p->db) != SQLITE_OK)
        give_up("%s: %s", path, sqlite3_errmsg(p->db));
    free(path);
    run_sql(p, "PRAGMA journal_mode = WAL");
    run_sql(p, "PRAGMA synchronous = FULL");
    run_sql(p, "CREATE TABLE reading(sensor TEXT NOT NULL, t REAL NOT NULL, v REAL, u TEXT);"
               "CREATE INDEX reading_by_sensor ON reading(sensor, t)");
    if (sqlite3_prepare_v2(p->db, "INSERT INTO reading(sensor, t, v, u) VALUES(?, ?, ?, ?)", -1,
                           &p->insert, NULL) != SQLITE_OK)
        give_up("%s", sqlite3_errmsg(p->db));
}

static void commit(struct peer *p)
{
    if (p->rows > 0)
        run_sql(p, "COMMIT");
    p->rows = 0;
    p->committed_s = now_s();
}

static void insert(struct peer *p, const char *sensor, double t_s, double value, const char *unit)
{
    if (p->rows++ == 0)
        run_sql(p, "BEGIN");
    sqlite3_bind_text(p->insert, 1, sensor, -1, SQLITE_STATIC);
    sqlite3_bind_double(p->insert, 2, t_s);
    sqlite3_bind_double(p->insert, 3, value);
    sqlite3_bind_text(p->insert, 4, unit, -1, SQLITE_STATIC);
    if (sqlite3_step(p->insert) != SQLITE_DONE)
        give_up("%s", sqlite3_errmsg(p->db));
    sqlite3_reset(p->insert);
}

static double number(const cJSON *record, const char *name, double otherwise)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(record, name);

    return cJSON_IsNumber(item) ? item->valuedouble : otherwise;
}

static const char *text(const cJSON *record, const char *name, const char *otherwise)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(record, name);

    return cJSON_IsString(item) ? item->valuestring : otherwise;
}

static void on_message(struct mosquitto *client, void *context,
                       const struct mosquitto_message *message)
{
    struct peer *p = context;
    cJSON *pack = cJSON_ParseWithLength(message->payload, (size_t)message->payloadlen), *record;
    const char *base_name = "";
    double base_time = 0;
    char sensor[512];

    (void)client;
    cJSON_ArrayForEach(record, pack)
    {
        base_name = text(record, "bn", base_name);
        base_time = number(record, "bt", base_time);
        snprintf(sensor, sizeof sensor, "%s%s", base_name, text(record, "n", ""));
        insert(p, sensor, base_time + number(record, "t", 0), number(record, "v", 0),
               text(record, "u", ""));
    }
    cJSON_Delete(pack);
    if (p->rows >= COMMIT_ROWS)
        commit(p);
}

static void on_connect(struct mosquitto *client, void *context, int reason)
{
    struct peer *p = context;

    if (reason == 0)
        mosquitto_subscribe(client, NULL, p->filter, 1);
}

int main(int argc, char *argv[])
{
    struct peer p = {.committed_s = now_s()};

    if (argc != 5)
        give_up("usage: %s PORT CLIENT FILTER DIRECTORY", argv[0]);
    signal(SIGTERM, on_signal);
    p.filter = argv[3];
    open_store(&p, argv[4]);
    mosquitto_lib_init();
    struct mosquitto *client = mosquitto_new(argv[2], false, &p);
    mosquitto_connect_callback_set(client, on_connect);
    mosquitto_message_callback_set(client, on_message);
    if (mosquitto_connect(client, "127.0.0.1", atoi(argv[1]), 60) != MOSQ_ERR_SUCCESS)
        give_up("no broker on port %s", argv[1]);
    while (!stop && mosquitto_loop(client, 50, 1) == MOSQ_ERR_SUCCESS)
        if (p.rows > 0 && now_s() - p.committed_s > COMMIT_S)
            commit(&p);
    commit(&p);
    mosquitto_destroy(client);
    sqlite3_finalize(p.insert);
    sqlite3_close(p.db);
    return 0;
}
