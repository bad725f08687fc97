#include "settings_table.h"

#include "settings_syntax.h"
#include "shikumen/model/alert.h"
#include "shikumen/model/alert_format.h"

#define ALL_CATEGORIES ((1 << CATEGORY_COUNT) - 1)

static const char *const languages[] = {"zh", "en", "fr", "es", "ca", NULL};
static const char *const message_languages[] = {"both", "zh", "en", NULL};

#define IN(group_name, field)                                                                      \
    .group = #group_name, .name = #field, .path = #group_name "." #field,                          \
    .offset = offsetof(struct settings, group_name.field)
#define OF(field)                                                                                  \
    .group = "", .name = #field, .path = #field, .offset = offsetof(struct endpoint, field)
#define TEXT(most)       .type = SETTING_TEXT, .max = (most), .unit = ""
#define PATH             .type = SETTING_PATH, .max = 4096, .unit = ""
#define INT(least, most) .type = SETTING_INT, .min = (least), .max = (most)
#define REQUIRED         .min = 1

const struct setting_row settings_rows[] = {
    {IN(district, id), TEXT(64), .text = "",
     .help = "id of the district in alerts; not given: the registry's"},
    {IN(district, name), TEXT(200), .text = "",
     .help = "its name for people; not given: the registry's"},
    {IN(district, timezone), TEXT(64), .text = "", .check = syntax_timezone,
     .help = "time zone of texts for people, IANA name or +08:00; not given: the registry's"},
    {IN(district, language), .type = SETTING_WORD, .text = "zh", .words = languages, .unit = "",
     .help = "language of texts for people"},

    {IN(mqtt, host), TEXT(255), REQUIRED, .text = "127.0.0.1", .check = syntax_host,
     .help = "broker, host name or address"},
    {IN(mqtt, port), INT(1, 65535), .text = "", .unit = "",
     .help = "TCP port of the broker; not given: 1883, with TLS 8883"},
    {IN(mqtt, client_id), TEXT(1024), .text = "",
     .help = "name of the session at the broker; not given: shikumend-<district id>"},
    {IN(mqtt, version), .type = SETTING_MQTT_VERSION, .text = "", .number = 5, .unit = "",
     .help = "MQTT version"},
    {IN(mqtt, username), TEXT(1024), .text = "", .help = "user at the broker"},
    {IN(mqtt, password_file), PATH, .text = "", .need = NEED_SECRET,
     .help = "file with the password"},
    {IN(mqtt, tls_ca), PATH, .text = "", .need = NEED_FILE,
     .help = "certificate authorities (PEM) the broker is checked against; turns TLS on"},
    {IN(mqtt, tls_cert), PATH, .text = "", .need = NEED_FILE, .help = "client certificate (PEM)"},
    {IN(mqtt, tls_key), PATH, .text = "", .need = NEED_FILE, .help = "its private key (PEM)"},
    {IN(mqtt, receive_maximum), INT(1, 65535), .text = "", .number = 2000, .unit = "messages",
     .help = "unacknowledged messages the broker may send"},
    {IN(mqtt, session_expiry_s), .type = SETTING_INT64, .text = "", .number = UINT32_MAX, .min = 1,
     .max = UINT32_MAX, .unit = "s",
     .help = "how long the broker keeps messages while the daemon is away; 4294967295: for ever"},
    {IN(mqtt, keepalive_s), INT(5, 65535), .text = "", .number = 60, .unit = "s",
     .help = "a silent connection is tested this often"},
    {IN(mqtt, subscribe), .type = SETTING_TEXTS,
     .count_offset = offsetof(struct settings, mqtt.subscribe_count), REQUIRED, .max = 64,
     .text = "shikumen/v1/#", .check = syntax_topic_filter, .unit = "", .help = "topic filters"},

    {IN(store, path), PATH, REQUIRED, .text = "/var/lib/shikumen",
     .help = "directory of readings.db and state.db"},
    {IN(store, commit_ms), INT(0, 1000), .text = "", .number = 10, .unit = "ms",
     .help = "how long a commit may wait for more readings"},
    {IN(store, commit_readings), INT(1, 1000000), .text = "", .number = 20000, .unit = "readings",
     .help = "most readings in one commit"},
    {IN(store, retention_days), INT(0, 36500), .text = "", .number = 0, .unit = "d",
     .help = "age at which readings are deleted; 0: never"},

    {IN(registry, file), PATH, REQUIRED, .text = "registry.json", .need = NEED_FILE,
     .help = "houses, elements, sensors"},
    {IN(registry, limits), PATH, REQUIRED, .text = "limits", .help = "directory of limit sets"},
    {IN(registry, profiles), PATH, REQUIRED, .text = "profiles",
     .help = "directory of sensor profiles; may be absent"},

    {IN(files, drop), PATH, .text = "",
     .help = "directory in which loggers' files are put; not given: none are read"},
    {IN(files, profiles), PATH, REQUIRED, .text = "files",
     .help = "directory of descriptions of loggers' files; may be absent"},
    {IN(files, settle_s), INT(1, 3600), .text = "", .number = 10, .unit = "s",
     .help = "a file is read when it has not changed for so long"},
    {IN(files, keep_days), INT(0, 36500), .text = "", .number = 400, .unit = "d",
     .help = "how long files that were read are kept in done/; 0: for ever"},
    {IN(files, keep_mb), INT(0, 16777216), .text = "", .number = 4096, .unit = "MiB",
     .help = "most that done/ holds, the oldest give way; 0: any number"},

    {IN(assess, interval_s), INT(1, 86400), .text = "", .number = 300, .unit = "s",
     .help = "slow analysis; limits are judged at every commit"},

    {IN(alerts, budget_per_house_week), .type = SETTING_REAL, .text = "", .min = 0, .max = 1000,
     .real = ALERTS_BUDGET_PER_HOUSE_WEEK, .unit = "alerts",
     .help = "alerts a house may have each week, on average; more are an alert themselves"},
    {IN(alerts, house_most_week), INT(1, 10000), .text = "", .number = ALERTS_HOUSE_MOST_WEEK,
     .unit = "alerts", .help = "alerts that one house may have within a week"},
    {IN(alerts, acknowledge_within_h), INT(1, 720), .text = "",
     .number = ALERTS_ACKNOWLEDGE_WITHIN_H, .unit = "h",
     .help = "orange and red acknowledged so soon are in time"},
    {IN(alerts, daily_at), .type = SETTING_CLOCK, .text = "", .number = ALERTS_DAILY_AT, .unit = "",
     .help = "local time of the sign of life and of the reminder of what waits"},

    {IN(http, listen), TEXT(300), .text = "127.0.0.1:8420", .check = syntax_listen,
     .help = "address and port served; \"\": none"},
    {IN(http, url), TEXT(300), .text = "", .check = syntax_site,
     .help = "how people reach the pages; alerts then lead to theirs"},
    {IN(http, tls_cert), PATH, .text = "", .need = NEED_FILE, .help = "server certificate (PEM)"},
    {IN(http, tls_key), PATH, .text = "", .need = NEED_FILE, .help = "its private key (PEM)"},
    {IN(http, tokens_file), PATH, .text = "", .need = NEED_SECRET,
     .help = "file with access tokens; without it only this machine is served"},
    {IN(http, hosts), .type = SETTING_TEXTS,
     .count_offset = offsetof(struct settings, http.host_count), .max = 16, .text = "",
     .check = syntax_host, .unit = "",
     .help = "names the daemon is reached by, besides its address and localhost"},
};
const size_t settings_row_count = sizeof settings_rows / sizeof settings_rows[0];

