/* Births, deaths and sequence numbers of Sparkplug nodes. */
#include <string.h>

#include "protobuf.h"
#include "sparkplug_parts.h"

#define ASK_EVERY_US (60 * 1000000LL) /* for a rebirth of the same node */
#define REBIRTH      "Node Control/Rebirth"
#define SEQ_MODULO   256u
#define NAMES_MAX    4096 /* of one birth, remembered without an alias */

static const struct spb_metric *metric_called(const struct spb_payload *p, const char *name)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->metrics[i].parent == SPB_TOP && p->metrics[i].name &&
            strcmp(p->metrics[i].name, name) == 0)
            return &p->metrics[i];
    return NULL;
}

static size_t put_text(uint8_t *out, uint32_t field, const char *text)
{
    size_t n = protobuf_put_varint(out, field << 3 | PB_BYTES), length = strlen(text);

    n += protobuf_put_varint(out + n, length);
    memcpy(out + n, text, length);
    return n + length;
}

static size_t put_number(uint8_t *out, uint32_t field, uint64_t v)
{
    size_t n = protobuf_put_varint(out, field << 3 | PB_VARINT);

    return n + protobuf_put_varint(out + n, v);
}

void sparkplug_ask_rebirth(struct sparkplug *s)
{
    struct profile_work *w = s->w;
    uint64_t now_ms = (uint64_t)(w->m->rx_us / 1000);
    uint8_t metric[64], *command;
    size_t m = 0, n;

    if (s->known->asked && w->m->rx_us - s->known->asked_us < ASK_EVERY_US)
        return;
    command = arena_alloc(w->arena, 128);
    w->out->command_topic = arena_printf(w->arena, "spBv1.0/%s/NCMD/%s", s->group, s->node);
    if (!command || !w->out->command_topic) {
        w->out_of_memory = true;
        return;
    }
    m += put_text(metric + m, 1, REBIRTH);
    m += put_number(metric + m, 3, now_ms);
    m += put_number(metric + m, 4, SPB_BOOLEAN);
    m += put_number(metric + m, 14, 1);
    n = put_number(command, 1, now_ms);
    n += protobuf_put_varint(command + n, 2 << 3 | PB_BYTES);
    n += protobuf_put_varint(command + n, m);
    memcpy(command + n, metric, m);
    w->out->command = command;
    w->out->command_len = n + m;
    s->known->asked = true;
    s->known->asked_us = w->m->rx_us;
}

void sparkplug_follow(struct sparkplug *s)
{
    struct sparkplug_node *n = s->known;
    unsigned seq, ahead;

    if (!n->born) {
        sparkplug_ask_rebirth(s);
        return;
    }
    if (!s->payload.has_seq)
        return;
    seq = (unsigned)(s->payload.seq % SEQ_MODULO);
    ahead = (seq - n->next_seq) % SEQ_MODULO;
    if (ahead == SEQ_MODULO - 1) /* the one before, again */
        return;
    n->next_seq = (seq + 1) % SEQ_MODULO;
    if (ahead == 0)
        return;
    if (ahead < SEQ_MODULO / 2)
        s->w->out->lost += ahead;
    else
        n->doubtful = true;
    sparkplug_ask_rebirth(s);
}

/* Under its alias; one without, whose later messages need not repeat type and unit, by its name. */
static bool learn_metric(struct sparkplug *s, const struct spb_metric *m, size_t *names)
{
    if (m->has_alias)
        return sparkplug_node_learn(s->known, s->device_hash, m->alias, m->datatype, m->name,
                                    m->unit);
    if ((m->datatype == 0 && !m->unit) || m->kind == SPB_MEMBERS || (*names)++ >= NAMES_MAX)
        return true;
    return sparkplug_node_learn(s->known, sparkplug_names(s), sparkplug_name_key(m->name),
                                m->datatype, m->name, m->unit);
}

static void learn(struct sparkplug *s)
{
    size_t names = 0;

    sparkplug_join_all(s);
    for (size_t i = 0; i < s->payload.count; i++) {
        const struct spb_metric *m = &s->payload.metrics[i];
        if (m->name && (m->parent == SPB_TOP || m->joined) && !learn_metric(s, m, &names))
            s->w->out_of_memory = true;
    }
    if (*s->device && !sparkplug_node_add_device(s->known, s->device_id))
        s->w->out_of_memory = true;
}

void sparkplug_be_born(struct sparkplug *s)
{
    struct sparkplug_node *n = s->known;
    const struct spb_metric *number = metric_called(&s->payload, "bdSeq");

    if (s->of_device) {
        sparkplug_follow(s);
        sparkplug_node_forget(n, s->device_hash);
    } else {
        sparkplug_node_forget(n, 0);
        n->born = true;
        n->doubtful = n->asked = false;
        n->next_seq = (unsigned)((s->payload.seq + 1) % SEQ_MODULO);
        n->has_death_number = number != NULL;
        n->death_number = number ? number->number : 0;
    }
    learn(s);
}

static void say_offline(struct sparkplug *s, const char *id)
{
    struct profile_state *state = profile_state_of(s->w, id);

    if (!state)
        return;
    state->online = false;
    state->told = true;
}

bool sparkplug_die(struct sparkplug *s)
{
    struct sparkplug_node *n = s->known;
    const struct spb_metric *number = metric_called(&s->payload, "bdSeq");

    if (s->of_device) {
        sparkplug_follow(s);
        sparkplug_node_forget(n, s->device_hash);
        return true;
    }
    if (n->born && n->has_death_number && number && number->number != n->death_number)
        return false;
    n->born = false;
    sparkplug_node_forget(n, 0);
    for (size_t i = 0; i < n->device_count; i++) {
        const char *id = arena_strdup(s->w->arena, n->devices[i].id);
        if (id)
            say_offline(s, id);
    }
    return true;
}
