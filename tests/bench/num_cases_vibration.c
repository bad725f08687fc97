/* Ten minutes at 200 Hz: three axes of a burst, six channels of ambient vibration. */
#include <math.h>
#include <string.h>

#include "num_cases.h"
#include "shikumen/num/fft.h"
#include "shikumen/num/spectrum.h"
#include "shikumen/num/vibration.h"

static const struct welch segments = {BURST_HZ,         4096,           2048, WINDOW_HANN,
                                      DETREND_CONSTANT, SCALING_DENSITY};

/* Band limitation, KB weighting and running r.m.s. of each axis; peaks of axes and vector. */
double case_band_kb_ppv(struct num_work *w)
{
    const struct num_data *d = w->d;
    double *v = arena_array(&w->arena, VIBRATION_AXES * BURST_N, sizeof *v), sum = 0;
    const double *axis[VIBRATION_AXES];
    struct ppv ppv;

    num_need(v ? ERR_OK : ERR_NOMEM, "burst");
    for (size_t a = 0; a < VIBRATION_AXES; a++) {
        struct filter_state band = {0}, weight = {0};
        struct kb kb;
        const double *x = matrix_col(&d->burst, a);
        num_need(filter_run(&d->band_filter, &band, x, BURST_N, v + a * BURST_N), "band");
        num_need(filter_run(&d->kb_filter, &weight, x, BURST_N, w->scratch), "kb_filter");
        num_need(kb_running_rms(w->scratch, BURST_N, 0, BURST_HZ, NULL, &kb), "kb");
        axis[a] = v + a * BURST_N;
        sum += kb.fmax + kb.ftm;
    }
    num_need(peak_particle_velocity(axis, VIBRATION_AXES, BURST_N, 0, &ppv), "ppv");
    for (size_t a = 0; a < VIBRATION_AXES; a++)
        sum += ppv.axis[a].value;
    return sum + ppv.vector.value;
}

double case_welch(struct num_work *w)
{
    double sum = 0;

    for (size_t a = 0; a < VIBRATION_AXES; a++) {
        struct psd p;
        num_need(psd_welch(matrix_col(&w->d->burst, a), BURST_N, &segments, &p, &w->arena),
                 "welch");
        for (size_t k = 0; k < p.lines; k++)
            sum += p.at[k];
    }
    return sum;
}

double case_spectral_matrix(struct num_work *w)
{
    struct spectral_matrix s;
    double sum = 0;

    num_need(spectral_matrix_welch(&w->d->modal, &segments, &s, &w->arena), "spectral_matrix");
    for (size_t k = 0; k < s.lines * s.channels * s.channels; k++)
        sum += cabs(s.at[k]);
    return sum;
}

double case_dominant(struct num_work *w)
{
    const double *axis[VIBRATION_AXES];
    struct spectrum_peaks out[VIBRATION_AXES];
    double sum = 0;

    for (size_t a = 0; a < VIBRATION_AXES; a++)
        axis[a] = matrix_col(&w->d->burst, a);
    num_need(spectrum_peaks(axis, VIBRATION_AXES, BURST_N, BURST_HZ, 1, 80, out, &w->arena),
             "spectrum_peaks");
    for (size_t a = 0; a < VIBRATION_AXES; a++)
        sum += out[a].hz + out[a].runner_up_hz;
    return sum;
}

/* Its plan was made before, as scipy keeps its own. */
double case_fft(struct num_work *w)
{
    double complex *line = arena_array(&w->arena, SIGNAL_N / 2 + 1, sizeof *line);
    double sum = 0;

    num_need(line ? ERR_OK : ERR_NOMEM, "fft");
    fft_forward(w->fft, w->d->signal, line);
    for (size_t k = 0; k <= SIGNAL_N / 2; k++)
        sum += creal(line[k]) * creal(line[k]) + cimag(line[k]) * cimag(line[k]);
    return sum;
}

/* i = 40, orders 2 .. 60: frequencies below 20 Hz of the stable poles. */
double case_ssi(struct num_work *w)
{
    struct ssi_settings settings = ssi_defaults(BURST_HZ);
    struct correlations c;
    struct ssi s;
    double sum = 0;

    num_need(ssi_correlations(&w->d->modal, 80, 0, DETREND_CONSTANT, &c, &w->arena),
             "ssi_correlations");
    num_need(ssi_identify(&c, &settings, &s, &w->arena), "ssi");
    for (size_t i = 0; i < s.poles; i++)
        if (ssi_stable(&s.pole[i]))
            sum += s.pole[i].f_hz + s.pole[i].mpd;
    return sum;
}