const struct setting_row endpoint_rows[] = {
    {OF(name), TEXT(64), REQUIRED, .text = "", .help = "name in status and logs, unique"},
    {OF(url), TEXT(4096), REQUIRED, .text = "", .check = syntax_url,
     .help = "alerts are posted here"},
    {OF(url_secret_file), PATH, .text = "", .need = NEED_SECRET,
     .help = "file with what {secret} in url stands for, because URLs are shown and logged"},
    {OF(format), .type = SETTING_WORD, .text = "native", .words = alert_format_names, .unit = "",
     .help = "shape of the body"},
    {OF(template), PATH, .text = "", .need = NEED_FILE,
     .help = "file that says what is posted, of format template"},
    {OF(language), .type = SETTING_WORD, .text = "both", .words = message_languages, .unit = "",
     .help = "language of texts for people; native and cloudevents always have both"},
    {OF(keyword), TEXT(64), .text = "",
     .help = "put into every message, because robots may demand one"},
    {OF(min_level), INT(1, 4), .text = "", .number = 1, .unit = "",
     .help = "alerts below it are not sent: 1 blue, 2 yellow, 3 orange, 4 red"},
    {OF(categories), .type = SETTING_CATEGORIES, .text = "", .number = ALL_CATEGORIES, .unit = "",
     .help = "kinds of alerts wanted"},
    {OF(houses), .type = SETTING_TEXTS, .count_offset = offsetof(struct endpoint, house_count),
     .max = 100000, .text = "", .unit = "", .help = "ids of the houses wanted; none: all"},
    {OF(secret_file), PATH, .text = "", .need = NEED_SECRET,
     .help = "file with the signing secret; none: unsigned"},
    {OF(timeout_s), INT(1, 120), .text = "", .number = 20, .unit = "s",
     .help = "an attempt may take this long"},
    {OF(fallback), TEXT(64), .text = "", .help = "endpoint that gets what this one cannot take"},
    {OF(escalate_to), TEXT(64), .text = "", .help = "endpoint told when nobody acknowledges"},
    {OF(escalate_after_s), INT(0, 2592000), .text = "", .number = 0, .unit = "s",
     .help = "time to acknowledge an alert; 0: no escalation"},
    {.group = "",
     .name = "quiet",
     .path = "quiet",
     .type = SETTING_HOURS,
     .offset = offsetof(struct endpoint, quiet_from),
     .until_offset = offsetof(struct endpoint, quiet_until),
     .text = "",
     .unit = "",
     .help = "local hours in which what is below orange waits for their end"},
    {OF(heartbeat), .type = SETTING_BOOL, .text = "", .number = 0, .unit = "",
     .help = "send a sign of life once a day"},
};
const size_t endpoint_row_count = sizeof endpoint_rows / sizeof endpoint_rows[0];
