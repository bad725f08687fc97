#include <stdio.h>
#include <string.h>

#include "print.h"
#include "shikumen/base/fault.h"
#include "shikumen/core/wording.h"
#include "shikumen/view/words.h"
#include "shikumenctl.h"

enum {
    COL_ID,
    COL_RX,
    COL_REASON,
    COL_SENSOR,
    COL_TOPIC,
    COL_DETAIL,
    COL_PAYLOAD,
    COL_BYTES,
    COL_REASON_ZH,
    COL_REASON_EN,
    COL_DETAIL_ZH,
    COL_DETAIL_EN,
    COL_COUNT
};

static const struct column column_table[COL_COUNT] = {
    [COL_ID] = {"id", NULL, NULL, false, 0},
    [COL_RX] = {"rx", NULL, NULL, false, 0},
    [COL_REASON] = {"reason", "原因", "REASON", false, 0},
    [COL_SENSOR] = {"sensor", "测点", "SENSOR", false, 40},
    [COL_TOPIC] = {"topic", "主题", "TOPIC", false, 48},
    [COL_DETAIL] = {"detail", "说明", "DETAIL", false, 60},
    [COL_PAYLOAD] = {"payload", "内容", "PAYLOAD", false, 60},
    [COL_BYTES] = {"payload_bytes", NULL, NULL, false, 0},
    [COL_REASON_ZH] = {"reason_zh", NULL, NULL, false, 0},
    [COL_REASON_EN] = {"reason_en", NULL, NULL, false, 0},
    [COL_DETAIL_ZH] = {"detail_zh", NULL, NULL, false, 0},
    [COL_DETAIL_EN] = {"detail_en", NULL, NULL, false, 0},
};

/* The payload as text; what follows a zero byte is left out of it. */
static struct cell payload_cell(struct table *t, const struct quarantine_row *q)
{
    char *text = arena_strndup(t->desk->arena, q->payload ? q->payload : "", q->payload_len);

    return text && *text ? (struct cell){.kind = CELL_TEXT, .text = text} : (struct cell){0};
}

static enum err take(void *context, const struct quarantine_row *q)
{
    struct table *t = context;
    struct cell *row = table_row(t);

    if (!row)
        return ERR_NOMEM;
    row[COL_ID] = cell_int(q->id);
    row[COL_RX] = cell_time(q->rx_us);
    row[COL_REASON] = cell_refusal(t, q->reason);
    row[COL_REASON_ZH] = cell_text(t, refusal_zh(q->reason));
    row[COL_REASON_EN] = cell_text(t, refusal_en(q->reason));
    row[COL_SENSOR] = cell_text(t, q->sensor);
    row[COL_TOPIC] = cell_text(t, q->topic);
    row[COL_DETAIL] = cell_wording(t, q->detail);
    row[COL_DETAIL_ZH] = cell_wording_zh(t, q->detail);
    row[COL_DETAIL_EN] = cell_text(t, q->detail);
    row[COL_PAYLOAD] = payload_cell(t, q);
    row[COL_BYTES] = cell_int((int64_t)q->full_len);
    return ERR_OK;
}

static int check_reason(const struct ctl *c)
{
    const char *names[REFUSE_COUNT], *near;

    for (enum refusal r = 0; r < REFUSE_COUNT; r++) {
        names[r] = refusal_name(r);
        if (!c->options.reason || strcmp(names[r], c->options.reason) == 0)
            return EXIT_DONE;
    }
    near = fault_suggest(c->options.reason, names, REFUSE_COUNT);
    fprintf(stderr,
            "shikumenctl: --reason 无效 is not valid: %s; 允许 allowed:", c->options.reason);
    for (enum refusal r = 0; r < REFUSE_COUNT; r++)
        fprintf(stderr, " %s", names[r]);
    fprintf(stderr, "%s%s\n", near ? "; 是否指 did you mean " : "", near ? near : "");
    return EXIT_USAGE;
}

int cmd_quarantine(struct ctl *c)
{
    struct column columns[COL_COUNT];
    struct table t;
    int code = check_reason(c);

    if (code == EXIT_DONE)
        code = ctl_readings(c);
    if (code != EXIT_DONE)
        return code;
    memcpy(columns, column_table, sizeof columns);
    columns[COL_RX].zh = columns[COL_RX].en = word_time_heading(&c->desk, "到达", "ARRIVAL");
    table_begin(&t, &c->desk, columns, COL_COUNT);
    code = ctl_readings_result(c, reader_quarantine(c->desk.readings, c->options.reason,
                                                    c->options.sensor, c->options.limit, take, &t));
    if (code == EXIT_DONE)
        code = table_print(c, &t, "隔离区为空", "nothing is in quarantine");
    table_end(&t);
    return code;
}
