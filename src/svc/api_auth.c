/* Who asks: a token in a header, or in the cookie of a session, is looked up by its digest in the
 * list of the plan. The cookie holds the token itself, so that sessions outlive restarts and end
 * with the token's line. */
#include <string.h>
#include <strings.h>

#include "api_parts.h"
#include "api_tables.h"
#include "shikumen/base/clock.h"
#include "shikumen/core/base64.h"
#include "shikumen/core/tokens.h"
#include "shikumen/io/audit_hash.h"

#define COOKIE      "shikumen_session"
#define TOKEN_BYTES 256
#define COOKIE_DAYS 30 /* [J] */

/* --- what is shown --- */

struct shown {
    char token[TOKEN_BYTES]; /* "": none */
    bool by_cookie;
};

static bool keep(struct shown *s, const char *text, size_t n)
{
    if (n == 0 || n >= sizeof s->token || memchr(text, '\0', n))
        return false;
    memcpy(s->token, text, n);
    s->token[n] = '\0';
    return true;
}

/* RFC 7617: the token is the password, whatever the name. */
static bool keep_basic(struct shown *s, const char *text)
{
    size_t n = strcspn(text, " \t"), size = base64_size(text, n);
    uint8_t pair[TOKEN_BYTES];
    const uint8_t *colon;

    if (size == BASE64_INVALID || size >= sizeof pair)
        return false;
    base64_decode(text, n, pair);
    colon = memchr(pair, ':', size);
    return colon && keep(s, (const char *)colon + 1, size - (size_t)(colon + 1 - pair));
}

/* A header that cannot be read shows none. */
static void keep_header(struct shown *s, const char *header)
{
    if (strncasecmp(header, "Bearer ", 7) == 0)
        keep(s, header + 7, strcspn(header + 7, " \t"));
    else if (strncasecmp(header, "Basic ", 6) == 0)
        keep_basic(s, header + 6);
}

/* The value of our cookie among all (RFC 6265 section 5.4); NULL when it is not there. */
static const char *cookie_of(const char *cookies, size_t *n)
{
    const size_t name = sizeof COOKIE - 1;

    for (const char *at = cookies; at && *at; at = strchr(at, ';')) {
        at += strspn(at, "; \t");
        if (strncmp(at, COOKIE, name) == 0 && at[name] == '=') {
            *n = strcspn(at + name + 1, "; \t");
            return at + name + 1;
        }
    }
    return NULL;
}

static struct shown shown_by(const struct http_request *r)
{
    const char *header = http_header_of(r, "Authorization");
    size_t n = 0;
    const char *cookie = header ? NULL : cookie_of(http_header_of(r, "Cookie"), &n);
    struct shown s = {.by_cookie = false};

    if (header)
        keep_header(&s, header);
    else if (cookie)
        s.by_cookie = keep(&s, cookie, n);
    return s;
}

/* --- who that is --- */

static const struct token *find(const struct api_call *c, const char *text)
{
    uint8_t hash[AUDIT_HASH_BYTES];

    if (audit_hash(text, strlen(text), hash) != ERR_OK)
        return NULL;
    return tokens_find(&c->plan->tokens, hash);
}

static bool has_tokens(const struct api_call *c)
{
    return *c->plan->settings->http.tokens_file != '\0';
}

/* What would be taken (RFC 7617; RFC 6750 section 3), and what of the token shown was wrong: an
 * error code of RFC 6750 section 3.1 and its further attributes, or "". */
static void challenge(struct api_call *c, const char *error)
{
    const char *shown = http_header_of(c->request, "Authorization");
    const char *value;

    if (c->route->flags & ROUTE_READER && !(shown && strncasecmp(shown, "Bearer ", 7) == 0))
        value = "Basic realm=\"shikumend\", charset=\"UTF-8\"";
    else
        value = arena_printf(c->arena, "Bearer realm=\"shikumend\"%s", error);
    api_header(c, "WWW-Authenticate", value ? value : "Bearer");
}

static void refuse_token(struct api_call *c)
{
    if (gate_take(&c->api->gate, GATE_FAILURE, c->request->address, clock_monotonic_us())) {
        log_event(&c->api->hub->log, LOG_P_WARNING, "http_token refused address=%s path=\"%.100s\"",
                  c->request->address, c->path);
        api_problem(c, 401, "令牌无效", "the token is not valid");
        challenge(c, ", error=\"invalid_token\"");
        return;
    }
    api_problem(c, 429, "无效令牌过多，请一分钟后再试",
                "too many tokens that are not valid; try again in a minute");
    api_header(c, "Retry-After", "60");
}

