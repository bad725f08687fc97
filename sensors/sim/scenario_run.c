#include "scenario_run.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "draw.h"
#include "shikumen/base/file.h"

#define SCENARIO_BYTES_MAX (16U << 20)
#define EXIT_CONFIG        78

static int told(const struct options *o, enum err e, const char *zh, const char *en)
{
    fprintf(stderr, "shikumen-sim: %s %s: %s (%s)\n", zh, en, o->scenario, err_name(e));
    return 1;
}

static void registry(const struct district *d, const struct options *o, struct strbuf *out)
{
    const char *names[SIM_LIMITS_MAX];
    size_t count = district_limit_names(names, SIM_LIMITS_MAX);

    district_registry(d, o->limits_given ? o->limits : names,
                      o->limits_given ? o->limit_count : count, o->shape != SHAPE_NATIVE, out);
}

static int write_registry(const struct options *o, const struct strbuf *text)
{
    bool ok = strcmp(o->registry_out, "-") == 0
                  ? fwrite(text->data, 1, text->len, stdout) == text->len && fflush(stdout) == 0
                  : file_replace(o->registry_out, text->data, text->len) == ERR_OK;

    if (!ok)
        fprintf(stderr, "shikumen-sim: 无法写入 cannot write %s\n", o->registry_out);
    return ok ? 0 : 1;
}

static int run_history(struct history *h, const struct options *o)
{
    struct strbuf text = {0};
    int code = 0;

    registry(h->district, o, &text);
    if (text.failed)
        code = told(o, ERR_NOMEM, "内存不足", "out of memory");
    else if (o->registry_out)
        code = write_registry(o, &text);
    if (code == 0 && o->history)
        code = scenario_history(h, o, &text);
    else if (code == 0 && (!o->registry_out || o->run))
        code = scenario_publish(h, o);
    strbuf_free(&text);
    return code;
}

static int run_scenario(struct scenario *s, const struct options *o, struct fault_list *faults)
{
    struct history h = {0};
    struct district d;
    enum err e = district_build_scenario(s, &d);
    int code;

    if (e != ERR_OK)
        return told(o, e, "内存不足", "out of memory");
    e = draw_district(s, &d);
    if (e == ERR_OK)
        e = history_open(s, &d, o->scenario, faults, &h);
    if (e == ERR_OK)
        code = run_history(&h, o);
    else
        code = e == ERR_CONFIG ? EXIT_CONFIG : told(o, e, "内存不足", "out of memory");
    history_free(&h);
    district_free(&d);
    return code;
}

int scenario_run(const struct options *o)
{
    struct fault_list faults = {0};
    struct scenario s = {0};
    struct strbuf text = {0};
    enum err e = file_read(o->scenario, SCENARIO_BYTES_MAX, &text);
    int code;

    if (e != ERR_OK) {
        strbuf_free(&text);
        return told(o, e, "无法读取", "cannot read");
    }
    e = scenario_read(o->scenario, strbuf_text(&text), text.len, &faults, &s);
    code = e == ERR_OK       ? run_scenario(&s, o, &faults)
           : e == ERR_CONFIG ? EXIT_CONFIG
                             : told(o, e, "内存不足", "out of memory");
    fault_print(&faults, STDERR_FILENO);
    fault_list_free(&faults);
    scenario_free(&s);
    strbuf_free(&text);
    return code;
}
