#include "figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/io/control_client.h"
#include "shikumen/view/census.h"
#include "shikumen/view/coverage.h"

/* --- the store, which may be absent, and the daemon, which may be stopped --- */

static void note_trouble(struct ctl *c, struct figures *f, const char *name, enum err e,
                         const char *why)
{
    const char *text = arena_printf(&c->arena, "%s: %s (%s)", name, why, err_name(e));

    f->troubles[f->trouble_count++] = text ? text : name;
    ctl_say(c, "%s", "%s", f->troubles[f->trouble_count - 1]);
}

static void take_readings(struct ctl *c, struct figures *f)
{
    char why[512] = "";
    enum err e = reader_open(c->desk.settings->store.path, why, sizeof why, &c->desk.readings);

    if (e == ERR_OK)
        e = figures_readings(&c->desk, &f->db);
    if (e != ERR_OK && e != ERR_NOTFOUND)
        note_trouble(c, f, "readings.db", e,
                     c->desk.readings ? reader_error(c->desk.readings) : why);
}

static void take_state(struct ctl *c, struct figures *f)
{
    char why[512] = "";
    enum err e =
        state_open(c->desk.settings->store.path, STATE_READ_ONLY, why, sizeof why, &c->desk.state);

    if (e == ERR_OK)
        e = figures_state(&c->desk, &f->db);
    if (e == ERR_OK)
        e = standing_take(c, &f->standing);
    if (e != ERR_OK && e != ERR_NOTFOUND)
        note_trouble(c, f, "state.db", e, c->desk.state ? state_error(c->desk.state) : why);
}

static enum err take_load(struct ctl *c, struct figures *f)
{
    enum err e = figures_load(&c->desk, &f->db);

    if (e == ERR_OK || e == ERR_NOMEM)
        return e;
    note_trouble(c, f, "state.db", e, state_error(c->desk.state));
    return ERR_OK;
}

static void take_live(struct ctl *c, struct figures *f)
{
    struct strbuf json = {0};

    if (control_fetch(c->desk.settings->store.path, &json) == ERR_OK)
        f->live = cJSON_ParseWithLength(strbuf_text(&json), json.len);
    strbuf_free(&json);
}

static int64_t live_count(const struct figures *f, const char *name)
{
    double n = figures_live_number(f, name);

    return n >= 0 && n < 1e15 ? (int64_t)n : -1;
}

/* The registry, without which some figures cannot be told: no plan when it is faulty. */
static enum err take_plan(struct ctl *c)
{
    struct fault_list faults = {0};
    enum err e = c->plan ? ERR_OK : ctl_plan_load(c, &faults);

    fault_list_free(&faults);
    return e == ERR_CONFIG ? ERR_OK : e;
}

/* Without the daemon silence is judged here, by the registry; not at all when that is faulty. */
static enum err take_silence(struct ctl *c, struct figures *f)
{
    struct census census = {0};
    enum err e = ERR_OK;

    f->sensors_silent = live_count(f, "shikumen_sensors_silent");
    f->houses_unknown = live_count(f, "houses_unknown");
    if (!c->plan || (f->live && !option_given(&c->options, OPTION_COVERAGE)))
        return ERR_OK;
    if (option_given(&c->options, OPTION_COVERAGE))
        e = coverage_take(&c->desk, &f->coverage);
    if (e == ERR_OK && !f->live)
        e = census_take(&c->desk, &census);
    if (e != ERR_OK || f->live)
        return e;
    f->sensors_silent = census_count(&census, REGISTRY_NONE).silent;
    f->houses_unknown = 0;
    for (uint32_t i = 0; i < census.registry->house_count; i++)
        f->houses_unknown += census_house_unknown(&census, i);
    return ERR_OK;
}

int figures_take(struct ctl *c, struct figures *f)
{
    enum err e;
    int code = ctl_settings(c);

    *f = (struct figures){0};
    if (code != EXIT_DONE)
        return code;
    e = take_plan(c);
    take_live(c, f);
    take_readings(c, f);
    take_state(c, f);
    if (e == ERR_OK)
        e = take_silence(c, f);
    if (e == ERR_OK)
        e = take_load(c, f);
    if (e == ERR_OK)
        e = figures_idle_endpoints(&c->desk, &f->db);
    code = ctl_result(c, e);
    return code == EXIT_DONE && f->trouble_count > 0 ? EXIT_FAILED : code;
}

void figures_free(struct figures *f)
{
    cJSON_Delete(f->live);
    figures_stored_free(&f->db);
}

bool figures_reconcile(const struct figures *f)
{
    return f->db.received == f->db.stored + f->db.duplicate + f->db.quarantined;
}

const char *figures_live_text(const struct figures *f, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(f->live, name));

    return text ? text : "";
}

double figures_live_number(const struct figures *f, const char *name)
{
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(f->live, name);

    return cJSON_IsNumber(number) ? number->valuedouble : (double)NAN;
}
