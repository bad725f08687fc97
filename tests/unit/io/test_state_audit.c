/* The audit chain: what is written is in it, and whatever is changed, taken away or put elsewhere
 * afterwards is found and named. */
#include "state_fixture.h"

#include "shikumen/io/state_acts.h"
#include "shikumen/io/state_audit.h"
#include "shikumen/io/state_signoff.h"

/* --- a store in which everything has happened --- */

static void act(struct fixture *f, const char *by, const char *verb, const char *subject)
{
    struct act_row a = {.at_us = T0 + SECOND,
                        .by = by,
                        .verb = verb,
                        .subject = subject,
                        .body = "{\"note\":\"看过了\"}"};

    assert_int_equal(state_begin(f->db), ERR_OK);
    assert_int_equal(state_act_put(f->db, &a), ERR_OK);
    assert_int_equal(state_commit(f->db), ERR_OK);
}

static void settle(struct fixture *f, int64_t row, enum act_outcome outcome)
{
    const struct act_row a = {.row = row,
                              .applied_us = T0 + 2 * SECOND,
                              .outcome = outcome,
                              .why_zh = "没有",
                              .why_en = "none",
                              .made = "S1"};

    assert_int_equal(state_act_settle(f->db, &a), ERR_OK);
}

static void stand(struct fixture *f, const struct episode *e)
{
    struct silencing s = {.scope = "H001",
                          .kind = KIND_VIBRATION,
                          .from_us = T0,
                          .until_us = T0 + 100 * SECOND,
                          .by = "王工",
                          .reason = "施工"};
    struct proposal p = {.episode_row = e->row,
                         .kind = PROPOSAL_INSPECT,
                         .made_us = T0,
                         .made_by = "shikumend",
                         .reason = "橙色"};
    struct class_override o = {.subject = "H001",
                               .class_name = "M",
                               .from_us = T0,
                               .until_us = T0 + 100 * SECOND,
                               .by = "李总",
                               .reason = "检查过"};
    struct act_record r = {.episode_row = e->row,
                           .kind = RECORD_REPAIR,
                           .day_us = T0,
                           .cost_fen = 123450,
                           .finding = "灰缝开裂",
                           .by = "王工",
                           .at_us = T0};

    assert_int_equal(state_silence_put(f->db, &s, T0), ERR_OK);
    assert_int_equal(state_silence_remind(f->db, s.row, T0 + SECOND), ERR_OK);
    assert_int_equal(state_proposal_put(f->db, &p), ERR_OK);
    assert_int_equal(state_proposal_move(f->db, p.row, PROPOSAL_APPROVED, T0, "李总", "同意"),
                     ERR_OK);
    assert_int_equal(state_override_put(f->db, &o, T0), ERR_OK);
    assert_int_equal(state_override_end(f->db, o.row, T0 + SECOND, "李总"), ERR_OK);
    assert_int_equal(state_record_put(f->db, &r), ERR_OK);
}

static void fill(struct fixture *f)
{
    struct episode one = sample(1), two = sample(2);

    assert_int_equal(state_registry_put(f->db, T0, "{\"a\":1}", 7, 1), ERR_OK);
    put_step(f->db, &one, 2, only_a);
    put_step(f->db, &one, 3, only_a);
    put_step(f->db, &two, 1, only_a);
    act(f, "王工", "ack", one.id);
    act(f, "李总", "silence", "H001");
    assert_int_equal(state_begin(f->db), ERR_OK);
    state_actor(f->db, "王工");
    settle(f, 1, OUTCOME_DONE);
    settle(f, 2, OUTCOME_REFUSED);
    stand(f, &one);
    assert_int_equal(state_commit(f->db), ERR_OK);
}

static enum err verify(struct fixture *f, struct strbuf *out)
{
    strbuf_clear(out);
    return state_audit_verify(f->db, out);
}

