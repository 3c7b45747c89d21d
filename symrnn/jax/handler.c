/* What XLA calls: it gathers the addresses of a kernel's arrays and calls the kernel. Plain C, so
 * the compiler of the kernels is enough. It knows no network. calls.py writes the words:
 *
 *     key, number of sizes, sizes, bytes of packed weights, bytes of workspace, number of threads,
 *     which argument holds the parameters, number of arguments, arguments
 *
 * An argument is the number of its arrays and the arrays, which are numbered with the results
 * behind the operands (a struct of addresses), or one of the marks below.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include "xla/ffi/api/c_api.h"

typedef size_t word;

enum { BUFFER = -1, PACKED = -2, WORK = -3, THREADS = -4 }; /* BUFFER: then its number */
enum { MOST_KNOWN = 4096, MOST_ARGUMENTS = 10, LINE = 64 };

/* ---- kernels by key --------------------------------------------------------------------- */

typedef struct {
    int64_t key;
    word call, pack;
} Known;

static Known known[MOST_KNOWN];
static int count_known;

/* Called under Python's lock. Returns 0 where the table is full. */
int symrnn_know(int64_t key, void *call, void *pack)
{
    if (count_known == MOST_KNOWN)
        return 0;
    known[count_known] = (Known){key, (word)call, (word)pack};
    __atomic_store_n(&count_known, count_known + 1, __ATOMIC_RELEASE);
    return 1;
}

static const Known *found(int64_t key)
{
    const int count = __atomic_load_n(&count_known, __ATOMIC_ACQUIRE);
    for (int k = 0; k < count; ++k)
        if (known[k].key == key)
            return &known[k];
    return NULL;
}

/* ---- memory of a thread, which grows and stays ------------------------------------------- */

typedef struct {
    void *block;
    word bytes;
} Block;

static __thread Block packed_block, work_block;

static void *grown(Block *own, word bytes)
{
    if (bytes > own->bytes || !own->block) {
        free(own->block);
        own->bytes = bytes;
        if (posix_memalign(&own->block, LINE, bytes ? bytes : LINE)) {
            own->block = NULL;
            own->bytes = 0;
        }
    }
    return own->block;
}

/* ---- the call --------------------------------------------------------------------------- */

static XLA_FFI_Error *wrong(const XLA_FFI_CallFrame *frame, const char *message)
{
    XLA_FFI_Error_Create_Args args = {XLA_FFI_Error_Create_Args_STRUCT_SIZE, NULL, message,
                                      XLA_FFI_Error_Code_FAILED_PRECONDITION};
    return frame->api->XLA_FFI_Error_Create(&args);
}

static word data(const XLA_FFI_CallFrame *frame, int64_t number)
{
    const int64_t operands = frame->args.size;
    const XLA_FFI_Buffer *buffer = number < operands ? frame->args.args[number]
                                                     : frame->rets.rets[number - operands];
    return (word)buffer->data;
}

#define TYPES_9 word, word, word, word, word, word, word, word, word
#define WORDS_9 w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8]

static void apply(word function, const word *w, int64_t count)
{
    switch (count) {
    case 9: ((void (*)(TYPES_9))function)(WORDS_9); break;
    case 10: ((void (*)(TYPES_9, word))function)(WORDS_9, w[9]); break;
    case 11: ((void (*)(TYPES_9, word, word))function)(WORDS_9, w[9], w[10]); break;
    }
}

/* Fills the arguments behind the sizes; ``fields`` has room for all addresses in structs. */
static void gather(const XLA_FFI_CallFrame *frame, const int64_t *at, int64_t count,
                   const word scratch[3], word *fields, word *w)
{
    for (int64_t k = 0; k < count; ++k) {
        const int64_t mark = *at++;
        if (mark == BUFFER) {
            w[k] = data(frame, *at++);
        } else if (mark < 0) {
            w[k] = scratch[PACKED - mark];
        } else {
            w[k] = (word)fields;
            for (int64_t field = 0; field < mark; ++field)
                *fields++ = data(frame, *at++);
        }
    }
}

static XLA_FFI_Error *run(const XLA_FFI_CallFrame *frame, const int64_t *words)
{
    const Known *own = found(words[0]);
    if (!own)
        return wrong(frame, "a kernel of symrnn is not known in this process; make it by "
                            "symrnn.jax.kernel before what was compiled with it runs");
    const int64_t count_sizes = words[1];
    const int64_t *sizes = words + 2, *rest = sizes + count_sizes;
    const int64_t parameters = rest[3], count = rest[4];
    const word scratch[3] = {(word)grown(&packed_block, (word)rest[0]),
                             (word)grown(&work_block, (word)rest[1]), (word)rest[2]};
    const word room = (word)(frame->args.size + frame->rets.size) + 1;
    word *fields = malloc(2 * room * sizeof *fields);
    if (!fields || !scratch[0] || !scratch[1]) {
        free(fields);
        return wrong(frame, "there is no memory left for a kernel of symrnn");
    }
    word w[MOST_ARGUMENTS + 1];
    w[0] = (word)sizes;
    gather(frame, rest + 5, count, scratch, fields, w + 1);
    if (own->pack)
        ((void (*)(word, word, word))own->pack)(w[0], w[1 + parameters], scratch[0]);
    apply(own->call, w, count + 1);
    free(fields);
    return NULL;
}

/* The handler that XLA knows as "symrnn". */
XLA_FFI_Error *symrnn_handler(XLA_FFI_CallFrame *frame)
{
    /* The type of extension_start has another name from one version of XLA to the next. */
    if (frame->extension_start && frame->extension_start->type == XLA_FFI_Extension_Metadata) {
        const void *extension = frame->extension_start;
        XLA_FFI_Metadata *told = ((const XLA_FFI_Metadata_Extension *)extension)->metadata;
        told->api_version.major_version = XLA_FFI_API_MAJOR;
        told->api_version.minor_version = XLA_FFI_API_MINOR;
        return NULL;
    }
    if (frame->stage != XLA_FFI_ExecutionStage_EXECUTE)
        return NULL;
    const XLA_FFI_Array *words = frame->attrs.attrs[0];
    return run(frame, words->data);
}
