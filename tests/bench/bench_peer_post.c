/* The least that turns a message into a POST: subscribe, parse, compare, post over a connection
 * that stays open. Stores nothing, tries nothing twice.
 *
 *     bench_peer_post PORT CLIENT FILTER URL */
#include <cjson/cJSON.h>
#include <mosquitto.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>

#include "district.h"
#include "report.h"

static volatile sig_atomic_t stop;

struct peer {
    const char *filter;
    CURL *curl;
};

static void on_signal(int signal_number)
{
    (void)signal_number;
    stop = 1;
}

static bool is_over(const cJSON *record)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(record, "v");

    return cJSON_IsNumber(v) && v->valuedouble >= ALARM_LIMIT_MM;
}

static void post(struct peer *p, const char *body, size_t n)
{
    curl_easy_setopt(p->curl, CURLOPT_POSTFIELDSIZE, (long)n);
    curl_easy_setopt(p->curl, CURLOPT_POSTFIELDS, body);
    curl_easy_perform(p->curl);
}

static void on_message(struct mosquitto *client, void *context,
                       const struct mosquitto_message *message)
{
    struct peer *p = context;
    cJSON *pack = cJSON_ParseWithLength(message->payload, (size_t)message->payloadlen), *record;

    (void)client;
    cJSON_ArrayForEach(record, pack)
    {
        if (is_over(record))
            post(p, message->payload, (size_t)message->payloadlen);
    }
    cJSON_Delete(pack);
}

static void on_connect(struct mosquitto *client, void *context, int reason)
{
    struct peer *p = context;

    if (reason == 0)
        mosquitto_subscribe(client, NULL, p->filter, 1);
}

static CURL *make_curl(const char *url, struct curl_slist *headers)
{
    CURL *curl = curl_easy_init();

    if (!curl)
        give_up("libcurl cannot be used");
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    return curl;
}

int main(int argc, char *argv[])
{
    if (argc != 5)
        give_up("usage: %s PORT CLIENT FILTER URL", argv[0]);
    signal(SIGTERM, on_signal);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    struct peer p = {.filter = argv[3], .curl = make_curl(argv[4], headers)};
    mosquitto_lib_init();
    struct mosquitto *client = mosquitto_new(argv[2], false, &p);
    mosquitto_connect_callback_set(client, on_connect);
    mosquitto_message_callback_set(client, on_message);
    mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1);
    if (mosquitto_connect(client, "127.0.0.1", atoi(argv[1]), 60) != MOSQ_ERR_SUCCESS)
        give_up("no broker on port %s", argv[1]);
    while (!stop && mosquitto_loop(client, 50, 1) == MOSQ_ERR_SUCCESS)
        ;
    mosquitto_destroy(client);
    curl_easy_cleanup(p.curl);
    curl_slist_free_all(headers);
    return 0;
}