static void expect_sound(struct fixture *f)
{
    struct strbuf out = {0};

    if (verify(f, &out) != ERR_OK)
        fail_msg("%s", strbuf_text(&out));
    strbuf_free(&out);
}

/* Found, and said so. */
static void expect_fault(struct fixture *f, const char *what, const char *wanted)
{
    struct strbuf out = {0};
    enum err e = verify(f, &out);

    if (e != ERR_CORRUPT || !strstr(strbuf_text(&out), wanted))
        fail_msg("%s: %s, not \"%s\" but: %s", what, err_name(e), wanted, strbuf_text(&out));
    strbuf_free(&out);
}

/* --- what is in it --- */

struct rows {
    char text[4000];
};

static enum err list(void *context, const struct audit_row *a)
{
    struct rows *r = context;
    size_t n = strlen(r->text);

    snprintf(r->text + n, sizeof r->text - n, "%d %s %s %s\n", (int)a->seq, a->actor, a->act,
             a->subject);
    return ERR_OK;
}

static void everything_is_entered_once_with_who_did_it(void **state)
{
    struct fixture *f = *state;
    struct rows r = {""};

    fill(f);
    assert_int_equal(state_audit_each(f->db, INT64_MIN, list, &r), ERR_OK);
    assert_string_equal(r.text, "1 shikumend registry.loaded registry/1\n"
                                "2 shikumend step.raised 00000000-0000-4000-8000-000000000001.1\n"
                                "3 shikumend step.worsened 00000000-0000-4000-8000-000000000001.2\n"
                                "4 shikumend step.raised 00000000-0000-4000-8000-000000000002.1\n"
                                "5 王工 act.recorded A1\n"
                                "6 李总 act.recorded A2\n"
                                "7 王工 act.done A1\n"
                                "8 王工 act.refused A2\n"
                                "9 王工 silence.begun S1\n"
                                "10 王工 silence.reminded S1\n"
                                "11 王工 proposal.proposed P1\n"
                                "12 王工 proposal.approved P1\n"
                                "13 王工 override.begun O1\n"
                                "14 王工 override.ended O1\n"
                                "15 王工 record.added R1\n");
    expect_sound(f);
    r.text[0] = '\0';
    assert_int_equal(state_audit_each(f->db, T0 + 2 * SECOND, list, &r), ERR_OK);
    assert_non_null(strstr(r.text, "3 shikumend step.worsened"));
    assert_null(strstr(r.text, "9 "));
}

/* The digest of the first row by hand: 32 zero bytes, then the row as docs/interface.md says. */
static void the_canonical_form_is_the_documented_one(void **state)
{
    struct fixture *f = *state;
    const struct audit_row row = {.at_us = 17,
                                  .act = "epoch.added",
                                  .subject = "H1",
                                  .before = "",
                                  .after = "{\"n\":\"王\"}"};
    const char text[] = "i1,i17,t6:王工,t11:epoch.added,t2:H1,t0:,t11:{\"n\":\"王\"},";
    uint8_t bytes[32 + sizeof text - 1] = {0}, hash[AUDIT_HASH_BYTES];
    char hex[AUDIT_HASH_HEX_SIZE], head[AUDIT_HEAD_SIZE], wanted[AUDIT_HEAD_SIZE];

    memcpy(bytes + 32, text, sizeof text - 1);
    assert_int_equal(audit_hash(bytes, sizeof bytes, hash), ERR_OK);
    snprintf(wanted, sizeof wanted, "1:%s", audit_hash_hex(hash, hex));
    assert_int_equal(state_audit_head(f->db, head), ERR_NOTFOUND);
    assert_int_equal(state_begin(f->db), ERR_OK);
    state_actor(f->db, "王工");
    assert_int_equal(state_audit_put(f->db, &row), ERR_OK);
    assert_int_equal(state_commit(f->db), ERR_OK);
    assert_int_equal(state_audit_head(f->db, head), ERR_OK);
    assert_string_equal(head, wanted);
}

