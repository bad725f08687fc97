#include "shikumen/core/modal_watch.h"

#include <math.h>

#include "modal_identify.h"
#include "shikumen/num/track.h"

#define F_GATE          0.10 /* damage may take more than 5 % at once [J] within 0.05 .. 0.10 */
#define CANDIDATE_SEEN  3
#define FORGET_SEEN     3
#define FORGET_MISSED   10
#define CANDIDATE_TRIES 3

const char *modal_outcome_name(enum modal_outcome o)
{
    static const char *const name[MODAL_OUTCOMES] = {"evaluated",     "few_channels", "short",
                                                     "sampling_rate", "dead_channel", "noisy"};

    return name[o];
}

struct bilingual modal_outcome_text(enum modal_outcome o)
{
    static const struct bilingual text[MODAL_OUTCOMES] = {
        {"已评定", "evaluated"},
        {"未评定：同步通道少于两个", "not evaluated: fewer than two synchronous channels"},
        {"未评定：记录不足十分钟", "not evaluated: less than ten minutes of record"},
        {"未评定：采样率不适用", "not evaluated: sampling rate out of range"},
        {"未评定：有通道无信号或数值异常", "not evaluated: a channel is dead or not finite"},
        {"未评定：没有高出噪声的振型", "not evaluated: no mode stands above the noise"},
    };

    return text[o];
}

/* --- references --- */

static struct track_settings gates(void)
{
    struct track_settings s = track_defaults();

    s.f_gate = F_GATE;
    return s;
}

static struct track_reference borrow(struct modal_reference *r)
{
    return (struct track_reference){.f_hz = r->f_hz,
                                    .commissioned_f_hz = r->commissioned_f_hz,
                                    .shape = r->shape,
                                    .commissioned_shape = r->commissioned_shape};
}

static struct modal_reference reference_of(const struct mode *m, size_t channels)
{
    struct modal_reference r = {.seen = 1, .f_hz = m->f_hz, .commissioned_f_hz = m->f_hz};

    for (size_t c = 0; c < channels; c++)
        r.shape[c] = r.commissioned_shape[c] = m->shape[c];
    return r;
}

static void see(struct modal_reference *r, const struct mode *m, size_t channels)
{
    const struct track_settings s = gates();
    struct track_reference t = borrow(r);

    track_update(&t, m, channels, &s);
    r->f_hz = t.f_hz;
    r->seen++;
    r->missed = 0;
}

static void read_out(struct modal_result *out, struct modal_reference *r,
                     const struct modal_found *f, size_t channels)
{
    struct track_reference t = borrow(r);
    struct track_shift shift = track_shift(&t, &f->mode, channels);

    out->reading[out->count++] = (struct modal_reading){.mode = r->mode,
                                                        .f_hz = f->mode.f_hz,
                                                        .se_hz = f->mode.f_se_hz,
                                                        .zeta = f->mode.zeta,
                                                        .zeta_se = f->mode.zeta_se,
                                                        .shift = shift.f,
                                                        .mac = shift.mac,
                                                        .height_db = f->height_db};
}

static void commission(struct modal_watch *w, const struct modal_modes *m, struct modal_result *out)
{
    for (size_t i = 0; i < m->count && w->count < MODAL_REFERENCES; i++) {
        struct modal_reference *r = &w->reference[w->count++];

        *r = reference_of(&m->mode[i].mode, w->channels);
        r->mode = ++w->numbered;
        read_out(out, r, &m->mode[i], w->channels);
    }
    out->commissioned = true;
}

/* A mode that no reference took: the candidate again, or the candidate to be. True when the
 * candidate was met. */
static enum err meet_candidate(struct modal_watch *w, const struct mode *m, bool *met,
                               struct arena *arena)
{
    const struct track_settings s = gates();
    struct track_reference t = borrow(&w->candidate);
    size_t to = TRACK_NONE;
    enum err e = ERR_OK;

    if (w->candidate.seen > 0)
        e = track_assign(&t, 1, m, 1, w->channels, &s, &to, arena);
    *met = !e && to == 0;
    if (*met)
        see(&w->candidate, m, w->channels);
    return e;
}

static void promote(struct modal_watch *w)
{
    struct modal_reference *r;

    if (w->candidate.seen < CANDIDATE_SEEN || w->count == MODAL_REFERENCES)
        return;
    r = &w->reference[w->count++];
    *r = w->candidate;
    r->mode = ++w->numbered;
    w->candidate = (struct modal_reference){0};
}

