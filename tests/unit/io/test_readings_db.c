/* readings.db against a plain list: whatever is appended, revised, sealed, trimmed, expired, closed
 * and reopened in whatever order, every question has the answer that the list gives. */
#include "readings_fixture.h"

enum { SENSORS = 5, DAYS = 4, LIST_MAX = 6000, COMMITS_MAX = 2000, ROUNDS = 1500 };

#define FIRST_DAY 20000
#define START_US  (FIRST_DAY * US_PER_DAY)

struct item {
    struct reading r;
    bool sealed, gone;
};

struct arrival {
    struct reading r;
    bool revision;
};

struct last {
    int64_t t_us, rx_us;
    double value;
    uint8_t flag;
};

struct list {
    struct item items[LIST_MAX];
    struct arrival arrivals[LIST_MAX * 2];
    struct last last[SENSORS + 1];
    int n, arrival_count;
};

struct world {
    struct fixture *f;
    struct chance c;
    struct list now, committed;
    int64_t seq[COMMITS_MAX]; /* what each commit returned */
    int arrivals_at[COMMITS_MAX];
    int commits;
    int64_t sealed_seq, trimmed_seq;
    int64_t step;
};

/* --- the list --- */

static struct item *item_at(struct list *l, uint32_t sensor, int64_t t_us)
{
    for (int i = 0; i < l->n; i++)
        if (l->items[i].r.t_us == t_us && l->items[i].r.sensor == sensor && !l->items[i].gone)
            return &l->items[i];
    return NULL;
}

static void list_add(struct list *l, const struct reading *r)
{
    struct last *last = &l->last[r->sensor];
    assert_true(l->n < LIST_MAX);
    l->items[l->n++] = (struct item){*r, false, false};
    l->arrivals[l->arrival_count++] = (struct arrival){*r, false};
    if (r->rx_us > last->rx_us && !r->historical)
        last->rx_us = r->rx_us;
    if (r->t_us > last->t_us) {
        last->t_us = r->t_us;
        last->value = r->value;
        last->flag = r->flag;
    }
}

static void list_revise(struct list *l, struct item *item, uint8_t flag, uint8_t test)
{
    struct last *last = &l->last[item->r.sensor];
    item->r.flag = flag;
    item->r.test = test;
    l->arrivals[l->arrival_count++] = (struct arrival){
        {.sensor = item->r.sensor, .t_us = item->r.t_us, .flag = flag, .test = test}, true};
    if (last->t_us == item->r.t_us)
        last->flag = flag;
}

static int by_sensor_time(const void *a, const void *b)
{
    const struct reading *x = a, *y = b;
    if (x->sensor != y->sensor)
        return x->sensor < y->sensor ? -1 : 1;
    return x->t_us < y->t_us ? -1 : x->t_us > y->t_us;
}

/* Those of sensor (0: all) with from <= t < to, sorted. */
static int list_window(const struct list *l, uint32_t sensor, int64_t from, int64_t to,
                       struct reading *out)
{
    int n = 0;
    for (int i = 0; i < l->n; i++) {
        const struct item *x = &l->items[i];
        if (!x->gone && (!sensor || x->r.sensor == sensor) && x->r.t_us >= from && x->r.t_us < to)
            out[n++] = x->r;
    }
    qsort(out, (size_t)n, sizeof *out, by_sensor_time);
    return n;
}

/* --- doing --- */

static int64_t random_time(struct world *w)
{
    int64_t fine = (int64_t)chance_below(&w->c, 900) * 333 * US_PER_S;
    if (chance_one_in(&w->c, 3)) /* in order, as nearly all of life is */
        return START_US + DAYS * US_PER_DAY / ROUNDS * w->step + (int64_t)chance_below(&w->c, 1000);
    return START_US + fine;
}