static void a_head_that_was_kept_is_found_again(void **state)
{
    struct fixture *f = *state;
    char head[AUDIT_HEAD_SIZE], other[AUDIT_HEAD_SIZE];
    struct episode e = sample(4);

    fill(f);
    assert_int_equal(state_audit_head(f->db, head), ERR_OK);
    put_step(f->db, &e, 2, only_a);
    assert_int_equal(state_audit_has(f->db, head), ERR_OK);
    memcpy(other, head, sizeof other);
    other[strlen(other) - 1] = other[strlen(other) - 1] == '0' ? '1' : '0';
    assert_int_equal(state_audit_has(f->db, other), ERR_CORRUPT);
    snprintf(other, sizeof other, "999%s", strchr(head, ':'));
    assert_int_equal(state_audit_has(f->db, other), ERR_NOTFOUND);
    for (size_t n = 0; n < strlen(head); n++) {
        snprintf(other, sizeof other, "%.*s", (int)n, head);
        assert_int_equal(state_audit_has(f->db, other), ERR_PARSE);
    }
}

static void what_is_rolled_back_is_in_neither(void **state)
{
    struct fixture *f = *state;
    struct silencing s = {.scope = "H1", .kind = KIND_COUNT, .by = "a", .reason = "b"};
    char before[AUDIT_HEAD_SIZE], after[AUDIT_HEAD_SIZE];

    fill(f);
    assert_int_equal(state_audit_head(f->db, before), ERR_OK);
    assert_int_equal(state_begin(f->db), ERR_OK);
    state_actor(f->db, "王工");
    assert_int_equal(state_silence_put(f->db, &s, T0), ERR_OK);
    state_rollback(f->db);
    assert_int_equal(state_audit_head(f->db, after), ERR_OK);
    assert_string_equal(before, after);
    expect_sound(f);
}

/* --- tampering --- */

/* The tables, and how the row of a fault is called. */
static const struct table {
    const char *name, *named;
} tables[] = {
    {"audit", "'row ' || seq"},
    {"step", "(SELECT id FROM episode WHERE row = episode) || '.' || step"},
    {"act", "'A' || row"},
    {"silence", "'S' || row"},
    {"proposal", "'P' || row"},
    {"class_override", "'O' || row"},
    {"record", "'R' || row"},
    {"registry", "'registry/' || row"},
};
#define TABLES (sizeof tables / sizeof tables[0])

