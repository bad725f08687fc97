/* receiver: takes alerts over HTTP on 127.0.0.1, checks their Standard Webhooks signature, and
 * shows them. */
#include <cjson/cJSON.h>
#include <getopt.h>
#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "process.h"
#include "receiver.h"
#include "shikumen/base/strbuf.h"

#define TOLERANCE_S 300
#define KEY_MAX     256

static const char usage[] =
    "用法 usage: receiver [选项 options]\n"
    "  --port PORT         监听端口 port on 127.0.0.1 (0: 任意 any free one)\n"
    "  --secret-file FILE  校验签名 verify signatures with this secret; 401 when wrong\n"
    "  --log FILE          追加记录 append one JSON line per POST\n"
    "  --status CODE       以此状态回答 answer with this status (200)\n"
    "  --body TEXT         以此内容回答 answer with this body (such as {\"errcode\":0})\n"
    "  --delay MS          延迟回答 answer after this delay\n"
    "  --quiet             不打印 print nothing but the address\n";

struct server {
    unsigned char key[KEY_MAX];
    int key_len; /* 0: no secret, nothing is verified */
    int port, status, delay_ms;
    const char *log_path, *body;
    FILE *log;
    bool quiet;
};

enum signature { SIGNATURE_VALID, SIGNATURE_INVALID, SIGNATURE_MISSING, SIGNATURE_UNCHECKED };
static const char *const signature_name[] = {"valid", "invalid", "missing", "unchecked"};
static const char *const signature_words[] = {"签名有效 signature valid",
                                              "签名无效 SIGNATURE INVALID", "没有签名 NOT SIGNED",
                                              "未校验签名 not verified"};

static bool take_secret(struct server *s, const char *path)
{
    char *text = read_text(path, NULL), *end = text + strlen(text), *start = text;
    size_t n;

    while (end > start && strchr(" \t\r\n", end[-1]))
        *--end = '\0';
    n = (size_t)(end - start);
    if (strncmp(start, "whsec_", 6) == 0 && (n - 6) % 4 == 0 && n < KEY_MAX) {
        s->key_len = EVP_DecodeBlock(s->key, (unsigned char *)start + 6, (int)n - 6);
        for (const char *p = end; s->key_len > 0 && p[-1] == '='; p--)
            s->key_len--;
    } else if (n > 0 && n < KEY_MAX) {
        memcpy(s->key, start, n);
        s->key_len = (int)n;
    }
    free(text);
    return s->key_len > 0;
}

/* The signature that the request should have, "v1," and base64 of HMAC-SHA256 over id.time.body. */
static void expected(const struct server *s, const struct received *r, char text[64])
{
    struct strbuf signed_text = {0};
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int n = 0;

    strbuf_printf(&signed_text, "%s.%s.", r->webhook_id, r->webhook_timestamp);
    strbuf_append(&signed_text, r->body, r->body_len);
    HMAC(EVP_sha256(), s->key, s->key_len, (const unsigned char *)signed_text.data, signed_text.len,
         mac, &n);
    memcpy(text, "v1,", 4);
    EVP_EncodeBlock((unsigned char *)text + 3, mac, (int)n);
    strbuf_free(&signed_text);
}

static enum signature verify(const struct server *s, const struct received *r)
{
    char right[64];
    long long age_s = (long long)time(NULL) - atoll(r->webhook_timestamp);
    const char *at = r->webhook_signature;
    size_t n;

    if (s->key_len == 0)
        return SIGNATURE_UNCHECKED;
    if (!*r->webhook_id || !*r->webhook_timestamp || !*at)
        return SIGNATURE_MISSING;
    expected(s, r, right);
    for (; *at; at += n + (at[n] == ' ')) {
        n = strcspn(at, " ");
        if (n == strlen(right) && CRYPTO_memcmp(at, right, n) == 0 && llabs(age_s) <= TOLERANCE_S)
            return SIGNATURE_VALID;
    }
    return SIGNATURE_INVALID;
}

static const char *word(const cJSON *o, const char *key)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));

    return text ? text : "-";
}

