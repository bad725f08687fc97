/* The body of each format. Private to core. */
#ifndef SHIKUMEN_CORE_FORMAT_BODIES_H
#define SHIKUMEN_CORE_FORMAT_BODIES_H

#include "shikumen/core/format.h"

/* Limits of a message's text, in bytes. WeCom: markdown.content at most 4096 bytes of UTF-8.
 * DingTalk and Feishu: 20 000 bytes and 20 KB for the whole body, in which a byte of text takes two
 * at most (quotes; controls are gone). Slack: text beyond 40 000 characters is cut, 3000 is what
 * one attachment shows well [J]. ntfy: a message beyond 4096 bytes becomes an attachment. */
#define WECOM_TEXT_BYTES    4096
#define DINGTALK_TEXT_BYTES 9000
#define FEISHU_TEXT_BYTES   9000
#define SLACK_TEXT_BYTES    9000
#define NTFY_TEXT_BYTES     4000

void put_native(const struct format_message *m, struct strbuf *out);
void put_cloudevent(const struct format_message *m, struct strbuf *out);
void put_alertmanager(const struct format_message *m, struct strbuf *out);
void put_cap(const struct format_message *m, struct strbuf *out);
void put_wecom(const struct format_message *m, struct strbuf *out);
void put_dingtalk(const struct format_message *m, struct strbuf *out);
void put_feishu(const struct format_message *m, struct strbuf *out);
void put_slack(const struct format_message *m, struct strbuf *out);
void put_ntfy(const struct format_message *m, struct strbuf *out);
void put_template(const struct format_message *m, struct strbuf *out);

void judge_wecom(const struct format_template *t, const struct format_answer *a,
                 struct format_verdict *v);
void judge_dingtalk(const struct format_template *t, const struct format_answer *a,
                    struct format_verdict *v);
void judge_feishu(const struct format_template *t, const struct format_answer *a,
                  struct format_verdict *v);
void judge_template(const struct format_template *t, const struct format_answer *a,
                    struct format_verdict *v);

#endif