static void do_append(struct world *w)
{
    for (size_t k = 1 + chance_below(&w->c, 6); k > 0; k--) {
        struct reading r = {.t_us = random_time(w),
                            .rx_us = START_US + w->step * US_PER_S,
                            .value = chance_one_in(&w->c, 2) ? (double)chance_below(&w->c, 99) / 10
                                                             : 1.0 / (double)(w->step + 3),
                            .sensor = 1 + (uint32_t)chance_below(&w->c, SENSORS),
                            .flag = (uint8_t)(1 + chance_below(&w->c, 4)),
                            .test = (uint8_t)chance_below(&w->c, QT_COUNT),
                            .historical = chance_one_in(&w->c, 4),
                            .clock_doubt = chance_one_in(&w->c, 4)};
        struct reading stored;
        bool found;
        assert_int_equal(readings_find(w->f->db, r.sensor, r.t_us, &found, &stored), ERR_OK);
        const struct item *known = item_at(&w->now, r.sensor, r.t_us);
        assert_int_equal(found, known != NULL);
        if (known)
            assert_same_reading(&stored, &known->r);
        else {
            append(w->f, r);
            list_add(&w->now, &r);
        }
    }
}

static void do_revise(struct world *w)
{
    if (w->now.n == 0)
        return;
    struct item *x = &w->now.items[chance_below(&w->c, (size_t)w->now.n)];
    uint8_t flag = (uint8_t)(1 + chance_below(&w->c, 4)),
            test = (uint8_t)chance_below(&w->c, QT_COUNT);
    if (x->gone)
        return;
    assert_int_equal(readings_revise(w->f->db, x->r.sensor, x->r.t_us, flag, test), ERR_OK);
    list_revise(&w->now, x, flag, test);
}

static void do_commit(struct world *w)
{
    int64_t seq = commit(w->f);
    w->committed = w->now;
    if (w->commits < COMMITS_MAX) {
        w->seq[w->commits] = seq;
        w->arrivals_at[w->commits++] = w->now.arrival_count;
    }
}

static void do_seal(struct world *w)
{
    do_commit(w);
    assert_int_equal(readings_seal(w->f->db, NULL, NULL), ERR_OK);
    for (int i = 0; i < w->now.n; i++)
        w->now.items[i].sealed = true;
    w->committed = w->now;
    w->sealed_seq = w->seq[w->commits - 1];
}

static void do_trim(struct world *w)
{
    do_commit(w);
    int64_t seq = w->seq[chance_below(&w->c, (size_t)w->commits)];
    assert_int_equal(readings_trim(w->f->db, seq), ERR_OK);
    seq = seq < w->sealed_seq ? seq : w->sealed_seq;
    w->trimmed_seq = seq > w->trimmed_seq ? seq : w->trimmed_seq;
}

static void do_expire(struct world *w)
{
    do_commit(w);
    int64_t t_us = START_US + (int64_t)chance_below(&w->c, 2 * US_PER_DAY);
    int64_t day_us = t_us / US_PER_DAY * US_PER_DAY;
    assert_int_equal(readings_expire(w->f->db, t_us), ERR_OK);
    for (int i = 0; i < w->now.n; i++)
        if (w->now.items[i].sealed && w->now.items[i].r.t_us < day_us)
            w->now.items[i].gone = true;
    w->committed = w->now;
}

/* What was not committed is gone. */
static void do_reopen(struct world *w)
{
    readings_close(w->f->db);
    open_writer(w->f);
    assert_false(readings_pending(w->f->db));
    w->now = w->committed;
}

/* --- asking --- */

struct taken {
    struct reading r[LIST_MAX];
    int n;
};

static enum err take(void *context, const struct reading *r)
{
    struct taken *t = context;
    assert_true(t->n < LIST_MAX);
    t->r[t->n++] = *r;
    return ERR_OK;
}

static void assert_answer(const struct taken *got, const struct reading *want, int n)
{
    assert_int_equal(got->n, n);
    for (int i = 0; i < n; i++)
        assert_same_reading(&got->r[i], &want[i]);
}

static void ask_windows(struct world *w)
{
    static struct taken got;
    static struct reading want[LIST_MAX];
    for (uint32_t s = 0; s <= SENSORS + 1; s++) {
        int64_t from = random_time(w), to = random_time(w);
        if (chance_one_in(&w->c, 4)) {
            from = INT64_MIN;
            to = INT64_MAX;
        }
        got.n = 0;
        assert_int_equal(reader_window(w->f->reader, s, from, to, take, &got), ERR_OK);
        assert_answer(&got, want, s == 0 ? 0 : list_window(&w->committed, s, from, to, want));
    }
    for (int64_t day = FIRST_DAY - 1; day <= FIRST_DAY + DAYS; day++) {
        got.n = 0;
        assert_int_equal(reader_day(w->f->reader, day, take, &got), ERR_OK);
        assert_answer(
            &got, want,
            list_window(&w->committed, 0, day * US_PER_DAY, (day + 1) * US_PER_DAY, want));
    }
}

