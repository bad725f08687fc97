/* Robots answer 200 whatever they think of a message; what they think is in the body. */
#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "format_bodies.h"

#define LATER  503
#define BUSY   429
#define REFUSE 400

/* A code of the receiver: what it amounts to, how long it lasts, in words. */
struct code_row {
    int code, status;
    int wait_s; /* -1: as retry.h has it */
    const char *reason;
};

/* https://developer.work.weixin.qq.com/document/path/90313 and 91770. */
static const struct code_row wecom_codes[] = {
    {-1, LATER, -1, "系统繁忙 busy"},
    {45009, BUSY, 60, "超过频率限制 too often"},
    {45033, BUSY, 10, "并发过多 too many at once"},
    {40008, REFUSE, -1, "消息类型不对 wrong message type"},
    {40058, REFUSE, -1, "参数不合规 bad parameter, perhaps too long"},
    {44004, REFUSE, -1, "内容为空 empty content"},
    {45002, REFUSE, -1, "内容过长 too long"},
    {93000, REFUSE, -1, "机器人地址无效或已被删除 robot's key invalid, or the robot was removed"},
    {93008, REFUSE, -1, "机器人不在群内 the robot is not in the group"},
    {93017, REFUSE, -1, "机器人被禁用 the robot is disabled"},
};

/* https://open.dingtalk.com/document/orgapp/custom-robots-send-group-messages and the table of
 * codes there; too often means ten minutes of silence. */
static const struct code_row dingtalk_codes[] = {
    {-1, LATER, -1, "系统繁忙 busy"},
    {130101, BUSY, 600, "超过频率限制 too often"},
    {410100, BUSY, 600, "超过频率限制 too often"},
    {660026, BUSY, 600, "超过频率限制 too often"},
    {90030, BUSY, 600, "超过频率限制 too often"},
    {310000, REFUSE, -1,
     "安全设置不符：签名、时间、关键词或地址 security settings: signature, clock, keyword or "
     "address"},
    {300001, REFUSE, -1, "access_token 无效 access_token invalid"},
    {400101, REFUSE, -1, "access_token 无效 access_token invalid"},
    {400013, REFUSE, -1, "群已解散 the group was dissolved"},
    {400102, REFUSE, -1, "机器人已停用 the robot is stopped"},
    {400105, REFUSE, -1, "消息类型不对 wrong message type"},
    {400106, REFUSE, -1, "机器人不存在 there is no such robot"},
    {40035, REFUSE, -1, "参数不合规 bad parameter"},
    {43004, REFUSE, -1, "Content-Type 无效 bad content type"},
    {430101, REFUSE, -1, "含有不安全的链接 a link that is not allowed"},
    {430102, REFUSE, -1, "含有不合适的文本 text that is not allowed"},
};

/* https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot. */
static const struct code_row feishu_codes[] = {
    {11232, BUSY, 60, "超过频率限制 too often"},
    {99991400, BUSY, 60, "超过频率限制 too often"},
    {9499, REFUSE, -1, "请求格式不对 bad request"},
    {19001, REFUSE, -1, "机器人地址无效 the robot's address is invalid"},
    {19002, REFUSE, -1, "消息类型不对 wrong message type"},
    {19021, REFUSE, -1, "签名不符或时间偏差超过一小时 signature wrong, or clock off by an hour"},
    {19022, REFUSE, -1, "来源地址不在允许名单 this address is not allowed"},
    {19024, REFUSE, -1, "缺少关键词 keyword missing"},
};

static void apply(const struct code_row *rows, size_t count, int code, struct format_verdict *v)
{
    v->code = code;
    v->status = LATER;
    v->reason = "未知错误码 code not known here";
    for (size_t i = 0; i < count; i++)
        if (rows[i].code == code) {
            v->status = rows[i].status;
            v->wait_s = rows[i].wait_s;
            v->limited = rows[i].status == BUSY;
            v->reason = rows[i].reason;
        }
}

/* The answer's number of that name: true with *code. A portal's page instead, or nothing, is no
 * answer of a robot. */
static bool code_of(const struct format_answer *a, const char *name, int *code)
{
    cJSON *root = cJSON_ParseWithLength(a->body, a->len);
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(root, name);
    bool found = cJSON_IsNumber(item) && fabs(item->valuedouble) <= INT32_MAX;

    if (found)
        *code = (int)item->valuedouble;
    cJSON_Delete(root);
    return found;
}

static void judge_by(const char *name, const char *older_name, const struct code_row *rows,
                     size_t count, const struct format_answer *a, struct format_verdict *v)
{
    int code;

    if (!code_of(a, name, &code) && !(older_name && code_of(a, older_name, &code))) {
        v->status = LATER;
        v->reason = "回答不是机器人的格式 the answer is not that of such a robot";
    } else if (code != 0) {
        apply(rows, count, code, v);
    }
}

void judge_wecom(const struct format_template *t, const struct format_answer *a,
                 struct format_verdict *v)
{
    (void)t;
    judge_by("errcode", NULL, wecom_codes, sizeof wecom_codes / sizeof *wecom_codes, a, v);
}

void judge_dingtalk(const struct format_template *t, const struct format_answer *a,
                    struct format_verdict *v)
{
    (void)t;
    judge_by("errcode", NULL, dingtalk_codes, sizeof dingtalk_codes / sizeof *dingtalk_codes, a, v);
}

void judge_feishu(const struct format_template *t, const struct format_answer *a,
                  struct format_verdict *v)
{
    (void)t;
    judge_by("code", "StatusCode", feishu_codes, sizeof feishu_codes / sizeof *feishu_codes, a, v);
}

void judge_template(const struct format_template *t, const struct format_answer *a,
                    struct format_verdict *v)
{
    if (format_template_success(t, a->body, a->len))
        return;
    v->status = LATER;
    v->reason = "回答不符合模板的 Success the answer is not what the template calls Success";
}

struct format_verdict format_judge(const struct format *f, const struct format_template *template,
                                   const struct format_answer *a)
{
    struct format_verdict v = {.status = a->status, .wait_s = -1, .limited = a->status == BUSY};

    if (f->judge && a->status >= 200 && a->status < 300)
        f->judge(template, a, &v);
    return v;
}
