/* Answers: problems, entity tags, gzip, the headers that every answer has. */
#include <stdio.h>
#include <string.h>

#include "api_parts.h"
#include "shikumen/io/audit_hash.h"
#include "shikumen/io/gzip.h"

#define GZIP_LEAST 1024 /* bytes; shorter bodies gain nothing */
#define TAG_SIZE   48

/* --- problems (RFC 9457) --- */

static const char *title_of(int status)
{
    static const struct {
        int status;
        const char *title;
    } titles[] = {
        {400, "Bad Request"},       {401, "Unauthorized"},           {403, "Forbidden"},
        {404, "Not Found"},         {405, "Method Not Allowed"},     {409, "Conflict"},
        {413, "Content Too Large"}, {415, "Unsupported Media Type"}, {421, "Misdirected Request"},
        {429, "Too Many Requests"}, {503, "Service Unavailable"}};

    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (titles[i].status == status)
            return titles[i].title;
    return "Internal Server Error";
}

static void put_member(struct strbuf *out, const char *name, const char *text)
{
    strbuf_printf(out, ",\"%s\":", name);
    strbuf_json_string(out, text, strlen(text));
}

static void begin_problem(struct api_call *c, int status, const char *zh, const char *en)
{
    const char *both = arena_printf(c->arena, "%s %s", zh, en);

    c->status = status;
    c->type = "application/problem+json";
    c->forever = NULL;
    c->etag = NULL;
    c->cache = "no-store";
    c->policy = NULL;
    strbuf_clear(&c->body);
    strbuf_printf(&c->body, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d",
                  title_of(status), status);
    put_member(&c->body, "detail", both ? both : en);
    put_member(&c->body, "detail_zh", zh);
    put_member(&c->body, "detail_en", en);
}

enum err api_problem(struct api_call *c, int status, const char *zh, const char *en, ...)
{
    char text[2][512];
    va_list args;

    va_start(args, en);
    vsnprintf(text[0], sizeof text[0], zh, args);
    va_end(args);
    va_start(args, en);
    vsnprintf(text[1], sizeof text[1], en, args);
    va_end(args);
    begin_problem(c, status, text[0], text[1]);
    strbuf_puts(&c->body, "}\n");
    return ERR_OK;
}

enum err api_problem_parameter(struct api_call *c, const char *name, const char *allowed)
{
    const char *zh = arena_printf(c->arena, "参数 %.100s 不可用；允许：%.300s", name, allowed);
    const char *en =
        arena_printf(c->arena, "parameter %.100s is not usable; allowed: %.300s", name, allowed);

    begin_problem(c, 400, zh ? zh : "", en ? en : "");
    put_member(&c->body, "parameter", name);
    put_member(&c->body, "allowed", allowed);
    strbuf_puts(&c->body, "}\n");
    return ERR_OK;
}

void api_fail(struct api_call *c, enum err e)
{
    log_event(&c->api->hub->log, LOG_P_WARNING, "http_fault path=\"%.100s\" error=%s", c->path,
              err_name(e));
    if (e == ERR_CORRUPT)
        api_problem(c, 500, "存储的数据自相矛盾（见 shikumenctl verify）",
                    "stored data contradicts itself (see shikumenctl verify)");
    else
        api_problem(c, 503, "暂时无法回答：%s", "cannot be answered at the moment: %s",
                    err_name(e));
    api_header(c, "Retry-After", "2");
}

/* --- headers --- */

void api_header(struct api_call *c, const char *name, const char *value)
{
    if (c->header_count < API_HEADERS_MOST)
        c->headers[c->header_count++] = (struct http_header){name, value};
}

/* What every answer says: nothing of it may be framed, sniffed or loaded from elsewhere. The policy
 * stands last. */
static const struct http_header usual[] = {
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
     "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"},
};
#define USUAL (sizeof usual / sizeof *usual)

/* --- entity tags (RFC 9110 section 8.8.3) --- */