static void ask_days(struct world *w)
{
    static struct reading all[LIST_MAX];
    int n = list_window(&w->committed, 0, INT64_MIN, INT64_MAX, all);
    int64_t first, last, low = INT64_MAX, high = INT64_MIN;
    for (int i = 0; i < n; i++) {
        low = all[i].t_us < low ? all[i].t_us : low;
        high = all[i].t_us > high ? all[i].t_us : high;
    }
    assert_int_equal(reader_days(w->f->reader, &first, &last), n ? ERR_OK : ERR_NOTFOUND);
    if (n) {
        assert_int_equal(first, low / US_PER_DAY);
        assert_int_equal(last, high / US_PER_DAY);
    }
}

/* The neighbours that readings_around promises to find: hot ones, and sealed ones of three days. */
static void ask_around(struct world *w)
{
    static struct reading near[LIST_MAX];
    uint32_t sensor = 1 + (uint32_t)chance_below(&w->c, SENSORS);
    int64_t t_us = random_time(w), day = t_us / US_PER_DAY;
    size_t before = chance_below(&w->c, 7), after = chance_below(&w->c, 7), n, at;
    struct reading got[14];
    int count = 0, split = 0;

    for (int i = 0; i < w->now.n; i++) {
        const struct item *x = &w->now.items[i];
        int64_t apart = x->r.t_us / US_PER_DAY - day;
        if (!x->gone && x->r.sensor == sensor && x->r.t_us != t_us &&
            (!x->sealed || (apart >= -1 && apart <= 1)))
            near[count++] = x->r;
    }
    qsort(near, (size_t)count, sizeof *near, by_sensor_time);
    while (split < count && near[split].t_us < t_us)
        split++;
    int low = split - (int)before > 0 ? split - (int)before : 0;
    int high = split + (int)after < count ? split + (int)after : count;
    assert_int_equal(readings_around(w->f->db, sensor, t_us, before, after, got, &n, &at), ERR_OK);
    assert_int_equal(n, high - low);
    assert_int_equal(at, split - low);
    for (size_t i = 0; i < n; i++)
        assert_same_reading(&got[i], &near[(size_t)low + i]);
}

static enum err check_sensor(void *context, const struct sensor_row *s)
{
    struct world *w = context;
    const struct last *last = &w->committed.last[s->id];
    char name[20];
    snprintf(name, sizeof name, "s%u", s->id);
    assert_string_equal(s->name, name);
    assert_string_equal(s->quantity, "tilt");
    assert_string_equal(s->unit, "mm/m");
    assert_int_equal(s->last_t_us, last->t_us);
    assert_int_equal(s->last_rx_us, last->rx_us);
    if (last->t_us == INT64_MIN)
        assert_true(isnan(s->last_value));
    else {
        assert_memory_equal(&s->last_value, &last->value, sizeof last->value);
        assert_int_equal(s->last_flag, last->flag);
    }
    return ERR_OK;
}

struct follower {
    const struct list *l;
    int at;
    int64_t last_seq;
};

static enum err follow(void *context, const struct journal_entry *e)
{
    struct follower *f = context;
    const struct arrival *want = &f->l->arrivals[f->at++];
    assert_true(f->at <= f->l->arrival_count);
    assert_int_equal(e->revision, want->revision);
    assert_int_equal(e->reading.sensor, want->r.sensor);
    assert_int_equal(e->reading.t_us, want->r.t_us);
    if (!e->revision)
        assert_int_equal(e->reading.rx_us, want->r.rx_us);
    if (!e->revision)
        assert_memory_equal(&e->reading.value, &want->r.value, sizeof want->r.value);
    assert_int_equal(e->reading.flag, want->r.flag);
    assert_int_equal(e->reading.test, want->r.test);
    assert_true(e->seq >= f->last_seq);
    f->last_seq = e->seq;
    return ERR_OK;
}

