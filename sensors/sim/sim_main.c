/* shikumen-sim: simulated lane houses whose sensor nodes publish over MQTT. */
#include <mosquitto.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "district.h"
#include "options.h"
#include "run.h"
#include "scenario_run.h"
#include "shikumen/base/file.h"

/* The run asks whether one is pending, so no handler is needed. */
static void hold_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static bool write_stdout(const struct strbuf *text)
{
    return fwrite(text->data, 1, text->len, stdout) == text->len && fflush(stdout) == 0;
}

static int write_registry(const struct district *d, const struct options *o)
{
    const char *names[SIM_LIMITS_MAX];
    size_t count = district_limit_names(names, SIM_LIMITS_MAX);
    struct strbuf text = {0};
    bool ok;

    district_registry(d, o->limits_given ? o->limits : names,
                      o->limits_given ? o->limit_count : count, o->shape != SHAPE_NATIVE, &text);
    ok = !text.failed && (strcmp(o->registry_out, "-") == 0
                              ? write_stdout(&text)
                              : file_replace(o->registry_out, text.data, text.len) == ERR_OK);
    if (!ok)
        fprintf(stderr, "shikumen-sim: 无法写入 cannot write %s\n", o->registry_out);
    strbuf_free(&text);
    return ok ? 0 : 1;
}

static bool damage_known(const struct district *d, const struct options *o)
{
    if (!o->damage || strcmp(o->damage, "none") == 0 ||
        district_house(d, o->damage) < d->house_count)
        return true;
    fprintf(stderr, "shikumen-sim: --damage: 无此房屋 no such house: %s (%s..%s, none)\n",
            o->damage, d->houses[0].id, d->houses[d->house_count - 1].id);
    return false;
}

static int run_all(const struct district *d, const struct options *o)
{
    int code = 0;

    if (o->registry_out)
        code = write_registry(d, o);
    if (code != 0 || (o->registry_out && !o->run))
        return code;
    mosquitto_lib_init();
    code = run_district(d, o);
    mosquitto_lib_cleanup();
    return code;
}

static int run_scenario(const struct options *o)
{
    int code;

    hold_signals();
    mosquitto_lib_init();
    code = scenario_run(o);
    mosquitto_lib_cleanup();
    return code;
}

static int run_houses(const struct options *o)
{
    struct district d;
    int code;

    if (district_build(o->seed, (size_t)o->houses, &d) != ERR_OK) {
        fprintf(stderr, "shikumen-sim: 内存不足 out of memory\n");
        return 1;
    }
    hold_signals();
    code = damage_known(&d, o) ? run_all(&d, o) : 2;
    district_free(&d);
    return code;
}

int main(int argc, char **argv)
{
    struct options o;
    int code = options_read(argc, argv, &o);

    if (code < 0)
        code = o.scenario ? run_scenario(&o) : run_houses(&o);
    options_free(&o);
    return code;
}
