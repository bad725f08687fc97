/* Runs a workload on a store and pulls the plug, or lets the disk fail, at every single step.
 *
 * A workload is a list of operations; after operation i the store must have exactly the content
 * "version i + 1" (version 0: just opened), whatever happened on the way. */
#ifndef SHIKUMEN_TESTS_CRASH_TRIAL_H
#define SHIKUMEN_TESTS_CRASH_TRIAL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "powercut_vfs.h"
#include "shikumen/base/err.h"
#include "shikumen/base/strbuf.h"
#include "tmpdir.h"

#define VERSIONS_MAX 128
#define UNUSED_HERE  __attribute__((unused)) /* by some of the programs */

struct workload {
    int operations;
    enum err (*open)(const char *directory, void **store);
    void (*close)(void *store); /* NULL allowed */
    /* Carries out operation i, its commit included. After an error only close is called. */
    enum err (*run)(void *store, int i);
    /* Is the success of operation i a promise that it survives a power cut? */
    bool (*promises)(int i);
    /* All there is in it, as text; verifies it too and fails when there is a fault. */
    enum err (*dump)(void *store, struct strbuf *out);
};

struct trial {
    const struct workload *w;
    char *directory, *images;
    struct powercut *cut;
    void *store;
    char *versions[VERSIONS_MAX];
    int count;      /* versions known */
    int promised;   /* the store may not fall behind this one */
    long looked_at; /* step up to which images have been judged */
    long judged, lost;
    bool loss_expected;
};

static char *dump_of(const struct workload *w, void *store)
{
    struct strbuf text = {0};
    char *copy = NULL;
    if (!w->dump(store, &text) && !text.failed)
        copy = strdup(strbuf_text(&text));
    strbuf_free(&text);
    return copy;
}

/* The latest version from first on that text is; -1 none. */
static int version_of(const struct trial *t, int first, int last, const char *text)
{
    for (int v = last; v >= first; v--)
        if (t->versions[v] && strcmp(t->versions[v], text) == 0)
            return v;
    return -1;
}

static void add_version(struct trial *t)
{
    t->versions[t->count] = dump_of(t->w, t->store);
    assert_non_null(t->versions[t->count]);
    t->count++;
}

/* --- power cuts --- */

static void lose(struct trial *t, const char *image, const char *what)
{
    t->lost++;
    if (!t->loss_expected)
        print_error("%s: %s (promised version %d of %d)\n", image, what, t->promised, t->count - 1);
}

/* Opens the disk as it was after the cut, looks at all of it, and takes up the work again. */
static void judge_image(struct trial *t, const char *image)
{
    void *store = NULL;
    char *text = NULL;
    int version = -1;

    t->judged++;
    if (t->w->open(image, &store))
        lose(t, image, "does not open");
    else if (!(text = dump_of(t->w, store)))
        lose(t, image, "is at fault");
    else if ((version = version_of(t, t->promised, t->count - 1, text)) < 0)
        lose(t, image, version_of(t, 0, t->promised, text) < 0 ? "is half" : "has lost something");
    free(text);
    if (version >= 0 && version + 1 < t->count) {
        text = t->w->run(store, version) ? NULL : dump_of(t->w, store);
        if (!text || strcmp(text, t->versions[version + 1]) != 0)
            lose(t, image, "cannot go on");
        free(text);
    }
    t->w->close(store);
}

static void judge_images(struct trial *t)
{
    powercut_default(t->cut, false);
    for (; t->looked_at < powercut_steps(t->cut); t->looked_at++)
        for (int kind = 0;; kind++) {
            char image[600];
            snprintf(image, sizeof image, "%s/%ld-%d", t->images, t->looked_at, kind);
            if (access(image, F_OK) != 0)
                break;
            judge_image(t, image);
            tmpdir_remove(strdup(image));
        }
    powercut_default(t->cut, true);
}

static void trial_free(struct trial *t)
{
    for (int v = 0; v < t->count; v++)
        free(t->versions[v]);
    tmpdir_remove(t->directory);
    tmpdir_remove(t->images);
}

static struct trial trial_make(const struct workload *w)
{
    return (struct trial){
        .w = w, .directory = tmpdir_make("powercut"), .images = tmpdir_make("powercut-images")};
}

