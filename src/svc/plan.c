#include "shikumen/svc/plan.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plan_files.h"
#include "plan_tokens.h"
#include "shikumen/base/strmap.h"
#include "shikumen/core/registry_json.h"
#include "shikumen/io/settings_file.h"
#include "shikumen/io/zone_file.h"

#define REGISTRY_MAX_BYTES (64u << 20)
#define TEMPLATE_MAX_BYTES (256u << 10)

static uint64_t digest(const struct strbuf *registry, const struct text_files *l)
{
    uint64_t h = hash64(0, registry->data, registry->len);

    for (size_t i = 0; i < l->count; i++) {
        const char *slash = strrchr(l->texts[i].file, '/');
        h = hash64(h, slash, strlen(slash) + 1); /* "/name", terminator included */
        h = hash64(h, l->texts[i].text, l->texts[i].len);
    }
    return h;
}

static enum err parse(struct plan *p, const struct text_files *l, struct fault_list *faults)
{
    const struct source_text registry = {p->settings->registry.file, strbuf_text(&p->registry_text),
                                         p->registry_text.len};
    struct source_text *texts = calloc(l->count + 1, sizeof *texts);
    enum err e;

    if (!texts)
        return ERR_NOMEM;
    if (l->absent)
        texts[0].file = p->settings->registry.limits;
    e = registry_parse(&registry, texts, l->absent ? 1 : text_files_readable(l, texts), faults,
                       &p->registry);
    free(texts);
    return e;
}

/* One zone for all that people read: the one that the configuration names, else the registry's.
 * Nights and working hours are judged by it, so it counts into the digest where the registry alone
 * would say another. */
static enum err set_zone(struct plan *p, struct fault_list *faults)
{
    struct settings *s = p->settings;
    struct registry *r = p->registry;
    bool given = *s->district.timezone;
    enum err e =
        zone_list_need(&p->profiles.zones, given ? s->district.timezone : r->timezone,
                       given ? s->file : s->registry.file, "district.timezone", faults, &r->zone);

    if (e != ERR_OK)
        return e;
    if (strcmp(r->timezone, r->zone->name) != 0)
        p->registry_digest = hash64(p->registry_digest, r->zone->name, strlen(r->zone->name));
    r->timezone = r->zone->name;
    s->district.timezone = arena_strdup(&s->arena, r->zone->name);
    return s->district.timezone ? ERR_OK : ERR_NOMEM;
}

static enum err load_registry(struct plan *p, struct fault_list *faults)
{
    struct text_files limits = {0};
    enum err e =
        text_file_read(p->settings->registry.file, REGISTRY_MAX_BYTES, faults, &p->registry_text);
    enum err limits_e = text_files_read(p->settings->registry.limits, faults, &limits);
    enum err profiles_e =
        profile_shelf_load(p->settings->registry.profiles, NULL, faults, &p->profiles);

    if (e == ERR_OK)
        e = limits_e == ERR_NOMEM ? limits_e : parse(p, &limits, faults);
    if (e == ERR_OK && profiles_e == ERR_OK && *p->settings->registry.profiles)
        e = profile_shelf_bind(&p->profiles, p->registry, p->settings->registry.file, faults);
    if (e == ERR_OK) {
        p->registry_digest = digest(&p->registry_text, &limits);
        e = set_zone(p, faults);
    }
    text_files_free(&limits);
    if (e == ERR_OK)
        e = limits_e;
    return e == ERR_OK ? profiles_e : e;
}

/* --- files of loggers --- */

static enum err set_file_zones(struct plan *p, struct fault_list *faults)
{
    enum err worst = ERR_OK;

    for (size_t i = 0; i < p->files->count && worst != ERR_NOMEM; i++) {
        struct file_profile *f = &p->files->list[i];
        enum err e = *f->zone_name ? zone_list_need(&p->profiles.zones, f->zone_name, f->file,
                                                    "time.zone", faults, &f->zone)
                                   : ERR_OK;
        worst = e == ERR_OK ? worst : e;
    }
    return worst;
}

/* They name sensors, so the registry comes first. */
static enum err load_files(struct plan *p, struct fault_list *faults)
{
    struct text_files files = {0};
    enum err e = text_files_read(p->settings->files.profiles, faults, &files);
    struct source_text *texts = calloc(files.count + 1, sizeof *texts);

    if (!texts)
        e = ERR_NOMEM;
    if (e == ERR_OK && !files.absent)
        e = file_profiles_parse(texts, text_files_readable(&files, texts), p->registry, faults,
                                &p->files);
    if (e == ERR_OK && p->files)
        e = set_file_zones(p, faults);
    free(texts);
    text_files_free(&files);
    return e;
}

/* --- templates --- */

static enum err load_template(const char *file, struct fault_list *faults,
                              struct format_template **out)
{
    struct strbuf text = {0};
    enum err e = text_file_read(file, TEMPLATE_MAX_BYTES, faults, &text);

    if (e == ERR_OK)
        e = format_template_parse(file, strbuf_text(&text), text.len, faults, out);
    strbuf_free(&text);
    return e;
}

/* A file that is not there is a fault of the settings already. */
static enum err load_templates(struct plan *p, struct fault_list *faults)
{
    const struct settings *s = p->settings;
    enum err worst = ERR_OK;

    p->templates = calloc(s->endpoint_count + 1, sizeof(struct format_template *));
    if (!p->templates)
        return ERR_NOMEM;
    for (size_t i = 0; i < s->endpoint_count && worst != ERR_NOMEM; i++) {
        const char *file = s->endpoints[i].template;
        enum err e = *file && access(file, R_OK) == 0
                         ? load_template(file, faults, &p->templates[i])
                         : ERR_OK;
        worst = e == ERR_OK ? worst : e;
    }
    return worst;
}

