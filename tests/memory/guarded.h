/* Memory for a program that calls one kernel: every array beside a page that nobody may touch.
 *
 * `room` gives entries that are to be written, full of what makes itself felt; `given` numbers
 * that nobody may write again. Under ON_HEAP both come from malloc, for tools that watch that.
 * Wants the type `real`.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct block {
    char *pages;
    size_t bytes;
    real *entries;
    struct block *before;
} block;

static int ends_at_guard = 1; /* else it begins there */
static int filled_with;
static __thread block *blocks_of_thread;

static void *must(void *made)
{
    if (made == MAP_FAILED || made == NULL) {
        perror("no memory");
        exit(2);
    }
    return made;
}

/* So many entries between two guards, as close to one of them as can be. */
static real *room(size_t entries)
{
    block *const made = must(malloc(sizeof *made));
    const size_t bytes = entries * sizeof(real);
#ifdef ON_HEAP
    *made = (block){NULL, bytes, must(malloc(bytes + !bytes)), blocks_of_thread};
#else
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), inside = (bytes + page - 1) / page * page;
    char *const pages = must(mmap(NULL, inside + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
                                  -1, 0));
    if (inside && mprotect(pages + page, inside, PROT_READ | PROT_WRITE))
        must(NULL);
    memset(pages + page, filled_with, inside);
    *made = (block){pages, inside, (real *)(void *)(pages + page + (inside - bytes) * !!ends_at_guard),
                    blocks_of_thread};
#endif
    blocks_of_thread = made;
    return made->entries;
}

/* A stream's parity, the last entry of its workspace, may be anything before the first step. Tools
 * that tell of reads before writes cannot know that. */
static void any_parity(real *work, size_t entries)
{
#ifdef ON_HEAP
    if (entries)
        work[entries - 1] = 0;
#else
    (void)work, (void)entries;
#endif
}

/* Whoever writes there from now on is told. */
static real *frozen(real *entries)
{
#ifndef ON_HEAP
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    for (const block *one = blocks_of_thread; one != NULL; one = one->before)
        if (one->entries == entries && one->bytes && mprotect(one->pages + page, one->bytes, PROT_READ))
            must(NULL);
#endif
    return entries;
}

static real *given(size_t entries)
{
    real *const made = room(entries);
    for (size_t k = 0; k < entries; ++k)
        made[k] = (real)(k % 7 + 1) / 16;
    return frozen(made);
}

/* Gives back what this thread took. */
static void release(void)
{
    while (blocks_of_thread != NULL) {
        block *const one = blocks_of_thread;
        blocks_of_thread = one->before;
#ifdef ON_HEAP
        free(one->entries);
#else
        munmap(one->pages, one->bytes + 2 * (size_t)sysconf(_SC_PAGESIZE));
#endif
        free(one);
    }
}

/* What tells results apart, bit by bit; one that is no number ends the program. */
static uint64_t told(uint64_t so_far, const char *name, const real *entries, size_t count)
{
    for (size_t k = 0; k < count; ++k) {
        if (entries[k] != entries[k]) {
            printf("%s[%lu] is no number\n", name, (unsigned long)k);
            exit(1);
        }
        unsigned char bytes[sizeof(real)];
        memcpy(bytes, entries + k, sizeof bytes);
        for (size_t place = 0; place < sizeof bytes; ++place)
            so_far = (so_far ^ bytes[place]) * 1099511628211u;
    }
    return so_far;
}
