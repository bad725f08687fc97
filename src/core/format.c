#include "shikumen/core/format.h"

#include <string.h>

#include "format_bodies.h"
#include "shikumen/base/clock.h"

/* What names a step among others: colour, house, element (bytes, of one language) [J]. */
#define NAMED_BYTES 95
#define HEAD_BYTES  600 /* titles and a link */

/* Rates. WeCom and DingTalk take 20 a minute (DingTalk shuts a robot up for ten minutes else),
 * Feishu 100 and 5 a second, Slack about one a second, ntfy.sh one in 5 s. All are told at most 5
 * at once and 10 a minute, in any minute 15: more nobody reads. The rest is for a restart, after
 * which the bucket holds one, and for others who use the robot [J]. What is more is told by
 * merging. */
#define CHAT_INTERVAL_US (6 * US_PER_S)

static const struct format formats[FORMAT_COUNT] = {
    [FORMAT_NATIVE] = {.content_type = "application/json",
                       .plain = true,
                       .batch = 1,
                       .render = put_native},
    [FORMAT_CLOUDEVENTS] = {.content_type = "application/cloudevents+json",
                            .batch = 1,
                            .render = put_cloudevent},
    [FORMAT_ALERTMANAGER] = {.content_type = "application/json",
                             .path = "/api/v2/alerts",
                             .needs_first = true,
                             .batch = 64,
                             .gathers = true,
                             .resend_us = 180 * US_PER_S, /* resolve_timeout: 300 s by default */
                             .render = put_alertmanager},
    [FORMAT_CAP] = {.content_type = "application/cap+xml",
                    .needs_sent = true,
                    .batch = 1,
                    .render = put_cap},
    [FORMAT_WECOM] = {.content_type = "application/json",
                      .text_bytes = WECOM_TEXT_BYTES,
                      .batch = 60,
                      .burst = 5,
                      .interval_us = CHAT_INTERVAL_US,
                      .render = put_wecom,
                      .judge = judge_wecom},
    [FORMAT_DINGTALK] = {.content_type = "application/json; charset=utf-8",
                         .text_bytes = DINGTALK_TEXT_BYTES,
                         .batch = 60,
                         .burst = 5,
                         .interval_us = CHAT_INTERVAL_US,
                         .render = put_dingtalk,
                         .judge = judge_dingtalk},
    [FORMAT_FEISHU] = {.content_type = "application/json",
                       .text_bytes = FEISHU_TEXT_BYTES,
                       .batch = 60,
                       .burst = 4,
                       .interval_us = CHAT_INTERVAL_US,
                       .render = put_feishu,
                       .judge = judge_feishu},
    [FORMAT_SLACK] = {.content_type = "application/json",
                      .text_bytes = SLACK_TEXT_BYTES,
                      .batch = 60,
                      .burst = 3,
                      .interval_us = CHAT_INTERVAL_US,
                      .render = put_slack},
    [FORMAT_NTFY] = {.content_type = "application/json",
                     .topic_in_path = true,
                     .text_bytes = NTFY_TEXT_BYTES,
                     .batch = 60,
                     .burst = 5,
                     .interval_us = CHAT_INTERVAL_US,
                     .render = put_ntfy},
    [FORMAT_TEMPLATE] = {.batch = 1, .render = put_template, .judge = judge_template},
};

const struct format *format_of(enum alert_format id)
{
    return &formats[id];
}

unsigned format_languages(const char *name)
{
    if (strcmp(name, "zh") == 0)
        return FORMAT_ZH;
    return strcmp(name, "en") == 0 ? FORMAT_EN : FORMAT_BOTH;
}

size_t format_batch(const struct format *f, unsigned languages)
{
    size_t each = languages == FORMAT_BOTH ? 2 * NAMED_BYTES : NAMED_BYTES, fit;

    if (f->text_bytes == 0)
        return f->batch;
    fit = (f->text_bytes - HEAD_BYTES) / each;
    return fit < f->batch ? fit : f->batch;
}
