#include "shikumen/num/order.h"

#include <math.h>
#include <stdbool.h>

#define SMALL 24 /* below this, insertion sort */

static void swap(double *a, double *b)
{
    double t = *a;

    *a = *b;
    *b = t;
}

static void insertion_sort(double *x, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        double value = x[i];
        size_t at = i;

        for (; at > 0 && x[at - 1] > value; at--)
            x[at] = x[at - 1];
        x[at] = value;
    }
}

/* As minsd and maxsd have it, without a branch; of 0 and -0 the second stands for both. */
static inline void exchange(double *a, double *b)
{
    double x = *a, y = *b;

    *a = x < y ? x : y;
    *b = x > y ? x : y;
}

/* A week of values, whose median is asked for more often than all others: a network of 16
 * exchanges. Knuth, The Art of Computer Programming 3, 5.3.4. */
static void sort_seven(double x[7])
{
    double a = x[0], b = x[1], c = x[2], d = x[3], e = x[4], f = x[5], g = x[6];

    exchange(&a, &g), exchange(&c, &d), exchange(&e, &f);
    exchange(&a, &c), exchange(&b, &e), exchange(&d, &g);
    exchange(&a, &b), exchange(&c, &f), exchange(&d, &e);
    exchange(&b, &c), exchange(&e, &g);
    exchange(&c, &d), exchange(&e, &f);
    exchange(&b, &c), exchange(&d, &e), exchange(&f, &g);
    x[0] = a, x[1] = b, x[2] = c, x[3] = d, x[4] = e, x[5] = f, x[6] = g;
}

static void sift_down(double *x, size_t root, size_t n)
{
    for (size_t child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && x[child + 1] > x[child])
            child++;
        if (x[root] >= x[child])
            return;
        swap(&x[root], &x[child]);
    }
}

static void heap_sort(double *x, size_t n)
{
    for (size_t i = n / 2; i-- > 0;)
        sift_down(x, i, n);
    for (size_t end = n; end-- > 1;) {
        swap(&x[0], &x[end]);
        sift_down(x, 0, end);
    }
}

static double middle_of(double a, double b, double c)
{
    if (a > b)
        return middle_of(b, a, c);
    return c <= a ? a : c < b ? c : b;
}

/* Puts the values that are less than pivot (or as much, when asked) in front, and counts them.
 * Lomuto's way, every value exchanged whatever it is: guessing which would cost more. */
static size_t put_in_front(double *x, size_t n, double pivot, bool or_equal)
{
    size_t front = 0;

    for (size_t i = 0; i < n; i++) {
        double value = x[i];

        x[i] = x[front];
        x[front] = value;
        front += or_equal ? value <= pivot : value < pivot;
    }
    return front;
}

/* About a pivot among the values: x[0..i) <= pivot <= x[i..n), 0 < i < n. */
static size_t partition(double *x, size_t n)
{
    double pivot = middle_of(x[0], x[n / 2], x[n - 1]);
    size_t front = put_in_front(x, n, pivot, false);

    if (front == 0) /* the least of them */
        front = put_in_front(x, n, pivot, true);
    return front < n ? front : n / 2; /* all alike */
}

static int depth_allowed(size_t n)
{
    int depth = 2;

    for (; n > 1; n /= 2)
        depth += 2;
    return depth;
}

static void introsort(double *x, size_t n, int depth)
{
    while (n > SMALL) {
        size_t cut;

        if (depth-- == 0) {
            heap_sort(x, n);
            return;
        }
        cut = partition(x, n);
        if (cut < n - cut) {
            introsort(x, cut, depth);
            x += cut;
            n -= cut;
        } else {
            introsort(x + cut, n - cut, depth);
            n = cut;
        }
    }
    insertion_sort(x, n);
}

void order_sort(double *x, size_t n)
{
    introsort(x, n, depth_allowed(n));
}

double order_select(double *x, size_t n, size_t k)
{
    int depth = depth_allowed(n);

    while (n > SMALL) {
        size_t cut;

        if (depth-- == 0) {
            heap_sort(x, n);
            return x[k];
        }
        cut = partition(x, n);
        if (k < cut) {
            n = cut;
        } else {
            x += cut;
            n -= cut;
            k -= cut;
        }
    }
    if (n == 7)
        sort_seven(x);
    else
        insertion_sort(x, n);
    return x[k];
}

/* Merges the sorted runs from[0..left) and from[left..n) into to. */
static void merge(const double *x, const size_t *from, size_t left, size_t n, size_t *to)
{
    size_t a = 0, b = left;

    for (size_t i = 0; i < n; i++)
        to[i] = a < left && (b >= n || x[from[a]] <= x[from[b]]) ? from[a++] : from[b++];
}

void order_index(const double *x, size_t n, size_t *index, size_t *scratch)
{
    size_t *from = index, *to = scratch;

    for (size_t i = 0; i < n; i++)
        index[i] = i;
    for (size_t width = 1; width < n; width *= 2) {
        size_t *t;

        for (size_t start = 0; start < n; start += 2 * width) {
            size_t rest = n - start;
            size_t left = rest < width ? rest : width;

            merge(x, from + start, left, rest < 2 * width ? rest : 2 * width, to + start);
        }
        t = from;
        from = to;
        to = t;
    }
    if (from != index)
        for (size_t i = 0; i < n; i++)
            index[i] = from[i];
}

double order_ranks(const double *x, size_t n, double *rank, size_t *index, size_t *scratch)
{
    double ties = 0;

    order_index(x, n, index, scratch);
    for (size_t start = 0, end; start < n; start = end) {
        double count, mean_rank;

        for (end = start + 1; end < n && x[index[end]] == x[index[start]];)
            end++;
        count = (double)(end - start);
        mean_rank = (double)start + 0.5 * (count + 1);
        ties += count * (count * count - 1);
        for (size_t i = start; i < end; i++)
            rank[index[i]] = mean_rank;
    }
    return ties;
}

/* Between a <= b, at fraction f of 0..1; without overflow where b - a would. */
static double between(double a, double b, double f)
{
    return a == b ? a : isfinite(b - a) ? a + f * (b - a) : (1 - f) * a + f * b;
}

double quantile_sorted(const double *sorted, size_t n, double p)
{
    double at = p * (double)(n - 1);
    size_t k = (size_t)at;

    return k + 1 < n ? between(sorted[k], sorted[k + 1], at - (double)k) : sorted[n - 1];
}

static double least(const double *x, size_t n)
{
    double value = x[0];

    for (size_t i = 1; i < n; i++)
        value = x[i] < value ? x[i] : value;
    return value;
}

double quantile(double *x, size_t n, double p)
{
    double at = p * (double)(n - 1);
    size_t k = (size_t)at;
    double lower = order_select(x, n, k);

    return k + 1 < n ? between(lower, least(x + k + 1, n - k - 1), at - (double)k) : lower;
}

double median(double *x, size_t n)
{
    return quantile(x, n, 0.5);
}

double mad(const double *x, size_t n, double centre, double *scratch)
{
    for (size_t i = 0; i < n; i++)
        scratch[i] = fabs(x[i] - centre);
    return median(scratch, n);
}
