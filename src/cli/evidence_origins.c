/* profiles.csv of a packet of evidence: by which profiles its readings were decoded. */
#include "evidence.h"
#include "shikumen/base/utc.h"

struct origins {
    struct evidence *e;
    struct packet *p;
    const struct evidence_sensor *sensor;
    struct strbuf *out; /* NULL: nothing yet */
};

static void put_profile(struct strbuf *out, const char *name, int version, uint64_t digest)
{
    strbuf_putc(out, ',');
    csv_field(out, name);
    if (*name)
        strbuf_printf(out, ",%d,%016llx", version, (unsigned long long)digest);
    else
        strbuf_puts(out, ",,");
}

/* What came by another profile only after the step is no part of it. */
static enum err put_origin(void *context, const struct origin_row *row)
{
    struct origins *x = context;
    const struct reading_origin *o = &row->origin;
    char first[UTC_TEXT_SIZE];

    if (row->first_rx_us > x->e->told.at_us)
        return ERR_OK;
    if (!x->out) {
        x->out = packet_add(x->p, "profiles.csv");
        if (!x->out)
            return ERR_NOMEM;
        strbuf_puts(x->out, "sensor,first_rx,profile,version,digest,envelope,envelope_version,"
                            "envelope_digest\n");
    }
    csv_field(x->out, x->sensor->id);
    strbuf_printf(x->out, ",%s", utc_format(row->first_rx_us, first));
    put_profile(x->out, o->profile, o->version, o->digest);
    put_profile(x->out, o->envelope, o->envelope_version, o->envelope_digest);
    strbuf_putc(x->out, '\n');
    return x->out->failed ? ERR_NOMEM : ERR_OK;
}

int evidence_origins(struct evidence *e, struct packet *p)
{
    struct origins x = {.e = e, .p = p};
    enum err error = ERR_OK;

    for (size_t i = 0; i < e->count && error == ERR_OK; i++) {
        x.sensor = &e->sensors[i];
        if (x.sensor->role != EVIDENCE_NEIGHBOUR && x.sensor->stored != 0)
            error = reader_origins(e->c->desk.readings, x.sensor->stored, put_origin, &x);
    }
    return ctl_readings_result(e->c, error);
}
