#include <stdio.h>

#include "evidence.h"
#include "shikumenctl.h"

/* Where it goes; the name of a new file when none is given. */
static const char *choose_path(struct ctl *c, const struct evidence *e)
{
    return c->options.output ? c->options.output
                             : arena_printf(&c->arena, "evidence-%.8s-%d.zip", e->episode.id,
                                            e->told.episode.step);
}

static int fill(struct evidence *e, struct packet *p)
{
    struct strbuf *readme = packet_add(p, "README.txt"); /* read first, written last */
    int code = readme ? evidence_papers(e, p) : ctl_result(e->c, ERR_NOMEM);

    p->time_us = e->told.at_us;
    if (code == EXIT_DONE)
        code = evidence_tables(e, p);
    if (code == EXIT_DONE)
        code = evidence_plots(e, p);
    return code == EXIT_DONE ? evidence_readme(e, p, readme) : code;
}

static void say_outcome(struct ctl *c, const struct evidence *e, const char *path)
{
    if (e->told.missing)
        ctl_say(c, "测点 %s 已不在登记中，不能重算",
                "sensor %s is no longer registered: not recomputed", e->told.missing);
    else if (e->differ > 0)
        ctl_say(c, "重算与当时所报有 %zu 项不一致，见 recompute.json",
                "made again, %zu fields differ from what was told: see recompute.json", e->differ);
    if (e->from_us > e->wanted_us)
        ctl_say(c, "读数太多，readings.csv 只含最近的 %lld 条",
                "too many readings: readings.csv holds the latest %lld", (long long)e->rows);
    ctl_say(c, "已写入 %s", "written: %s", path);
}

static int write_packet(struct ctl *c, struct evidence *e, const char *path)
{
    struct packet p = {0};
    int code = fill(e, &p);

    if (code == EXIT_DONE)
        code = packet_write(c, &p, path);
    if (code == EXIT_DONE)
        say_outcome(c, e, path);
    packet_free(&p);
    return code;
}

int cmd_evidence(struct ctl *c)
{
    struct evidence e = {0};
    bool force = option_given(&c->options, OPTION_FORCE);
    const char *path;
    int code = ctl_plan(c);

    if (code == EXIT_DONE)
        code = ctl_state(c);
    if (code == EXIT_DONE)
        code = ctl_readings(c);
    if (code == EXIT_DONE && c->options.output) /* before the long part */
        code = packet_target(c, c->options.output, force);
    if (code == EXIT_DONE)
        code = evidence_gather(c, &e);
    if (code == EXIT_DONE) {
        path = choose_path(c, &e);
        code = path ? packet_target(c, path, force) : ctl_result(c, ERR_NOMEM);
        if (code == EXIT_DONE)
            code = write_packet(c, &e, path);
    }
    evidence_free(&e);
    return code;
}
