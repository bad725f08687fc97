"""The measures of bench_num by numpy and scipy, asked over a socket:

    num_scipy.py FOLDER SOCKET

Arrays are FOLDER/NAME.f64. "check MEASURE 0" is answered by the check value, "time MEASURE S" by the
median seconds of a call over calls that take S together. Each measure is written as one would write
it with these libraries: vectorised, compiled routines wherever there are any.
"""
import os
import socket
import sys
import time

import numpy as np
import scipy
from numpy.lib.stride_tricks import sliding_window_view
from scipy import fft, linalg, ndimage, optimize, signal, special, stats

FS = 200
YEAR_H = 8760


def load(folder):
    def array(name, columns=0):
        x = np.fromfile(os.path.join(folder, name + ".f64"))
        return x.reshape(columns, -1).T if columns else x

    data = {name: array(name) for name in ("response", "residual", "celsius", "rh", "daily",
                                           "long_daily", "signal", "probability")}
    data.update(design=array("design", 8), features=array("features", 6))
    # samples in rows of memory, one channel each
    data.update(burst=np.ascontiguousarray(array("burst", 3).T),
                modal=np.ascontiguousarray(array("modal", 6).T))
    for name in ("band", "kb"):
        b = array(name).reshape(-1, 5)
        data[name] = np.column_stack([b[:, :3], np.ones(len(b)), b[:, 3:]])
    return data


def regress(d):
    x = np.column_stack([np.ones(YEAR_H), d["design"]])
    y = d["response"]
    q, r = linalg.qr(x, mode="economic", check_finite=False)
    b = linalg.solve_triangular(r, q.T @ y)
    residual = y - x @ b
    rss = residual @ residual
    inverse = linalg.solve_triangular(r, np.eye(len(r)))
    covariance = rss / (len(y) - len(r)) * (inverse @ inverse.T)
    return np.abs(b).sum() + np.sqrt(np.diag(covariance)).sum() + rss


def ridge(d):
    x, y = d["design"], d["response"]
    n = len(y)
    centre, spread = x.mean(0), x.std(0)
    u, s, vt = np.linalg.svd((x - centre) / spread, full_matrices=False)
    y0 = y - y.mean()
    uy = u.T @ y0
    outside = y0 @ y0 - uy @ uy

    def gcv(log_lambda):
        lam = np.exp(log_lambda)
        keep = s * s / (s * s + lam)
        return n * (outside + ((1 - keep) * uy) @ ((1 - keep) * uy)) / (n - 1 - keep.sum()) ** 2

    grid = np.linspace(np.log(1e-8 * n), np.log(n), 33)
    best = int(np.argmin([gcv(g) for g in grid]))
    found = optimize.minimize_scalar(gcv, method="bounded", options={"xatol": 1e-6},
                                     bounds=(grid[max(best - 1, 0)], grid[min(best + 1, 32)]))
    b = vt.T @ (s / (s * s + np.exp(found.x)) * uy) / spread
    residual = y0 - (x - centre) @ b
    residual @ residual
    return np.abs(b).sum() + abs(y.mean() - b @ centre)


def hampel(d):
    x = d["residual"]
    median = ndimage.median_filter(x, 7)[3:-3]
    windows = sliding_window_view(x, 7)
    mad = np.median(np.abs(windows - median[:, None]), axis=1)
    outlier = np.abs(x[3:-3] - median) > 3 * 1.4826022185056018 * mad
    return np.abs(median).sum() + (outlier & (mad > 0)).sum()


def quantile(d):
    return np.median(d["residual"]) + np.quantile(d["residual"], 0.93)


def autocorrelation(d):
    x = d["residual"] - d["residual"].mean()
    n = len(x)
    r = np.array([x[:n - k] @ x[k:] for k in range(49)])
    return np.abs(r / r[0]).sum()


def kendall(x):
    return stats.kendalltau(np.arange(len(x)), x, method="asymptotic")[0]


def theil_sen(x):
    line = stats.theilslopes(x, np.arange(len(x)), alpha=0.90)
    return line[0] + line[2] + line[3]


