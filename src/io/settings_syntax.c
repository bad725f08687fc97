#include "settings_syntax.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shikumen/io/zone_file.h"

#define SECRET_MARK "{secret}"
#define NO_URL      " \"<>\\^`{|}"

int syntax_minute(const char *text, size_t n)
{
    bool shaped = n == 5 && text[2] == ':';

    for (size_t i = 0; shaped && i < n; i++)
        shaped = i == 2 || isdigit((unsigned char)text[i]);
    if (!shaped)
        return -1;
    int hour = (text[0] - '0') * 10 + text[1] - '0', minute = (text[3] - '0') * 10 + text[4] - '0';
    return hour < 24 && minute < 60 ? hour * 60 + minute : -1;
}

bool syntax_hours(const char *text, int *from, int *until)
{
    *from = *until = 0;
    if (!*text)
        return true;
    if (strlen(text) != 11 || text[5] != '-')
        return false;
    *from = syntax_minute(text, 5);
    *until = syntax_minute(text + 6, 5);
    return *from >= 0 && *until >= 0 && *from != *until;
}

const char *syntax_timezone(const char *text)
{
    struct zone_list zones = {0};
    enum err e = zone_list_add(&zones, text, NULL);

    zone_list_free(&zones);
    return e == ERR_OK || e == ERR_NOMEM ? NULL
                                         : "an IANA time zone such as \"Asia/Shanghai\" that this "
                                           "system has (本系统已有的时区), "
                                           "or an offset such as \"+08:00\"";
}

static bool is_host(const char *text, size_t n)
{
    if (n == 0)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)text[i]) && !strchr("-._:%", text[i]))
            return false;
    return true;
}

const char *syntax_host(const char *text)
{
    return is_host(text, strlen(text)) ? NULL : "a host name or an address, without port";
}

/* Decimal 1..65535. */
static bool is_port(const char *text)
{
    size_t n = strlen(text);
    long port = n > 0 && n <= 5 ? strtol(text, NULL, 10) : 0;

    return strspn(text, "0123456789") == n && port >= 1 && port <= 65535;
}

const char *syntax_listen(const char *text)
{
    const char *colon = strrchr(text, ':');
    const char *host = text;
    size_t n;

    if (!colon || !is_port(colon + 1))
        return "host:port, such as \"127.0.0.1:8420\" or \"[::1]:8420\"";
    n = (size_t)(colon - text);
    if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
        host++;
        n -= 2;
    } else if (memchr(host, ':', n)) {
        return "an IPv6 address in brackets, such as \"[::1]:8420\"";
    }
    return is_host(host, n) ? NULL : "host:port, such as \"127.0.0.1:8420\" or \"[::1]:8420\"";
}

bool syntax_loopback(const char *listen)
{
    return strncmp(listen, "[::1]:", 6) == 0 || strncasecmp(listen, "localhost:", 10) == 0 ||
           (strncmp(listen, "127.", 4) == 0 && strspn(listen, "0123456789.:") == strlen(listen));
}

const char *syntax_topic_filter(const char *text)
{
    static const char allowed[] = "an MQTT topic filter: + stands for a whole level, # for all "
                                  "levels at the end";

    if (!*text || strlen(text) > 65535)
        return allowed;
    for (const char *p = text; *p; p++) {
        bool starts_level = p == text || p[-1] == '/';
        if (*p == '#' && (!starts_level || p[1] != '\0'))
            return allowed;
        if (*p == '+' && (!starts_level || (p[1] != '\0' && p[1] != '/')))
            return allowed;
    }
    return NULL;
}

/* A query parameter that is a key, such as WeCom's "key=" and DingTalk's "access_token=", and is
 * written out. */
static bool shows_key(const char *text)
{
    static const char *const keys[] = {"key=", "access_token="};

    for (const char *p = strpbrk(text, "?&"); p; p = strpbrk(p + 1, "?&"))
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            if (strncmp(p + 1, keys[i], strlen(keys[i])) == 0 &&
                strncmp(p + 1 + strlen(keys[i]), SECRET_MARK, strlen(SECRET_MARK)) != 0)
                return true;
    return false;
}

/* Characters that no URL has; braces only as the one "{secret}". */
static bool has_bad_character(const char *text)
{
    const char *mark = strstr(text, SECRET_MARK);
    size_t before = mark ? (size_t)(mark - text) : strlen(text);

    return strcspn(text, NO_URL) < before ||
           (mark && strpbrk(mark + strlen(SECRET_MARK), NO_URL) != NULL);
}

const char *syntax_url(const char *text)
{
    const char *authority;
    size_t n;

    if (strncasecmp(text, "http://", 7) == 0)
        authority = text + 7;
    else if (strncasecmp(text, "https://", 8) == 0)
        authority = text + 8;
    else
        return "a URL that begins with http:// or https://";
    n = strcspn(authority, "/?#");
    if (memchr(authority, '@', n))
        return "a URL without user and password, because URLs are shown and logged; put the "
               "secret into secret_file";
    if (n == 0 || authority[0] == ':' || memchr(authority, '{', n) || has_bad_character(text))
        return "a URL with a host name";
    if (shows_key(text))
        return "a URL with {secret} in the place of the key, because URLs are shown and logged; "
               "put "
               "the key into url_secret_file";
    return NULL;
}

const char *syntax_site(const char *text)
{
    size_t n = strlen(text);
    const char *why = syntax_url(text);

    if (why)
        return why;
    return text[n - 1] == '/' || strpbrk(text, "?#{")
               ? "a URL without query and without / at its end"
               : NULL;
}