static void show(const struct received *r, enum signature signature)
{
    cJSON *body = cJSON_ParseWithLength(r->body, r->body_len);
    const cJSON *summary = cJSON_GetObjectItemCaseSensitive(body, "summary");
    time_t at = (time_t)(r->at_us / 1000000);
    struct tm tm;
    char clock[16];

    localtime_r(&at, &tm);
    strftime(clock, sizeof clock, "%H:%M:%S", &tm);
    printf("%s  %s  %s %s  %s  [%s]\n          %s\n          %s\n", clock, word(body, "event"),
           word(body, "colour"), word(body, "category"), r->webhook_id, signature_words[signature],
           word(summary, "zh"), word(summary, "en"));
    fflush(stdout);
    cJSON_Delete(body);
}

static void write_log(const struct server *s, const struct received *r, enum signature signature)
{
    cJSON *body = cJSON_ParseWithLength(r->body, r->body_len);
    struct strbuf line = {0};

    strbuf_printf(&line, "{\"at_ns\":%" PRId64 "000,\"id\":", r->at_us);
    strbuf_json_string(&line, r->webhook_id, strlen(r->webhook_id));
    strbuf_printf(&line, ",\"signature\":\"%s\",\"status\":%d,\"body\":", signature_name[signature],
                  r->status);
    if (body && !memchr(r->body, '\n', r->body_len))
        strbuf_append(&line, r->body, r->body_len);
    else
        strbuf_json_string(&line, r->body, r->body_len);
    strbuf_puts(&line, "}\n");
    fwrite(line.data, 1, line.len, s->log);
    fflush(s->log);
    strbuf_free(&line);
    cJSON_Delete(body);
}

/* In the receiver's thread, which alone touches the outputs. */
static void on_request(void *context, const struct received *r, struct receiver_reply *reply)
{
    const struct server *s = context;
    enum signature signature = verify(s, r);
    struct received answered = *r;

    reply->status =
        signature == SIGNATURE_INVALID || signature == SIGNATURE_MISSING ? 401 : s->status;
    reply->body = s->body;
    reply->delay_ms = s->delay_ms;
    answered.status = reply->status;
    if (s->log)
        write_log(s, &answered, signature);
    if (!s->quiet)
        show(r, signature);
}

static int wrong(const char *what)
{
    fprintf(stderr, "receiver: %s\n%s", what, usage);
    return 2;
}

static int read_options(int argc, char **argv, struct server *s)
{
    static const struct option table[] = {
        {"port", 1, NULL, 'p'},   {"secret-file", 1, NULL, 's'}, {"log", 1, NULL, 'l'},
        {"status", 1, NULL, 'c'}, {"delay", 1, NULL, 'd'},       {"quiet", 0, NULL, 'q'},
        {"body", 1, NULL, 'b'},   {"help", 0, NULL, 'h'},        {NULL, 0, NULL, 0},
    };
    int key;

    while ((key = getopt_long(argc, argv, "", table, NULL)) != -1) {
        switch (key) {
        case 'p':
            s->port = atoi(optarg);
            break;
        case 's':
            if (!take_secret(s, optarg))
                return wrong("--secret-file");
            break;
        case 'l':
            s->log_path = optarg;
            break;
        case 'c':
            s->status = atoi(optarg);
            break;
        case 'b':
            s->body = optarg;
            break;
        case 'd':
            s->delay_ms = atoi(optarg);
            break;
        case 'q':
            s->quiet = true;
            break;
        case 'h':
            fputs(usage, stdout);
            return 0;
        default:
            return wrong("?");
        }
    }
    return optind < argc || s->status < 100 || s->status > 599 || s->delay_ms < 0 ? wrong("?") : -1;
}

static int serve(struct server *s)
{
    struct receiver *r;
    sigset_t set;
    int caught;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    r = receiver_start(s->port, on_request, s);
    if (!r) {
        fprintf(stderr, "receiver: 端口不可用 port %d cannot be had\n", s->port);
        return 1;
    }
    printf("listening on http://127.0.0.1:%d/\n", receiver_port(r));
    fflush(stdout);
    sigwait(&set, &caught);
    receiver_stop(r);
    return 0;
}

int main(int argc, char **argv)
{
    struct server s = {.status = 200};
    int code = read_options(argc, argv, &s);

    if (code >= 0)
        return code;
    if (s.log_path && !(s.log = fopen(s.log_path, "ae"))) {
        perror(s.log_path);
        return 1;
    }
    code = serve(&s);
    if (s.log)
        fclose(s.log);
    return code;
}
