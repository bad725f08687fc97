/* What came of profile test, for people. */
#include "profile_text.h"

#include <math.h>
#include <string.h>

#include "print.h"
#include "shikumen/base/utc.h"
#include "shikumen/view/words.h"

static const char *word_clock(const struct ctl *c, const char *clock)
{
    static const char *const words[][2] = {{"device", "设备时钟"},
                                           {"gateway", "网关时钟"},
                                           {"server", "服务器时钟"},
                                           {"arrival", "到达时间"},
                                           {"suspect", "存疑的时钟"}};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], clock) == 0)
            return ctl_word(c, words[i][1], clock);
    return clock;
}

static const char *word_role(const struct ctl *c, enum profile_role role)
{
    static const char *const zh[PROFILE_ROLE_COUNT] = {
        [PROFILE_MEASURE] = "测量", [PROFILE_HEALTH] = "状况", [PROFILE_EVENT] = "事件"};

    return role < PROFILE_ROLE_COUNT ? ctl_word(c, zh[role], profile_role_name(role)) : "?";
}

static void put_readings(struct ctl *c, struct strbuf *out, const struct profile_result *r)
{
    for (size_t i = 0; i < r->reading_count; i++) {
        const struct profile_reading *x = &r->readings[i];
        char t[UTC_TEXT_SIZE];
        strbuf_printf(out, "  %s / %s", *x->device ? ctl_clean(c, x->device) : "(--topic?)",
                      ctl_clean(c, x->channel));
        if (x->quantity < Q_COUNT)
            strbuf_printf(out, "  %s", quantity_info(x->quantity)->name);
        strbuf_puts(out, "  ");
        if (x->fault)
            strbuf_printf(out, "\"%s\": %s", ctl_clean(c, x->text),
                          ctl_clean(c, word_wording(&c->desk, x->fault)));
        else
            strbuf_number(out, x->value);
        strbuf_printf(out, " %s  %s  (%s, %s%s%s)\n", x->unit ? ctl_clean(c, x->unit) : "",
                      utc_format(x->t_us, t), word_clock(c, x->clock), word_role(c, x->role),
                      x->outside ? ctl_word(c, ", 超出量程", ", outside its range") : "",
                      x->historical ? ctl_word(c, ", 补传", ", historical") : "");
    }
}

/* A figure of a node, where it has told one. */
static void put_figure(struct strbuf *out, const char *name, double x, const char *unit)
{
    if (isnan(x))
        return;
    strbuf_puts(out, name);
    strbuf_number(out, x);
    strbuf_puts(out, unit);
}

static void put_states(struct ctl *c, struct strbuf *out, const struct profile_result *r)
{
    for (size_t i = 0; i < r->state_count; i++) {
        strbuf_printf(out, "  %s  %s", ctl_clean(c, r->states[i].device),
                      r->states[i].online ? ctl_word(c, "在线", "online")
                                          : ctl_word(c, "离线", "offline"));
        put_figure(out, ctl_word(c, "，电池 ", ", battery "), r->states[i].battery_v, " V");
        put_figure(out, ctl_word(c, "，电池 ", ", battery "), r->states[i].battery_pct, " %");
        put_figure(out, ctl_word(c, "，信号 ", ", rssi "), r->states[i].rssi_dbm, " dBm");
        strbuf_putc(out, '\n');
    }
}

/* True for a line of what was said, "  ID: words", that is about p. */
static bool is_about(const char *line, const struct profile *p)
{
    size_t n = p ? strlen(p->id) : 0;

    return p && strncmp(line + 2, p->id, n) == 0 && line[2 + n] == ':';
}

/* Of the profiles that were used; where no device's was, of those that might have been, and where
 * there is no envelope of every one. */
static bool is_of_interest(const char *line, const struct profile_set *set,
                           const struct profile_result *r)
{
    if (!r->envelope || is_about(line, r->envelope) || is_about(line, r->device))
        return true;
    for (size_t i = 0; i < set->count && r->why && !r->device; i++)
        if (set->at[i].inside_count > 0 && is_about(line, &set->at[i]))
            return true;
    return false;
}

static void put_said(struct ctl *c, struct strbuf *out, const struct profile_set *set,
                     const struct profile_result *r, const char *said)
{
    size_t n, before;

    desk_put(&c->desk, out, "未用到的规则及原因：\n", "rules that did not apply, and why:\n");
    before = out->len;
    for (const char *line = said; *line; line += n) {
        n = strcspn(line, "\n") + 1;
        if (is_of_interest(line, set, r))
            strbuf_append(out, line, n);
    }
    if (out->len == before)
        desk_put(&c->desk, out, "  无\n", "  none\n");
}

void profile_text(struct ctl *c, const struct profile_set *set, const struct profile_result *r,
                  const char *said, struct strbuf *out)
{
    desk_put(&c->desk, out, "封装：%s，设备：%s\n", "envelope: %s, device: %s\n",
             r->envelope ? r->envelope->id : "-", r->device ? r->device->id : "-");
    if (r->ignored)
        desk_put(&c->desk, out, "该配置声明忽略此报文\n",
                 "the profile says that this message is of no interest\n");
    if (r->why)
        desk_put(&c->desk, out, "未匹配：%s\n", "does not match: %s\n",
                 ctl_clean(c, word_wording(&c->desk, r->why)));
    if (r->uses_district_zone)
        desk_put(&c->desk, out, "当地时间的时区：%s\n", "zone of local times: %s\n",
                 c->desk.zone->name);
    if (r->reading_count > 0) {
        desk_put(&c->desk, out, "读数：\n", "readings:\n");
        put_readings(c, out, r);
    }
    if (r->state_count > 0) {
        desk_put(&c->desk, out, "节点状态：\n", "state of nodes:\n");
        put_states(c, out, r);
    }
    if (*said)
        put_said(c, out, set, r, said);
}
