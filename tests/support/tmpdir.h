/* Folders of a test's own, gone when it ends. */
#ifndef SHIKUMEN_TESTS_TMPDIR_H
#define SHIKUMEN_TESTS_TMPDIR_H

/* A new empty folder "NAME.XXXXXX" under $TMPDIR or /tmp; aborts when it cannot be made. The path
 * is malloc'd; give it to tmpdir_remove. */
char *tmpdir_make(const char *name);

/* Deletes the folder with all that is in it (symbolic links are not followed) and frees path. */
void tmpdir_remove(char *path);

#endif
