#include <math.h>

#include "evidence.h"
#include "shikumen/view/paper.h"

static void put_term(const struct evidence *e, const struct slow_term *t, struct strbuf *out)
{
    const struct sensor *s = &e->c->plan->registry->sensors[t->sensor];

    paper_item(out);
    strbuf_puts(out, " {");
    paper_text(out, "sensor", s->id);
    paper_text(out, "quantity", quantity_info(s->quantity)->name);
    paper_text(out, "u", s->canonical_unit);
    paper_number(out, "memory_d", t->memory_d);
    paper_number(out, "above", t->hinge ? t->knot : (double)NAN);
    paper_number(out, "coefficient", t->coefficient);
    paper_number(out, "error", t->error);
    paper_number(out, "centre", t->centre);
    strbuf_putc(out, '}');
}

/* Of silent environment sensors: what speaks for them, as a + b of it. */
static void put_stand_ins(const struct evidence *e, const struct slow_model *m, struct strbuf *out)
{
    const struct sensor *sensors = e->c->plan->registry->sensors;

    paper_list(out, "stand_ins");
    for (size_t i = 0; i < m->stand_in_count; i++) {
        paper_item(out);
        strbuf_puts(out, " {");
        paper_text(out, "of", sensors[m->stand_in[i].of].id);
        paper_text(out, "sensor", sensors[m->stand_in[i].sensor].id);
        paper_number(out, "a", m->stand_in[i].a);
        paper_number(out, "b", m->stand_in[i].b);
        paper_time(out, "from", m->stand_in[i].from_us);
        strbuf_putc(out, '}');
    }
    strbuf_putc(out, ']');
}

static void put_fit(const struct evidence *e, const struct slow_trace *t, struct strbuf *out)
{
    const struct compensation *m = &t->model.fit;

    paper_number(out, "version", m->version);
    paper_bool(out, "in_force", t->model_in_force);
    paper_text(out, "maturity", maturity_name(m->maturity));
    paper_list(out, "trained");
    paper_time(out, NULL, m->version > 0 ? m->from_us : INT64_MIN);
    paper_time(out, NULL, m->version > 0 ? m->until_us : INT64_MIN);
    strbuf_putc(out, ']');
    paper_number(out, "skill", m->skill);
    paper_number(out, "sigma", m->sigma);
    paper_number(out, "phi", m->phi);
    paper_number(out, "spread", m->spread);
    paper_list(out, "terms");
    for (uint32_t i = 0; i < m->terms; i++)
        put_term(e, &t->model.term[i], out);
    strbuf_putc(out, ']');
    paper_list(out, "offered");
    for (size_t i = 0; i < t->model.offered_count; i++)
        paper_text(out, NULL, e->c->plan->registry->sensors[t->model.offered[i]].id);
    strbuf_putc(out, ']');
    put_stand_ins(e, &t->model, out);
    paper_list(out, "jumps");
    for (size_t i = 0; i < t->model.jumps; i++) {
        paper_item(out);
        strbuf_puts(out, " {");
        paper_day(out, "day", t->model.jump[i].day);
        paper_number(out, "size", t->model.jump[i].size);
        strbuf_putc(out, '}');
    }
    strbuf_putc(out, ']');
}

static void put_movement(const struct slow_view *v, struct strbuf *out)
{
    static const int weeks[MOVEMENT_WINDOWS] = {13, 26, 52, 0};
    const struct movement *m = &v->movement;

    paper_key(out, "movement");
    if (!v->moved) {
        strbuf_puts(out, "null");
        return;
    }
    strbuf_putc(out, '{');
    paper_number(out, "days", (double)m->days);
    paper_number(out, "baseline", m->baseline);
    paper_number(out, "level", m->level);
    paper_number(out, "change", m->change);
    paper_number(out, "error", m->error);
    paper_number(out, "white", m->white);
    paper_number(out, "wander", m->wander);
    paper_list(out, "windows");
    for (int w = 0; w < MOVEMENT_WINDOWS; w++) {
        paper_item(out);
        strbuf_puts(out, " {");
        paper_number(out, "weeks", weeks[w] > 0 ? weeks[w] : (double)NAN);
        paper_number(out, "weeks_with_data", (double)m->window[w].weeks);
        paper_number(out, "slope_per_year", m->window[w].slope * 365.25);
        paper_number(out, "error_per_year", m->window[w].error * 365.25);
        paper_number(out, "p", m->window[w].p);
        paper_bool(out, "significant", m->window[w].significant);
        paper_bool(out, "governs", w == m->governing);
        strbuf_putc(out, '}');
    }
    strbuf_puts(out, "]}");
}

static void put_model(const struct evidence *e, const struct evidence_sensor *s, struct strbuf *out)
{
    const struct slow_trace *t = s->trace;

    paper_item(out);
    strbuf_putc(out, '{');
    paper_text(out, "sensor", s->id);
    paper_text(out, "quantity", s->quantity);
    paper_text(out, "u", s->unit);
    paper_time(out, "as_of", t->view.at_us);
    paper_day(out, "baseline", t->days[t->baseline].day);
    put_fit(e, t, out);
    paper_text(out, "doubt", slow_doubt_name(t->view.doubt));
    paper_number(out, "coverage", t->view.coverage);
    put_movement(&t->view, out);
    strbuf_putc(out, '}');
}

int evidence_models(struct evidence *e, struct packet *p)
{
    struct strbuf *out = NULL;

    for (size_t i = 0; i < e->count; i++) {
        if (e->sensors[i].role != EVIDENCE_ALERT || !e->sensors[i].trace)
            continue;
        if (!out) {
            out = packet_add(p, "model.json");
            if (!out)
                return ctl_result(e->c, ERR_NOMEM);
            strbuf_puts(out, "{\"residual\":\"measured - sum of coefficient * (x - centre) + "
                             "shift\",\"sensors\":[");
        }
        put_model(e, &e->sensors[i], out);
    }
    if (out)
        strbuf_puts(out, "]}\n");
    return EXIT_DONE;
}