/* One run with images at every step; lying_disk: nothing is ever synced. */
static void run_with_cuts(struct trial *t, int images_per_step, uint64_t seed, bool lying_disk)
{
    t->cut = powercut_install(t->directory);
    t->loss_expected = lying_disk;
    powercut_ignore_syncs(t->cut, lying_disk);
    powercut_images(t->cut, t->images, images_per_step, seed);
    assert_int_equal(t->w->open(t->directory, &t->store), ERR_OK);
    add_version(t);
    judge_images(t);
    for (int i = 0; i < t->w->operations; i++) {
        assert_int_equal(t->w->run(t->store, i), ERR_OK);
        add_version(t);
        judge_images(t);
        if (t->w->promises(i))
            t->promised = t->count - 1;
    }
    t->w->close(t->store);
    judge_images(t);
    print_message("%ld steps, %ld disks judged, %ld lost\n", powercut_steps(t->cut), t->judged,
                  t->lost);
    powercut_remove(t->cut);
}

UNUSED_HERE static void survives_every_cut(const struct workload *w, int images_per_step,
                                           uint64_t seed)
{
    struct trial t = trial_make(w);
    run_with_cuts(&t, images_per_step, seed, false);
    assert_int_equal(t.lost, 0);
    assert_true(t.looked_at >= 300); /* some hundreds of steps */
    assert_true(t.judged > 2 * t.looked_at);
    trial_free(&t);
}

/* The proof that the harness can see a loss. */
UNUSED_HERE static void lying_disk_loses(const struct workload *w, uint64_t seed)
{
    struct trial t = trial_make(w);
    run_with_cuts(&t, 1, seed, true);
    assert_true(t.lost > t.judged / 2);
    trial_free(&t);
}

/* --- a disk that fails --- */

struct fault_plan {
    int errno_value;
    bool lasting;
};

/* The versions of an undisturbed run and the number of its steps. */
static long run_undisturbed(struct trial *t)
{
    t->cut = powercut_install(t->directory);
    assert_int_equal(t->w->open(t->directory, &t->store), ERR_OK);
    add_version(t);
    for (int i = 0; i < t->w->operations; i++) {
        assert_int_equal(t->w->run(t->store, i), ERR_OK);
        add_version(t);
    }
    t->w->close(t->store);
    long steps = powercut_steps(t->cut);
    powercut_remove(t->cut);
    return steps;
}

/* Goes on from wherever the store is until the end; it must arrive where the undisturbed run did.
 */
static void finish(struct trial *t, const char *directory, int from, int to, long step)
{
    void *store = NULL;
    assert_int_equal(t->w->open(directory, &store), ERR_OK);
    char *text = dump_of(t->w, store);
    assert_non_null(text);
    int version = version_of(t, from, to, text);
    if (version < 0)
        print_error("step %ld: neither version %d nor up to %d\n", step, from, to);
    assert_true(version >= 0);
    free(text);
    for (int i = version; i < t->w->operations; i++)
        assert_int_equal(t->w->run(store, i), ERR_OK);
    text = dump_of(t->w, store);
    assert_non_null(text);
    assert_string_equal(text, t->versions[t->w->operations]);
    free(text);
    t->w->close(store);
}

/* What the workload was told about the fault; ERR_OK: not at all, as it could be left for later. */
static enum err fail_at_step(struct trial *t, const struct fault_plan *plan, long step)
{
    char *directory = tmpdir_make("diskfault");
    struct powercut *cut = powercut_install(directory);
    void *store = NULL;
    int done = 0;

    powercut_fail(cut, step, plan->errno_value, plan->lasting);
    enum err e = t->w->open(directory, &store);
    while (!e && done < t->w->operations && !(e = t->w->run(store, done)))
        done++;
    t->w->close(store);
    assert_true(powercut_failures(cut) > 0 || plan->lasting); /* deletions free space */
    powercut_fail(cut, -1, 0, false);
    if (e && e != ERR_IO && e != ERR_FULL)
        print_error("step %ld, operation %d: %s\n", step, done, err_name(e));
    assert_true(!e || e == ERR_IO || (e == ERR_FULL && plan->errno_value == ENOSPC));
    finish(t, directory, done, e && done < t->w->operations ? done + 1 : done, step);
    powercut_remove(cut);
    tmpdir_remove(directory);
    return e;
}

/* Each step from the first to the last fails in a run of its own. SQLite tells a full disk from a
 * broken one only when it is a write that fails, which nine of ten steps are. */
UNUSED_HERE static void survives_every_fault(const struct workload *w,
                                             const struct fault_plan *plan)
{
    struct trial t = trial_make(w);
    long steps = run_undisturbed(&t), full = 0, broken = 0;
    for (long step = 0; step < steps; step++) {
        enum err e = fail_at_step(&t, plan, step);
        full += e == ERR_FULL;
        broken += e == ERR_IO;
    }
    print_message("%ld steps failed in turn: told full %ld, broken %ld times\n", steps, full,
                  broken);
    assert_true(plan->errno_value == ENOSPC ? full > steps / 3 : full == 0 && broken > steps / 3);
    trial_free(&t);
}

#endif
