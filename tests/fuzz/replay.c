/* Tries every file of the folders given, then seeded mutations of them: bits turned, bytes put in,
 * taken out and repeated, pieces of two files joined. The same chance each time. */
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "../support/chance.h"
#include "fuzz.h"
#include "shikumen/base/file.h"

#define INPUTS_MAX 4096
#define INPUT_MAX  65536

static struct strbuf inputs[INPUTS_MAX];
static size_t input_count;

static void take_file(const char *path)
{
    if (input_count < INPUTS_MAX && file_read(path, INPUT_MAX, &inputs[input_count]) == ERR_OK)
        input_count++;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void take_folder(const char *folder)
{
    struct dirent **names;
    int n = scandir(folder, &names, NULL, by_name);

    for (int i = 0; i < n; i++) {
        char path[2048];
        struct stat about;
        snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        if (names[i]->d_name[0] != '.' && stat(path, &about) == 0) {
            if (S_ISDIR(about.st_mode))
                take_folder(path);
            else
                take_file(path);
        }
        free(names[i]);
    }
    if (n >= 0)
        free(names);
}

static size_t below(struct chance *c, size_t n)
{
    return n > 0 ? chance_below(c, n) : 0;
}

static void mutate_once(struct chance *c, uint8_t *bytes, size_t *n)
{
    size_t at = below(c, *n), length = below(c, 16) + 1;
    const struct strbuf *other = &inputs[below(c, input_count)];

    if (*n == 0 || *n + 32 > INPUT_MAX)
        return;
    switch (below(c, 6)) {
    case 0:
        bytes[at] ^= (uint8_t)(1u << below(c, 8));
        break;
    case 1:
        bytes[at] = (uint8_t)chance_bits(c);
        break;
    case 2: /* out */
        length = length < *n - at ? length : *n - at;
        memmove(bytes + at, bytes + at + length, *n - at - length);
        *n -= length;
        break;
    case 3: /* repeated */
        length = length < *n - at ? length : *n - at;
        memmove(bytes + at + length, bytes + at, *n - at);
        *n += length;
        break;
    case 4: /* cut off */
        *n = at;
        break;
    default: /* a piece of another */
        length = below(c, other->len);
        if (length > 0 && at + length < INPUT_MAX) {
            memcpy(bytes + at, other->data, length);
            *n = at + length > *n ? at + length : *n;
        }
    }
}

/* LEFT: how often; then folders. */
int main(int argc, char **argv)
{
    static uint8_t bytes[INPUT_MAX];
    struct chance c = {.state = 20261122};
    long left = argc > 1 ? strtol(argv[1], NULL, 10) : 0;

    for (int i = 2; i < argc; i++)
        take_folder(argv[i]);
    fuzz_require(input_count > 0);
    LLVMFuzzerTestOneInput(bytes, 0);
    for (size_t i = 0; i < input_count; i++)
        LLVMFuzzerTestOneInput((const uint8_t *)strbuf_text(&inputs[i]), inputs[i].len);
    for (; left > 0; left--) {
        const struct strbuf *from = &inputs[below(&c, input_count)];
        size_t n = from->len;
        if (n > 0)
            memcpy(bytes, from->data, n);
        for (size_t times = below(&c, 6) + 1; times > 0; times--)
            mutate_once(&c, bytes, &n);
        uint8_t *exact = malloc(n + 1); /* so that a byte read behind the end is noticed */
        fuzz_require(exact);
        memcpy(exact, bytes, n);
        LLVMFuzzerTestOneInput(exact, n);
        free(exact);
    }
    for (size_t i = 0; i < input_count; i++)
        strbuf_free(&inputs[i]);
    return 0;
}