def pca(d):
    x, k = d["features"], 3
    n = len(x)
    z = (x - x.mean(0)) / x.std(0, ddof=1)
    value, vector = linalg.eigh(z.T @ z / (n - 1))
    value, vector = value[::-1], vector[:, ::-1]
    score = z @ vector[:, :k]
    t2 = (score ** 2 / value[:k]).sum(1)
    rest = z - score @ vector[:, :k].T
    q = (rest ** 2).sum(1)
    p_t2 = special.fdtrc(k, n - k, t2 * n * (n - k) / (k * (n - 1) * (n + 1)))
    t1, tq2, tq3 = (np.sum(value[k:] ** i) for i in (1, 2, 3))
    h0 = 1 - 2 * t1 * tq3 / (3 * tq2 ** 2)
    deviate = t1 * ((q / t1) ** h0 - 1 - tq2 * h0 * (h0 - 1) / t1 ** 2) / np.sqrt(2 * tq2 * h0 ** 2)
    return (t2 + q + p_t2 + special.ndtr(-deviate)).sum()


def band_kb_ppv(d):
    v = signal.sosfilt(d["band"], d["burst"])
    kb = signal.sosfilt(d["kb"], d["burst"])
    gain = 1 - np.exp(-1 / (0.125 * FS))
    square = signal.lfilter([gain], [1, gain - 1], kb * kb)
    clock = np.sqrt(square.reshape(len(v), -1, 30 * FS).max(2))
    clock[clock <= 0.1] = 0
    ftm = np.sqrt((clock ** 2).mean(1))
    vector = np.sqrt((v * v).sum(0).max())
    return np.sqrt(square.max(1)).sum() + ftm.sum() + np.abs(v).max(1).sum() + vector


def welch(d):
    _, p = signal.welch(d["burst"], FS, "hann", 4096, 2048, detrend="constant")
    return p.sum()


def spectral_matrix(d):
    y = d["modal"]
    total = 0.0
    for a in range(len(y)):
        for b in range(a, len(y)):
            _, s = signal.csd(y[a], y[b], FS, "hann", 4096, 2048, detrend="constant")
            total += np.abs(s).sum() * (1 if a == b else 2)
    return total


def refined(power, k):
    a, b, c = np.log(power[k - 1:k + 2])
    return k + 0.5 * (a - c) / (a - 2 * b + c)


def dominant(d):
    x = d["burst"]
    line = FS / x.shape[1]
    lo, hi = int(np.ceil(1 / line)), int(80 / line)
    total = 0.0
    for power in np.abs(fft.rfft(x - x.mean(1, keepdims=True))) ** 2:
        best = lo + int(np.argmax(power[lo:hi + 1]))
        k = np.arange(lo, hi + 1)
        top = (power[lo:hi + 1] >= power[lo - 1:hi]) & (power[lo:hi + 1] > power[lo + 1:hi + 2])
        far = (k <= best / 2 ** (1 / 3)) | (k >= best * 2 ** (1 / 3))
        second = k[np.argmax(np.where(top & far, power[lo:hi + 1], 0))]
        total += (refined(power, best) + refined(power, second)) * line
    return total


def correlations(y, lags):
    n = y.shape[1]
    return [y[:, k:] @ y[:, :n - k].T / (n - k) for k in range(lags)]


def modal_indicators(shape):
    """Collinearity and mean phase deviation of shapes in columns."""
    x, y = shape.real, shape.imag
    xx, yy, xy = (x * x).sum(0), (y * y).sum(0), (x * y).sum(0)
    mpc = ((xx - yy) ** 2 + 4 * xy ** 2) / (xx + yy) ** 2
    angle = 0.5 * np.arctan2(2 * xy, xx - yy)
    c, s = np.cos(angle), np.sin(angle)
    size = np.abs(shape)
    deviation = np.arctan2(np.abs(y * c - x * s), np.abs(x * c + y * s))
    return mpc, (size * deviation).sum(0) / size.sum(0)


def poles_of_order(u, order, channels):
    q, r = linalg.qr(u[:-channels, :order], mode="economic", check_finite=False)
    a = linalg.solve_triangular(r, q.T @ u[channels:, :order])
    mu, psi = linalg.eig(a)
    chosen = mu.imag > 0
    rate = np.log(mu[chosen]) * FS
    shape = u[:channels, :order] @ psi[:, chosen]
    f, zeta = np.abs(rate) / (2 * np.pi), -rate.real / np.abs(rate)
    mpc, mpd = modal_indicators(shape)
    hard = ((f > 0) & (f < FS / 2) & (zeta > 0) & (zeta <= 0.10) & (mpc >= 0.7) & (mpd <= 0.4))
    return f[hard], zeta[hard], mpd[hard], shape[:, hard]