static enum err push_candidates(struct modal_watch *w, const struct modal_modes *m,
                                const size_t *reference_of_mode, struct arena *arena)
{
    const struct mode *first = NULL;
    bool met = false;

    for (size_t i = 0; i < m->count && !met; i++) {
        enum err e;

        if (reference_of_mode[i] != TRACK_NONE)
            continue;
        first = first ? first : &m->mode[i].mode;
        e = meet_candidate(w, &m->mode[i].mode, &met, arena);
        if (e)
            return e;
    }
    if (!met && w->candidate.seen > 0 && ++w->candidate.missed >= CANDIDATE_TRIES)
        w->candidate = (struct modal_reference){0};
    if (!met && w->candidate.seen == 0 && first)
        w->candidate = reference_of(first, w->channels);
    promote(w);
    return ERR_OK;
}

static void forget(struct modal_watch *w)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < w->count; i++) {
        const struct modal_reference *r = &w->reference[i];

        if (r->seen < FORGET_SEEN && r->missed >= FORGET_MISSED)
            continue;
        if (kept != i)
            w->reference[kept] = *r;
        kept++;
    }
    w->count = kept;
}

/* --- tracking --- */

static enum err assign(struct modal_watch *w, const struct modal_modes *m, size_t *to,
                       struct arena *arena)
{
    const struct track_settings s = gates();
    struct track_reference t[MODAL_REFERENCES];
    struct mode *modes = arena_array(arena, m->count, sizeof *modes);

    if (!modes)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < w->count; i++)
        t[i] = borrow(&w->reference[i]);
    for (size_t i = 0; i < m->count; i++)
        modes[i] = m->mode[i].mode;
    return track_assign(t, w->count, modes, m->count, w->channels, &s, to, arena);
}

static enum err track(struct modal_watch *w, const struct modal_modes *m, struct modal_result *out,
                      struct arena *arena)
{
    size_t *to = arena_array(arena, m->count, sizeof *to);
    enum err e = to ? assign(w, m, to, arena) : ERR_NOMEM;

    for (uint32_t r = 0; !e && r < w->count; r++) {
        size_t i = 0;

        while (i < m->count && to[i] != r)
            i++;
        if (i == m->count) {
            w->reference[r].missed++;
            out->missing++;
            continue;
        }
        read_out(out, &w->reference[r], &m->mode[i], w->channels);
        see(&w->reference[r], &m->mode[i].mode, w->channels);
    }
    if (!e)
        e = push_candidates(w, m, to, arena);
    if (!e)
        forget(w);
    return e;
}

/* Other channels: shapes do not compare. Numbers go on. */
static void adopt_layout(struct modal_watch *w, const struct modal_record *r)
{
    if (w->count > 0 && w->layout == r->layout && w->channels == r->channels)
        return;
    *w = (struct modal_watch){.layout = r->layout,
                              .channels = (uint32_t)r->channels,
                              .numbered = w->numbered,
                              .records = w->records};
}

static int64_t middle_us(const struct modal_record *r)
{
    const struct modal_segment *last;

    if (r->segments == 0)
        return 0;
    last = &r->segment[r->segments - 1];
    return r->segment[0].t_us + (last->t_us - r->segment[0].t_us) / 2 +
           llround((double)last->rows / r->fs_hz * 0.5e6);
}

static enum err take(struct modal_watch *w, const struct modal_record *record,
                     const struct modal_modes *m, struct modal_result *out, struct arena *arena)
{
    struct modal_watch next = *w;
    enum err e = ERR_OK;

    out->t_us = middle_us(record);
    out->found = m->count;
    adopt_layout(&next, record);
    next.records++;
    if (next.count == 0)
        commission(&next, m, out);
    else
        e = track(&next, m, out, arena);
    if (!e)
        *w = next;
    return e;
}

enum err modal_watch_record(struct modal_watch *w, const struct modal_record *record,
                            struct arena *arena, struct modal_result *out)
{
    struct arena_mark mark = arena_mark(arena);
    struct modal_result result = {0};
    struct modal_modes m;
    enum err e = modal_identify(record, arena, &m);

    result.outcome = m.outcome;
    result.record_s = m.record_s;
    result.rate_hz = m.rate_hz;
    if (!e && m.outcome == MODAL_EVALUATED)
        e = take(w, record, &m, &result, arena);
    arena_rewind(arena, mark);
    if (!e)
        *out = result;
    return e;
}
