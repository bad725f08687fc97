#include "episode_find.h"

#include <string.h>

struct search {
    struct ctl *c;
    const char *id;
    struct episode found;
    size_t count;
};

static enum err match(void *context, const struct episode *e)
{
    struct search *s = context;

    if (strncmp(e->id, s->id, strlen(s->id)) != 0)
        return ERR_OK;
    s->found = *e;
    s->found.key = arena_strdup(&s->c->arena, e->key);
    s->found.house = arena_strdup(&s->c->arena, e->house);
    s->found.element = arena_strdup(&s->c->arena, e->element);
    s->count++;
    return s->found.key && s->found.house && s->found.element ? ERR_OK : ERR_NOMEM;
}

int episode_find(struct ctl *c, const char *id, struct episode *out)
{
    const struct alert_filter all = {.since_us = INT64_MIN};
    struct search s = {.c = c, .id = id};
    int code = ctl_state_result(c, state_episode_each(c->desk.state, &all, match, &s));

    if (code != EXIT_DONE)
        return code;
    if (s.count == 0)
        return ctl_fail(c, "没有告警 %s", "no alert %s", s.id);
    if (s.count > 1)
        return ctl_fail(c, "%zu 个告警以 %s 开头，请写全编号",
                        "%zu alerts begin with %s; give more of it", s.count, s.id);
    *out = s.found;
    return EXIT_DONE;
}