def stable(now, before):
    f, zeta, _, shape = now
    f0, zeta0, _, shape0 = before
    if len(f) == 0 or len(f0) == 0:
        return np.zeros(len(f), bool)
    power = np.outer((np.abs(shape) ** 2).sum(0), (np.abs(shape0) ** 2).sum(0))
    mac = np.abs(shape.conj().T @ shape0) ** 2 / power
    df = np.abs(f[:, None] - f0)
    nearest = np.argmin(df / np.maximum(f[:, None], f0) + 1 - mac, axis=1)
    row = np.arange(len(f))
    return ((df[row, nearest] < 0.02 * f0[nearest])
            & (np.abs(zeta - zeta0[nearest]) < 0.1 * zeta0[nearest])
            & (1 - mac[row, nearest] < 0.03))


def ssi(d):
    y = d["modal"] - d["modal"].mean(1, keepdims=True)
    channels, i = len(y), 40
    r = correlations(y, 2 * i)
    toeplitz = np.block([[r[i + row - col] for col in range(i)] for row in range(i)])
    u = linalg.svd(toeplitz, full_matrices=False, check_finite=False)[0]
    before, total = None, 0.0
    for order in range(2, 61, 2):
        now = poles_of_order(u, order, channels)
        if before is not None:
            kept = stable(now, before)
            total += now[0][kept].sum() + now[2][kept].sum()
        before = now
    return total


def transform(d):
    x = fft.rfft(d["signal"])
    return (x.real ** 2 + x.imag ** 2).sum()


def en15757(d):
    rh, half = d["rh"], 360
    total = np.concatenate([[0], np.cumsum(rh)])
    inner = total[2 * half:] - total[:-2 * half]  # 720 samples from each on
    seasonal = (inner[:-1] + (rh[2 * half:] - rh[:-2 * half]) / 2) / (2 * half)
    p7, p93 = np.quantile(rh[half:-half] - seasonal, [0.07, 0.93])
    return p93 - p7 + seasonal[len(rh) // 2 - half]


def emc(d):
    t, h = d["celsius"][:YEAR_H], d["rh"][:YEAR_H] / 100
    w = 349 + 1.29 * t + 0.0135 * t * t
    kh = (0.805 + 0.000736 * t - 0.00000273 * t * t) * h
    k1 = 6.27 - 0.00938 * t - 0.000303 * t * t
    k2 = 1.91 + 0.0407 * t - 0.000293 * t * t
    first, second = k1 * kh, k1 * k2 * kh * kh
    mc = 1800 / w * (kh / (1 - kh) + (first + 2 * second) / (1 + first + second))
    return mc.sum()


MEASURES = {
    "regress": regress,
    "ridge": ridge,
    "hampel": hampel,
    "quantile": quantile,
    "autocorrelation": autocorrelation,
    "mann_kendall_365": lambda d: kendall(d["daily"]),
    "mann_kendall_5000": lambda d: kendall(d["long_daily"]),
    "theil_sen_365": lambda d: theil_sen(d["daily"]),
    "theil_sen_5000": lambda d: theil_sen(d["long_daily"]),
    "pca": pca,
    "band_kb_ppv": band_kb_ppv,
    "welch": welch,
    "spectral_matrix": spectral_matrix,
    "dominant": dominant,
    "ssi": ssi,
    "fft": transform,
    "en15757": en15757,
    "emc": emc,
    "normal_quantile": lambda d: (special.ndtri(d["probability"]) ** 2).sum(),
}


def median_seconds(run, data, least):
    took = []
    while sum(took) < least and len(took) < 4096:
        start = time.perf_counter()
        run(data)
        took.append(time.perf_counter() - start)
    return float(np.median(took))


def loaded_blas():
    with open("/proc/self/maps", encoding="ascii") as maps:
        paths = {line.split()[-1] for line in maps if "blas" in line.rsplit("/", 1)[-1]}
    return ", ".join(sorted(path for path in paths if path.endswith(tuple("0123456789so")))
                     ) or "built in"


def main():
    data = load(sys.argv[1])
    with socket.socket(fileno=int(sys.argv[2])) as both, both.makefile("rw") as line:
        print(f"numpy {np.__version__}, scipy {scipy.__version__}, one thread, BLAS {loaded_blas()}",
              file=line, flush=True)
        for request in line:
            what, name, least = request.split()
            run = MEASURES[name]
            value = run(data) if what == "check" else median_seconds(run, data, float(least))
            print(f"{value:.17g}", file=line, flush=True)


if __name__ == "__main__":
    main()
