#include <cjson/cJSON.h>
#include <string.h>

#include "findings.h"

/* Lines of what one database said, each with its name. */
static void put_lines(struct strbuf *out, const char *name, const char *lines)
{
    while (*lines) {
        size_t n = strcspn(lines, "\n");
        strbuf_printf(out, "%s: %.*s\n", name, (int)(n < 4096 ? n : 4096), lines);
        lines += n + (lines[n] == '\n');
    }
}

/* What was found; when it could not even be looked, why. */
static bool judge(struct strbuf *out, const char *name, enum err e, const struct strbuf *lines,
                  const char *error)
{
    put_lines(out, name, strbuf_text(lines));
    if (e != ERR_OK && lines->len == 0)
        strbuf_printf(out, "%s: %s (%s)\n", name, error, err_name(e));
    return e == ERR_OK;
}

static bool look_at_readings(const char *folder, struct strbuf *out)
{
    struct readings_reader *reader;
    struct strbuf lines = {0};
    char why[512] = "";
    enum err e = reader_open(folder, why, sizeof why, &reader);
    bool good;

    if (e != ERR_OK) {
        strbuf_printf(out, "readings.db: %s (%s)\n", why, err_name(e));
        return false;
    }
    e = reader_verify(reader, &lines);
    good = judge(out, "readings.db", e, &lines, reader_error(reader));
    strbuf_free(&lines);
    reader_close(reader);
    return good;
}

static bool look_at_registry(struct state_db *state, struct strbuf *out)
{
    struct strbuf document = {0};
    int64_t loaded_us;
    enum err e = state_registry_get(state, &document, &loaded_us);
    cJSON *json = e == ERR_OK ? cJSON_ParseWithLength(document.data, document.len) : NULL;
    bool good = e == ERR_NOTFOUND || cJSON_IsObject(json);

    if (!good)
        strbuf_puts(out, "state.db: the registry in force is not a JSON object\n");
    cJSON_Delete(json);
    strbuf_free(&document);
    return good;
}

static bool look_at_state(const char *folder, struct strbuf *out)
{
    struct state_db *state;
    struct strbuf lines = {0};
    char why[512] = "";
    enum err e = state_open(folder, STATE_READ_ONLY, why, sizeof why, &state);
    bool good;

    if (e != ERR_OK) {
        strbuf_printf(out, "state.db: %s (%s)\n", why, err_name(e));
        return false;
    }
    e = state_verify(state, &lines);
    good = judge(out, "state.db", e, &lines, state_error(state));
    good = look_at_registry(state, out) && good;
    strbuf_free(&lines);
    state_close(state);
    return good;
}

bool findings_of_store(const char *folder, struct strbuf *out)
{
    bool readings = look_at_readings(folder, out);

    return look_at_state(folder, out) && readings;
}