static void free_templates(struct plan *p)
{
    for (size_t i = 0; p->templates && i < p->settings->endpoint_count; i++)
        format_template_free(p->templates[i]);
    free(p->templates);
}

/* What the configuration leaves to the registry. */
static enum err complete_district(struct settings *s, const struct registry *r)
{
    const char *name =
        strcmp(s->district.language, "zh") == 0 ? r->district_name.zh : r->district_name.en;

    if (!*s->district.id && r->district_id)
        s->district.id = arena_strdup(&s->arena, r->district_id);
    if (!*s->district.name && name)
        s->district.name = arena_strdup(&s->arena, name);
    if (s->district.id && !*s->mqtt.client_id)
        s->mqtt.client_id = arena_printf(&s->arena, "shikumend-%s", s->district.id);
    return s->district.id && s->district.name && s->mqtt.client_id ? ERR_OK : ERR_NOMEM;
}

static enum err load(struct plan *p, const char *config_file, struct fault_list *faults)
{
    size_t before = faults->count;
    enum err settings_e = settings_read_partly(config_file, faults, &p->settings), e, templates_e;

    if (!p->settings)
        return settings_e;
    templates_e = load_templates(p, faults);
    if (templates_e == ERR_OK)
        templates_e = plan_load_tokens(p, faults);
    e = load_registry(p, faults);
    if (e == ERR_NOMEM || settings_e == ERR_NOMEM || templates_e == ERR_NOMEM)
        return ERR_NOMEM;
    if (e == ERR_OK)
        e = load_files(p, faults);
    if (e == ERR_NOMEM)
        return e;
    if (e != ERR_OK || settings_e != ERR_OK || faults->count != before)
        return ERR_CONFIG;
    return complete_district(p->settings, p->registry);
}

enum err plan_load(const char *config_file, struct fault_list *faults, struct plan **out)
{
    struct plan *p = calloc(1, sizeof *p);
    enum err e;

    *out = NULL;
    if (!p)
        return ERR_NOMEM;
    atomic_init(&p->references, 1);
    e = load(p, config_file, faults);
    malloc_trim(0); /* the parsed documents were several times what is kept */
    if (e == ERR_OK)
        *out = p;
    else
        plan_release(p);
    return e;
}

/* --- without a configuration --- */

static struct settings *bare_settings(const struct plan_files *files)
{
    struct settings *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->file = s->district.id = s->district.name = s->district.timezone = "";
    s->district.language = "zh";
    s->mqtt.host = s->mqtt.client_id = s->mqtt.username = s->mqtt.password_file = "";
    s->mqtt.tls_ca = s->mqtt.tls_cert = s->mqtt.tls_key = "";
    s->http.listen = s->http.url = s->http.tls_cert = s->http.tls_key = s->http.tokens_file = "";
    s->files.drop = s->files.profiles = "";
    s->registry.profiles = files->profiles ? arena_strdup(&s->arena, files->profiles) : "";
    s->alerts = (struct alert_settings){ALERTS_BUDGET_PER_HOUSE_WEEK, ALERTS_HOUSE_MOST_WEEK,
                                        ALERTS_ACKNOWLEDGE_WITHIN_H, ALERTS_DAILY_AT};
    s->registry.file = arena_strdup(&s->arena, files->registry);
    s->registry.limits = arena_strdup(&s->arena, files->limits);
    s->store.path = arena_strdup(&s->arena, files->store);
    if (s->registry.file && s->registry.limits && s->registry.profiles && s->store.path)
        return s;
    settings_free(s);
    return NULL;
}

static enum err add_epochs(struct plan *p, const char *file, struct fault_list *faults)
{
    struct strbuf text = {0};
    enum err e = text_file_read(file, REGISTRY_MAX_BYTES, faults, &text);

    if (e == ERR_OK)
        e = registry_add_epochs(p->registry,
                                &(struct source_text){file, strbuf_text(&text), text.len}, faults);
    if (e == ERR_OK)
        p->registry_digest = hash64(p->registry_digest, text.data, text.len);
    strbuf_free(&text);
    return e;
}

enum err plan_load_files(const struct plan_files *files, struct fault_list *faults,
                         struct plan **out)
{
    struct plan *p = calloc(1, sizeof *p);
    enum err e = ERR_NOMEM;

    *out = NULL;
    if (!p)
        return ERR_NOMEM;
    atomic_init(&p->references, 1);
    p->settings = bare_settings(files);
    if (p->settings)
        e = load_registry(p, faults);
    if (e == ERR_OK && files->epochs)
        e = add_epochs(p, files->epochs, faults);
    if (e == ERR_OK)
        e = complete_district(p->settings, p->registry);
    if (e == ERR_OK)
        *out = p;
    else
        plan_release(p);
    return e;
}

/* --- references --- */

struct plan *plan_retain(struct plan *p)
{
    atomic_fetch_add_explicit(&p->references, 1, memory_order_relaxed);
    return p;
}

void plan_release(struct plan *p)
{
    if (!p || atomic_fetch_sub_explicit(&p->references, 1, memory_order_acq_rel) != 1)
        return;
    free_templates(p);
    arena_free(&p->token_arena);
    file_profiles_free(p->files);
    settings_free(p->settings);
    registry_free(p->registry);
    profile_shelf_free(&p->profiles);
    strbuf_free(&p->registry_text);
    free(p);
    malloc_trim(0);
}