/* From some commit on, in order of arrival, a few rows at a time; or a gap is reported. */
static void ask_since(struct world *w)
{
    if (w->commits == 0)
        return;
    size_t k = chance_below(&w->c, (size_t)w->commits);
    struct follower f = {&w->committed, w->arrivals_at[k], w->seq[k]};
    int64_t seq = w->seq[k], after = seq;
    bool gap = false, ends;

    if (seq < w->trimmed_seq)
        return; /* ask_for_a_gap */
    do {
        after = seq;
        assert_int_equal(reader_since(w->f->reader, after, 1 + (int)chance_below(&w->c, 9), follow,
                                      &f, &seq, &gap),
                         ERR_OK);
        assert_false(gap);
        ends = seq == after;
    } while (!ends);
    assert_int_equal(f.at, w->committed.arrival_count);
    assert_int_equal(seq, w->seq[w->commits - 1]);
}

static enum err ignore_entry(void *context, const struct journal_entry *e)
{
    (void)context;
    (void)e;
    return ERR_OK;
}

static void ask_for_a_gap(struct world *w)
{
    int64_t seq;
    bool gap;
    if (w->trimmed_seq == 0)
        return;
    assert_int_equal(
        reader_since(w->f->reader, w->trimmed_seq - 1, 1, ignore_entry, NULL, &seq, &gap), ERR_OK);
    assert_true(gap);
}

static void ask_everything(struct world *w)
{
    uint32_t id = 99;
    ask_windows(w);
    ask_days(w);
    for (int i = 0; i < 10; i++)
        ask_around(w);
    ask_since(w);
    ask_for_a_gap(w);
    assert_int_equal(reader_sensors(w->f->reader, check_sensor, w), ERR_OK);
    assert_int_equal(reader_sensor_id(w->f->reader, "s3", &id), ERR_OK);
    assert_int_equal(id, 3);
    assert_int_equal(reader_sensor_id(w->f->reader, "s77", &id), ERR_NOTFOUND);
    assert_verifies(w->f);
}

static void do_something(struct world *w)
{
    switch (chance_below(&w->c, 40)) {
    case 0:
        do_seal(w);
        break;
    case 1:
        do_trim(w);
        break;
    case 2:
        do_reopen(w);
        break;
    case 3:
        if (chance_one_in(&w->c, 6))
            do_expire(w);
        break;
    case 4:
        reader_close(w->f->reader);
        open_reader(w->f);
        break;
    case 5:
    case 6:
    case 7:
    case 8:
    case 9:
    case 10:
    case 11:
    case 12:
        do_revise(w);
        break;
    case 13:
    case 14:
    case 15:
    case 16:
    case 17:
    case 18:
    case 19:
    case 20:
        do_commit(w);
        break;
    default:
        do_append(w);
    }
}

static void live(struct fixture *f, uint64_t seed)
{
    static struct world w;
    memset(&w, 0, sizeof w);
    w.f = f;
    w.c = (struct chance){seed};
    for (uint32_t s = 1; s <= SENSORS; s++) {
        char name[20];
        snprintf(name, sizeof name, "s%u", s);
        assert_int_equal(make_sensor(f, name), s);
        assert_int_equal(make_sensor(f, name), s);
    }
    for (int s = 0; s <= SENSORS; s++)
        w.now.last[s] = (struct last){INT64_MIN, INT64_MIN, 0, 0};
    do_commit(&w);
    for (w.step = 0; w.step < ROUNDS; w.step++) {
        do_something(&w);
        if (chance_one_in(&w.c, 25))
            ask_everything(&w);
    }
    do_seal(&w);
    ask_everything(&w);
    assert_true(w.committed.n > ROUNDS / 3);
}

static void lives_like_a_list_1(void **state)
{
    live(*state, 11);
}

static void lives_like_a_list_2(void **state)
{
    live(*state, 12);
}

static void lives_like_a_list_3(void **state)
{
    live(*state, 13);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lives_like_a_list_1, setup, teardown),
        cmocka_unit_test_setup_teardown(lives_like_a_list_2, setup, teardown),
        cmocka_unit_test_setup_teardown(lives_like_a_list_3, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
