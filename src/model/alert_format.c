#include "shikumen/model/alert_format.h"

#include "names.h"

const char *const alert_format_names[FORMAT_COUNT + 1] = {
    [FORMAT_NATIVE] = "native",
    [FORMAT_CLOUDEVENTS] = "cloudevents",
    [FORMAT_ALERTMANAGER] = "alertmanager",
    [FORMAT_CAP] = "cap",
    [FORMAT_WECOM] = "wecom",
    [FORMAT_DINGTALK] = "dingtalk",
    [FORMAT_FEISHU] = "feishu",
    [FORMAT_SLACK] = "slack",
    [FORMAT_NTFY] = "ntfy",
    [FORMAT_TEMPLATE] = "template",
};

static const enum format_secret secrets[FORMAT_COUNT] = {
    [FORMAT_NATIVE] = SECRET_WEBHOOK,      [FORMAT_CLOUDEVENTS] = SECRET_WEBHOOK,
    [FORMAT_ALERTMANAGER] = SECRET_BEARER, [FORMAT_CAP] = SECRET_WEBHOOK,
    [FORMAT_WECOM] = SECRET_NONE,          [FORMAT_DINGTALK] = SECRET_DINGTALK,
    [FORMAT_FEISHU] = SECRET_FEISHU,       [FORMAT_SLACK] = SECRET_NONE,
    [FORMAT_NTFY] = SECRET_BEARER,         [FORMAT_TEMPLATE] = SECRET_WEBHOOK,
};

const char *alert_format_name(enum alert_format f)
{
    return alert_format_names[f];
}

enum alert_format alert_format_by_name(const char *name)
{
    return (enum alert_format)names_index(alert_format_names, FORMAT_COUNT, name);
}

enum format_secret alert_format_secret(enum alert_format f)
{
    return secrets[f];
}