static const char *tag_of(struct api_call *c)
{
    uint8_t hash[AUDIT_HASH_BYTES];
    char hex[AUDIT_HASH_HEX_SIZE];

    if (c->etag)
        return c->etag;
    if (c->status != 200 || c->streams || (c->route && c->route->flags & ROUTE_NO_ETAG) ||
        audit_hash(c->body.data, c->body.len, hash) != ERR_OK)
        return NULL;
    return arena_printf(c->arena, "%.32s", audit_hash_hex(hash, hex));
}

/* Whether the request has this version already; tags of what was packed are the same with "-gz". */
static bool is_known(const struct http_request *r, const char *tag)
{
    const char *known = http_header_of(r, "If-None-Match");
    size_t n = strlen(tag);

    for (const char *at = known; at && *at; at = strchr(at, ',')) {
        at += strspn(at, ", \t");
        if (*at == '*')
            return true;
        at += strncmp(at, "W/", 2) == 0 ? 2 : 0;
        if (*at == '"' && strncmp(at + 1, tag, n) == 0 &&
            (at[n + 1] == '"' || strncmp(at + n + 1, "-gz\"", 4) == 0))
            return true;
    }
    return false;
}

/* --- gzip --- */

/* Whether Accept-Encoding has gzip, and not with a weight of nothing. */
static bool takes_gzip(const struct http_request *r)
{
    const char *accepted = http_header_of(r, "Accept-Encoding");
    const char *at = accepted ? strcasestr(accepted, "gzip") : NULL;
    size_t n;

    if (!at)
        return false;
    at += 4;
    at += strspn(at, " \t");
    if (*at != ';')
        return true;
    at += 1 + strspn(at + 1, " \t");
    if (strncasecmp(at, "q=", 2) != 0)
        return true;
    n = strspn(at + 2, "0.");
    return at[2 + n] >= '1' && at[2 + n] <= '9';
}

/* Packs or unpacks the body as the request takes it; true when it is packed then. */
static bool pack(struct api_call *c)
{
    struct strbuf packed = {0};
    bool takes = takes_gzip(c->request);

    if (c->forever && takes)
        return true;
    if (c->forever) {
        if (gzip_unpack(c->forever, c->forever_len, SIZE_MAX / 2, &c->body) != ERR_OK)
            api_fail(c, ERR_NOMEM);
        c->forever = NULL;
        return false;
    }
    if (!takes || c->body.len < GZIP_LEAST)
        return false;
    if (gzip_pack(c->body.data, c->body.len, &packed) != ERR_OK) {
        strbuf_free(&packed);
        return false;
    }
    strbuf_free(&c->body);
    c->body = packed;
    return true;
}

/* --- all of it --- */

static void put_headers(struct api_call *c, const char *tag, bool packed)
{
    char *quoted = tag ? arena_printf(c->arena, "\"%s%s\"", tag, packed ? "-gz" : "") : NULL;

    if (c->type)
        api_header(c, "Content-Type", c->type);
    if (packed)
        api_header(c, "Content-Encoding", "gzip");
    if (quoted)
        api_header(c, "ETag", quoted);
    api_header(c, "Cache-Control", c->cache ? c->cache : "private, no-cache");
    api_header(c, "Vary", "Accept-Encoding");
}

void api_reply(struct api_call *c)
{
    struct http_header all[USUAL + API_HEADERS_MOST];
    const char *tag = tag_of(c);
    bool known = tag && is_known(c->request, tag);
    bool packed = !known && pack(c);

    if (c->body.failed) {
        strbuf_free(&c->body);
        c->status = 503;
    }
    if (known) {
        c->status = 304;
        c->type = NULL;
        c->forever = NULL;
        strbuf_clear(&c->body);
    }
    put_headers(c, tag, packed);
    memcpy(all, usual, sizeof usual);
    if (c->policy)
        all[USUAL - 1].value = c->policy;
    memcpy(all + USUAL, c->headers, c->header_count * sizeof *all);
    http_answer(c->request, &(struct http_answer){
                                .status = c->status,
                                .headers = all,
                                .header_count = USUAL + c->header_count,
                                .body = c->forever ? c->forever : strbuf_text(&c->body),
                                .body_len = c->forever ? c->forever_len : c->body.len,
                                .kind = c->forever && !c->copied ? HTTP_FOREVER : HTTP_COPY,
                                .close = c->request->refused != 0,
                            });
}
