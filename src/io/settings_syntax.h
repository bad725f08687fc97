/* Syntax of single settings. Each returns NULL when text is fine, else what is allowed. */
#ifndef SHIKUMEN_IO_SETTINGS_SYNTAX_H
#define SHIKUMEN_IO_SETTINGS_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>

#define SYNTAX_CLOCK "a time of day, \"00:00\" to \"23:59\""
#define SYNTAX_HOURS "from and until, such as \"22:00-07:00\"; \"\" for none"

/* Minutes after midnight of "HH:MM"; -1: it is none. */
int syntax_minute(const char *text, size_t n);
/* "HH:MM-HH:MM", two different times, or "" (both 0). False: neither. */
bool syntax_hours(const char *text, int *from, int *until);

/* A name of the IANA time zone database that this machine has, or a fixed offset. */
const char *syntax_timezone(const char *text);

/* A host name or an address (RFC 1123 letters; IPv6 without brackets). */
const char *syntax_host(const char *text);

/* "host:port", IPv6 in brackets, port 1..65535. */
const char *syntax_listen(const char *text);
/* Whether that is an address of this machine alone. */
bool syntax_loopback(const char *listen);

/* An MQTT topic filter (OASIS MQTT 5.0 section 4.7.1). */
const char *syntax_topic_filter(const char *text);

/* http:// or https:// with a host and, because a URL is shown and logged, without a user and
 * password and without the keys of robots; "{secret}" may stand behind the host, once. */
const char *syntax_url(const char *text);

/* http:// or https://, a host, perhaps a port and a path, no "/" at the end, no query. */
const char *syntax_site(const char *text);

#endif
