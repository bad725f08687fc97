/* What bodies endpoints may be sent: the names that a configuration knows. What each looks like is
 * in core/format.h. */
#ifndef SHIKUMEN_MODEL_ALERT_FORMAT_H
#define SHIKUMEN_MODEL_ALERT_FORMAT_H

enum alert_format {
    FORMAT_NATIVE,
    FORMAT_CLOUDEVENTS,
    FORMAT_ALERTMANAGER,
    FORMAT_CAP,
    FORMAT_WECOM,
    FORMAT_DINGTALK,
    FORMAT_FEISHU,
    FORMAT_SLACK,
    FORMAT_NTFY,
    FORMAT_TEMPLATE,
    FORMAT_COUNT
};

/* What an endpoint's secret_file is for. */
enum format_secret {
    SECRET_WEBHOOK,  /* signs the body: Standard Webhooks 1.0 */
    SECRET_BEARER,   /* sent as "Authorization: Bearer" */
    SECRET_DINGTALK, /* signs the time, in the URL */
    SECRET_FEISHU,   /* signs the time, in the body */
    SECRET_NONE      /* the receiver knows no such thing */
};

const char *alert_format_name(enum alert_format f);
enum alert_format alert_format_by_name(const char *name); /* FORMAT_COUNT: none */
enum format_secret alert_format_secret(enum alert_format f);

extern const char *const alert_format_names[FORMAT_COUNT + 1]; /* NULL at the end */

#endif