static void refuse_role(struct api_call *c)
{
    const char *needed = role_name(c->route->role), *scope;

    if (c->token) {
        api_problem(c, 403, "此令牌的角色是 %s，需要 %s",
                    "the role of this token is %s; %s is needed", role_name(c->role), needed);
        scope = arena_printf(c->arena, ", error=\"insufficient_scope\", scope=\"%s\"", needed);
        challenge(c, scope ? scope : "");
    } else if (!has_tokens(c)) {
        api_problem(c, 403, "未配置 http.tokens_file，只能查看（见 shikumenctl token）",
                    "without http.tokens_file one may only look (see shikumenctl token)");
    } else {
        api_problem(c, 401, "需要令牌", "a token is needed");
        challenge(c, "");
    }
}

/* A browser that sends the cookie with a change says which page asks for it. */
static bool check_page(struct api_call *c)
{
    if (!c->by_cookie || strcmp(c->method, "GET") == 0 || http_header_of(c->request, "Origin") ||
        http_header_of(c->request, "Sec-Fetch-Site"))
        return true;
    api_problem(c, 403, "带会话的更改须注明 Origin",
                "a change with a session must name its Origin");
    return false;
}

bool api_auth(struct api_call *c)
{
    struct shown s = shown_by(c->request);

    c->token = *s.token ? find(c, s.token) : NULL;
    explicit_bzero(s.token, sizeof s.token);
    c->by_cookie = c->token && s.by_cookie;
    c->role = c->token ? c->token->role : has_tokens(c) ? ROLE_NONE : ROLE_VIEWER;
    if (c->route->flags & ROUTE_OPEN)
        return check_page(c);
    if (!c->token && http_header_of(c->request, "Authorization")) {
        refuse_token(c);
        return false;
    }
    if (c->role < c->route->role) {
        refuse_role(c);
        return false;
    }
    return check_page(c);
}

/* --- the session of a browser --- */

static enum err put_session(struct api_call *c, const struct token *t, enum role role)
{
    c->type = "application/json";
    c->cache = "no-store";
    strbuf_puts(&c->body, "{\"role\":");
    if (role == ROLE_NONE)
        strbuf_puts(&c->body, "null");
    else
        strbuf_printf(&c->body, "\"%s\"", role_name(role));
    strbuf_puts(&c->body, ",\"name\":");
    if (t)
        strbuf_json_string(&c->body, t->name, strlen(t->name));
    else
        strbuf_puts(&c->body, "null");
    strbuf_printf(&c->body, ",\"needs_token\":%s}\n", role == ROLE_NONE ? "true" : "false");
    return ERR_OK;
}

enum err api_session_get(struct api_call *c)
{
    return put_session(c, c->token, c->role);
}

static void set_cookie(struct api_call *c, const char *token, long seconds)
{
    const char *text =
        arena_printf(c->arena, COOKIE "=%s; Path=/; Max-Age=%ld; HttpOnly; SameSite=Strict%s",
                     token, seconds, c->request->tls ? "; Secure" : "");

    api_header(c, "Set-Cookie", text ? text : COOKIE "=; Path=/; Max-Age=0");
}

/* What may stand in a cookie (RFC 6265 section 4.1.1). */
static bool fits_cookie(const char *text)
{
    size_t n = strlen(text);

    for (size_t i = 0; i < n; i++)
        if (text[i] <= ' ' || text[i] >= 0x7f || strchr("\",;\\", text[i]))
            return false;
    return n > 0 && n < TOKEN_BYTES;
}

enum err api_session_post(struct api_call *c)
{
    const char *text = api_member(c, "token");
    const struct token *t = text && fits_cookie(text) ? find(c, text) : NULL;

    if (!text)
        return api_problem_parameter(c, "token", "文字 a text");
    if (!t) {
        refuse_token(c);
        return ERR_OK;
    }
    set_cookie(c, text, COOKIE_DAYS * 86400L);
    return put_session(c, t, t->role);
}

enum err api_session_delete(struct api_call *c)
{
    set_cookie(c, "", 0);
    return put_session(c, NULL, has_tokens(c) ? ROLE_NONE : ROLE_VIEWER);
}
