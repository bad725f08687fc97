/* Syntax of single settings. Each returns NULL when text is fine, else what is allowed. */
#ifndef SHIKUMEN_IO_SETTINGS_SYNTAX_H
#define SHIKUMEN_IO_SETTINGS_SYNTAX_H

/* A name of the IANA time zone database, present on this machine if it has the database. */
const char *syntax_timezone(const char *text);

/* A host name or an address (RFC 1123 letters; IPv6 without brackets). */
const char *syntax_host(const char *text);

/* "host:port", IPv6 in brackets, port 1..65535. */
const char *syntax_listen(const char *text);

/* An MQTT topic filter (OASIS MQTT 5.0 section 4.7.1). */
const char *syntax_topic_filter(const char *text);

/* http:// or https:// with a host and, because a URL is shown and logged, without a user and
 * password and without the keys of robots; "{secret}" may stand behind the host, once. */
const char *syntax_url(const char *text);

#endif