static char *query(sqlite3 *raw, const char *sql)
{
    sqlite3_stmt *s;
    char *text = NULL;

    if (sqlite3_prepare_v2(raw, sql, -1, &s, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(raw));
    if (sqlite3_step(s) == SQLITE_ROW && sqlite3_column_text(s, 0))
        text = strdup((const char *)sqlite3_column_text(s, 0));
    sqlite3_finalize(s);
    return text;
}

static char *query_f(sqlite3 *raw, const char *format, ...) __attribute__((format(printf, 2, 3)));
static char *query_f(sqlite3 *raw, const char *format, ...)
{
    va_list args;
    char *sql, *text;

    va_start(args, format);
    assert_true(vasprintf(&sql, format, args) > 0);
    va_end(args);
    text = query(raw, sql);
    free(sql);
    return text;
}

static int64_t number_of(sqlite3 *raw, const char *sql)
{
    char *text = query(raw, sql);
    int64_t n = text ? atoll(text) : 0;

    free(text);
    return n;
}

struct tampering {
    struct fixture *f;
    sqlite3 *raw;
    int done;
};

/* Puts value (bound) into the column of the row, expects that it is found, puts the old one back.
 */
static void try_value(struct tampering *t, const struct table *table, const char *column,
                      int64_t rowid, sqlite3_value *old, const void *bytes, size_t n, int type)
{
    char sql[200], what[200], *named;
    sqlite3_stmt *s;

    snprintf(sql, sizeof sql, "UPDATE \"%s\" SET \"%s\" = ?1 WHERE rowid = %d", table->name, column,
             (int)rowid);
    snprintf(what, sizeof what, "%s.%s of %d", table->name, column, (int)rowid);
    named = query_f(t->raw, "SELECT %s FROM \"%s\" WHERE rowid = %d", table->named, table->name,
                    (int)rowid);
    assert_int_equal(sqlite3_prepare_v2(t->raw, sql, -1, &s, NULL), SQLITE_OK);
    for (int put_back = 0; put_back < 2; put_back++) {
        if (put_back)
            sqlite3_bind_value(s, 1, old);
        else if (type == SQLITE_INTEGER)
            sqlite3_bind_int64(s, 1, *(const int64_t *)bytes);
        else if (type == SQLITE_BLOB)
            sqlite3_bind_blob(s, 1, bytes, (int)n, SQLITE_STATIC);
        else
            sqlite3_bind_text(s, 1, bytes, (int)n, SQLITE_STATIC);
        if (sqlite3_step(s) != SQLITE_DONE)
            fail_msg("%s: %s", what, sqlite3_errmsg(t->raw));
        sqlite3_reset(s);
        if (!put_back)
            expect_fault(t->f, what, strcmp(column, "seq") == 0 ? "audit" : named);
    }
    sqlite3_finalize(s);
    free(named);
    t->done++;
}

/* One bit of each byte in turn, no more than most of them; what was nothing becomes something. */
static void try_bytes(struct tampering *t, const struct table *table, const char *column,
                      int64_t rowid, sqlite3_value *old, int type, int most)
{
    int n = sqlite3_value_bytes(old);
    int stride = n / most + 1;
    char *bytes = malloc((size_t)n + 2);

    for (int i = 0; i < n; i += stride) {
        memcpy(bytes, sqlite3_value_blob(old), (size_t)n);
        bytes[i] ^= 1;
        try_value(t, table, column, rowid, old, bytes, (size_t)n, type);
    }
    if (n > 0)
        memcpy(bytes, sqlite3_value_blob(old), (size_t)n);
    bytes[n] = '\0';
    try_value(t, table, column, rowid, old, bytes, (size_t)n + 1, type);
    free(bytes);
}

static void try_column(struct tampering *t, const struct table *table, const char *column,
                       int64_t rowid, sqlite3_value *old, int most)
{
    int type = sqlite3_value_type(old);
    int64_t other = sqlite3_value_int64(old) + 1;

    if (type == SQLITE_INTEGER || type == SQLITE_NULL)
        try_value(t, table, column, rowid, old, &other, 0, SQLITE_INTEGER);
    else
        try_bytes(t, table, column, rowid, old, type, most);
}

static void try_row(struct tampering *t, const struct table *table, int64_t rowid, int most)
{
    sqlite3_stmt *s;
    char sql[100];
    sqlite3_value *old[20];
    char *names[20];
    int columns;

    snprintf(sql, sizeof sql, "SELECT * FROM \"%s\" WHERE rowid = %d", table->name, (int)rowid);
    assert_int_equal(sqlite3_prepare_v2(t->raw, sql, -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    columns = sqlite3_column_count(s);
    for (int i = 0; i < columns; i++) {
        old[i] = sqlite3_value_dup(sqlite3_column_value(s, i));
        names[i] = strdup(sqlite3_column_name(s, i));
    }
    sqlite3_finalize(s);
    for (int i = 0; i < columns; i++) {
        bool is_key = strcmp(names[i], "row") == 0 || strcmp(names[i], "seq") == 0 ||
                      strcmp(names[i], "episode") == 0 || strcmp(names[i], "step") == 0;
        if (!is_key)
            try_column(t, table, names[i], rowid, old[i], most);
        sqlite3_value_free(old[i]);
        free(names[i]);
    }
}

static void any_changed_byte_is_found_and_the_row_named(void **state)
{
    struct tampering t = {.f = *state};

    fill(t.f);
    t.raw = raw_open(t.f);
    raw_exec(t.raw, "PRAGMA synchronous = OFF");
    for (size_t i = 0; i < TABLES; i++) {
        char sql[100];
        snprintf(sql, sizeof sql, "SELECT max(rowid) FROM \"%s\"", tables[i].name);
        int64_t last = number_of(t.raw, sql);
        assert_true(last > 0);
        for (int64_t row = 1; row <= last; row++)
            try_row(&t, &tables[i], row, row == last ? 1000 : 12);
    }
    if (t.done < 1000)
        fail_msg("only %d changes were tried", t.done);
    expect_sound(t.f);
    sqlite3_close(t.raw);
}

/* In a copy of its own each: what follows is not put back. */
static void tamper(struct fixture *f, const char *sql, const char *wanted)
{
    sqlite3 *raw = raw_open(f);

    raw_exec(raw, "PRAGMA foreign_keys = OFF; CREATE TABLE IF NOT EXISTS kept_number AS SELECT *"
                  " FROM number; CREATE TABLE IF NOT EXISTS kept_audit AS SELECT * FROM audit");
    raw_exec(raw, sql);
    expect_fault(f, sql, wanted);
    raw_exec(raw, "DELETE FROM audit; INSERT INTO audit SELECT * FROM kept_audit;"
                  "DELETE FROM number; INSERT INTO number SELECT * FROM kept_number;"
                  "DROP TABLE kept_audit; DROP TABLE kept_number");
    sqlite3_close(raw);
    expect_sound(f);
}

static void what_is_taken_away_or_moved_is_found(void **state)
{
    struct fixture *f = *state;

    fill(f);
    tamper(f, "DELETE FROM audit WHERE seq = 1", "row 1 is missing");
    tamper(f, "DELETE FROM audit WHERE seq = 7", "row 7 is missing");
    tamper(f, "DELETE FROM audit WHERE seq BETWEEN 7 AND 9", "rows 7 to 9 are missing");
    tamper(f, "DELETE FROM audit WHERE seq = 15", "ends with row 14, not 15");
    tamper(f, "DELETE FROM audit WHERE seq > 3", "ends with row 3, not 15");
    tamper(f, "DELETE FROM audit", "ends with row 0, not 15");
    tamper(f,
           "UPDATE audit SET seq = 99 WHERE seq = 7; UPDATE audit SET seq = 7 WHERE seq = 8;"
           "UPDATE audit SET seq = 8 WHERE seq = 99",
           "row 7 (act.refused A2)");
    tamper(f,
           "UPDATE audit SET seq = seq + 100 WHERE seq > 6;"
           "INSERT INTO audit SELECT 7, at_us, actor, act, subject, before, after, hash"
           " FROM audit WHERE seq = 107; UPDATE audit SET seq = seq - 99 WHERE seq > 100",
           "row 8 (act.done A1)");
    /* the number was brought into line: the missing entries show by what they were about */
    tamper(f,
           "DELETE FROM audit WHERE seq = 15;"
           "UPDATE number SET value = 14 WHERE name = 'audit_seq'",
           "row 14 is not the last one");
    tamper(f,
           "DELETE FROM audit WHERE seq = 15;"
           "UPDATE number SET value = 14 WHERE name = 'audit_seq'",
           "R1 is not in the audit");
    tamper(f, "UPDATE number SET value = value + 1 WHERE name = 'audit_head'", "row 15 is not");
    tamper(f, "DELETE FROM number WHERE name = 'audit_seq'", "not 0");
}

static void a_row_without_its_entry_or_without_itself_is_found(void **state)
{
    static const char *const pairs[][2] = {
        {"DELETE FROM step WHERE step = 2", "000000000001.2 is gone"},
        {"DELETE FROM act WHERE row = 1", "A1 is gone"},
        {"DELETE FROM silence", "S1 is gone"},
        {"DELETE FROM proposal", "P1 is gone"},
        {"DELETE FROM class_override", "O1 is gone"},
        {"DELETE FROM record", "R1 is gone"},
        {"DELETE FROM registry", "registry/1 is gone"},
        {"INSERT INTO step VALUES (2, 2, 1, 0, '{}')", "000000000002.2 is not in the audit"},
        {"INSERT INTO silence (row, scope, kind, from_us, until_us, person, reason)"
         " VALUES (2, 'H1', '', 0, 1, 'a', 'b')",
         "S2 is not in the audit"},
        {"UPDATE silence SET row = 5", "S5 is not in the audit"},
        {"UPDATE act SET row = 9 WHERE row = 2", "A2 is gone"},
    };

    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct fixture *f;
        sqlite3 *raw;
        (void)state;
        setup((void **)&f);
        fill(f);
        raw = raw_open(f);
        raw_exec(raw, pairs[i][0]);
        sqlite3_close(raw);
        expect_fault(f, pairs[i][0], pairs[i][1]);
        state_close(f->db);
        f->db = NULL;
        teardown((void **)&f);
    }
}

/* --- files from before --- */

static void a_chain_begins_with_what_the_file_had(void **state)
{
    struct fixture *f = *state;
    struct episode e = sample(1);
    struct strbuf after = {0};
    sqlite3 *raw;

    assert_int_equal(state_registry_put(f->db, T0, "{}", 2, 1), ERR_OK);
    put_step(f->db, &e, 2, only_a);
    put_step(f->db, &e, 3, only_a);
    state_close(f->db);
    make_version(f, 2);
    f->db = open_mode(f->dir, STATE_WRITE);
    expect_sound(f);
    assert_int_equal(state_audit_latest(f->db, "chain.", "state.db", &after), ERR_OK);
    assert_non_null(strstr(strbuf_text(&after), "\"steps\":2,"));
    assert_non_null(strstr(strbuf_text(&after), "\"registries\":1,"));
    strbuf_free(&after);
    put_step(f->db, &e, 4, only_a);
    state_close(f->db);
    f->db = open_mode(f->dir, STATE_WRITE); /* it begins once */
    expect_sound(f);

    raw = raw_open(f);
    raw_exec(raw, "UPDATE step SET at_us = at_us + 1 WHERE step = 1");
    expect_fault(f, "an old step", "before the audit are not what they were");
    raw_exec(raw, "UPDATE step SET at_us = at_us - 1 WHERE step = 1");
    raw_exec(raw, "UPDATE registry SET document = '{ }'");
    expect_fault(f, "an old registry", "before the audit are not what they were");
    raw_exec(raw, "UPDATE registry SET document = '{}'");
    sqlite3_close(raw);
}

static void who_acts_neither_makes_nor_migrates_the_file(void **state)
{
    struct fixture *f = *state;
    struct state_db *db;
    char why[200] = "", *empty = tmpdir_make("no-state");

    assert_int_equal(state_open(empty, STATE_ACT, why, sizeof why, &db), ERR_NOTFOUND);
    tmpdir_remove(empty);
    state_close(f->db);
    make_version(f, 2);
    assert_int_equal(state_open(f->dir, STATE_ACT, why, sizeof why, &db), ERR_CONFIG);
    assert_non_null(strstr(why, "older"));
    f->db = open_mode(f->dir, STATE_WRITE);
    state_close(f->db);
    f->db = open_mode(f->dir, STATE_ACT);
    act(f, "王工", "ack", "x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(everything_is_entered_once_with_who_did_it),
        TEST(the_canonical_form_is_the_documented_one),
        TEST(a_head_that_was_kept_is_found_again),
        TEST(what_is_rolled_back_is_in_neither),
        TEST(any_changed_byte_is_found_and_the_row_named),
        TEST(what_is_taken_away_or_moved_is_found),
        cmocka_unit_test(a_row_without_its_entry_or_without_itself_is_found),
        TEST(a_chain_begins_with_what_the_file_had),
        TEST(who_acts_neither_makes_nor_migrates_the_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
