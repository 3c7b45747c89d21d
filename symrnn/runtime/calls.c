/* Calls of compiled kernels straight from Python. An array is passed as the address of its
 * entries, a tuple of arrays as that of a struct of addresses, so too a dictionary of arrays with
 * the tuple of their names, a number as it is. A list of names and shapes asks for new arrays,
 * passed like a dictionary of arrays and returned.
 *
 * Knows no network. foreign.py compiles it where Python's headers are, and does the same through
 * ctypes where they are not. Whoever calls has checked types and shapes.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#define NPY_TARGET_VERSION NPY_2_0_API_VERSION
#define NPY_NO_DEPRECATED_API NPY_1_7_API_VERSION
#include <numpy/arrayobject.h>

typedef size_t word;

enum { MOST_ARGUMENTS = 11, FIELDS_ON_STACK = 256 };

/* ---- large arrays: they begin at a line of the cache ------------------------------------ */

enum { LINE = 64, LARGE = 4096, HUGE = 1 << 22 }; /* bytes; a line is the widest vector */

static void *lines_malloc(void *context, size_t bytes)
{
    void *found;
    (void)context;
    if (bytes < LARGE)
        return malloc(bytes ? bytes : 1);
    if (posix_memalign(&found, LINE, bytes))
        return NULL;
#ifdef MADV_HUGEPAGE /* from so many bytes on, as NumPy does */
    if (bytes >= HUGE) {
        const size_t skipped = LARGE - (word)found % LARGE;
        madvise((char *)found + skipped, bytes - skipped, MADV_HUGEPAGE);
    }
#endif
    return found;
}

static void *lines_calloc(void *context, size_t count, size_t bytes)
{
    void *const found = lines_malloc(context, count * bytes);
    return found ? memset(found, 0, count * bytes) : NULL;
}

static void *lines_realloc(void *context, void *from, size_t bytes)
{
    (void)context;
    return realloc(from, bytes);
}

static void lines_free(void *context, void *from, size_t bytes)
{
    (void)context, (void)bytes;
    free(from);
}

static PyDataMem_Handler lines_handler = {
    "symrnn_lines", 1, {NULL, lines_malloc, lines_calloc, lines_realloc, lines_free}};
static PyObject *lines; /* the same as a capsule, as NumPy takes it */

/* ---- a function of words ---------------------------------------------------------------- */

#define TYPES_3 word, word, word
#define TYPES_7 TYPES_3, TYPES_3, word
#define TYPES_8 TYPES_7, word
#define TYPES_9 TYPES_8, word
#define TYPES_10 TYPES_9, word
#define TYPES_11 TYPES_10, word
#define WORDS_3 w[0], w[1], w[2]
#define WORDS_7 WORDS_3, w[3], w[4], w[5], w[6]
#define WORDS_8 WORDS_7, w[7]
#define WORDS_9 WORDS_8, w[8]
#define WORDS_10 WORDS_9, w[9]
#define WORDS_11 WORDS_10, w[10]
#define CASE(COUNT)                                                                              \
    case COUNT: ((void (*)(TYPES_##COUNT))function)(WORDS_##COUNT); break;

/* Calls it with so many arguments; other threads may run Python meanwhile. */
static void apply(word function, const word *w, Py_ssize_t count)
{
    Py_BEGIN_ALLOW_THREADS
    switch (count) {
        CASE(3) CASE(7) CASE(8) CASE(9) CASE(10) CASE(11)
    }
    Py_END_ALLOW_THREADS
}

static int is_known_count(Py_ssize_t count)
{
    return count == 3 || (count >= 7 && count <= MOST_ARGUMENTS);
}

static word address(PyObject *array)
{
    return (word)PyArray_DATA((PyArrayObject *)array);
}

/* The names of a dictionary's arrays, where a tuple holds both. */
static PyObject *names_of(PyObject *tuple)
{
    const int named = PyTuple_GET_SIZE(tuple) == 2 && PyDict_Check(PyTuple_GET_ITEM(tuple, 0))
                      && PyTuple_Check(PyTuple_GET_ITEM(tuple, 1));
    return named ? PyTuple_GET_ITEM(tuple, 1) : NULL;
}

/* How many addresses an argument brings. */
static Py_ssize_t fields_of(PyObject *argument)
{
    if (PyList_Check(argument))
        return PyList_GET_SIZE(argument);
    if (!PyTuple_Check(argument))
        return 0;
    PyObject *names = names_of(argument);
    return PyTuple_GET_SIZE(names ? names : argument);
}

/* The addresses of a dictionary's arrays, in the order of the names. */
static int named_addresses(PyObject *arrays, PyObject *names, word **fields)
{
    for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(names); ++k) {
        PyObject *array = PyDict_GetItemWithError(arrays, PyTuple_GET_ITEM(names, k));
        if (!array || !PyArray_Check(array)) {
            if (!PyErr_Occurred())
                PyErr_SetObject(PyExc_KeyError, PyTuple_GET_ITEM(names, k));
            return -1;
        }
        *(*fields)++ = address(array);
    }
    return 0;
}

/* A new array. From the first large one of a list on our memory handler serves instead of the
 * `usual` one: changing it is slow. */
static PyObject *new_array(int axes, npy_intp *dims, int type, PyObject **usual)
{
    size_t bytes = type == NPY_FLOAT ? sizeof(float) : sizeof(double);
    for (int axis = 0; axis < axes; ++axis)
        bytes *= (size_t)dims[axis];
    if (bytes >= LARGE && !*usual)
        *usual = PyDataMem_SetHandler(lines);
    return PyErr_Occurred() ? NULL : PyArray_SimpleNew(axes, dims, type);
}

/* A new array for a pair of a name and a shape, under that name. */
static int add_new_array(PyObject *made, PyObject *pair, int type, PyObject **usual,
                         word **fields)
{
    PyObject *name, *shape;
    if (!PyArg_ParseTuple(pair, "OO!", &name, &PyTuple_Type, &shape))
        return -1;
    npy_intp dims[NPY_MAXDIMS];
    const int axes = (int)PyTuple_GET_SIZE(shape);
    for (int axis = 0; axis < axes && axis < NPY_MAXDIMS; ++axis)
        dims[axis] = PyLong_AsSsize_t(PyTuple_GET_ITEM(shape, axis));
    PyObject *const array = PyErr_Occurred() ? NULL : new_array(axes, dims, type, usual);
    const int failed = !array || PyDict_SetItem(made, name, array) < 0;
    if (!failed)
        *(*fields)++ = address(array);
    Py_XDECREF(array);
    return failed ? -1 : 0;
}

/* A dictionary of new arrays, for a list of such pairs, at the end of the list `made`. */
static int add_new_arrays(PyObject *made, PyObject *pairs, int type, word **fields)
{
    PyObject *const arrays = PyDict_New(), *usual = NULL;
    int failed = !arrays || PyList_Append(made, arrays) < 0;
    for (Py_ssize_t k = 0; k < PyList_GET_SIZE(pairs) && !failed; ++k)
        failed = add_new_array(arrays, PyList_GET_ITEM(pairs, k), type, &usual, fields);
    if (usual)
        Py_XDECREF(PyDataMem_SetHandler(usual));
    Py_XDECREF(usual);
    Py_XDECREF(arrays);
    return failed ? -1 : 0;
}

/* The word for one argument; the addresses of several arrays go to *fields, which moves on. */
static int word_of(PyObject *argument, PyObject *made, int type, word **fields, word *found)
{
    if (PyArray_Check(argument)) {
        *found = address(argument);
    } else if (PyList_Check(argument)) {
        *found = (word)*fields;
        return add_new_arrays(made, argument, type, fields);
    } else if (PyTuple_Check(argument) && names_of(argument)) {
        *found = (word)*fields;
        return named_addresses(PyTuple_GET_ITEM(argument, 0), names_of(argument), fields);
    } else if (PyTuple_Check(argument)) {
        *found = (word)*fields;
        for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(argument); ++k)
            *(*fields)++ = address(PyTuple_GET_ITEM(argument, k));
    } else {
        *found = PyLong_AsSize_t(argument);
    }
    return PyErr_Occurred() ? -1 : 0;
}

/* call(function, type, ...): the address of a function, the type of new arrays, and the
 * arguments. Returns a list of what was made, a dictionary for each list among the arguments. */
static PyObject *call(PyObject *module, PyObject *const *given, Py_ssize_t count)
{
    word words[MOST_ARGUMENTS], on_stack[FIELDS_ON_STACK];
    Py_ssize_t needed = 0;
    (void)module;
    if (!is_known_count(count - 2))
        return PyErr_Format(PyExc_TypeError, "a kernel takes no %zd arguments", count - 2);
    for (Py_ssize_t k = 2; k < count; ++k)
        needed += fields_of(given[k]);
    word *const all = needed <= FIELDS_ON_STACK ? on_stack : PyMem_New(word, needed);
    PyObject *made = all ? PyList_New(0) : PyErr_NoMemory();
    const word function = PyLong_AsSize_t(given[0]);
    const int type = (int)PyLong_AsLong(given[1]);
    int failed = !made || PyErr_Occurred();
    word *fields = all;
    for (Py_ssize_t k = 2; k < count && !failed; ++k)
        failed = word_of(given[k], made, type, &fields, words + (k - 2));
    if (!failed)
        apply(function, words, count - 2);
    else
        Py_CLEAR(made);
    if (all != on_stack)
        PyMem_Free(all);
    return made;
}

/* ---- shapes ----------------------------------------------------------------------------- */

static int is_plain(PyObject *array, int type)
{
    return PyArray_CheckExact(array) && PyArray_TYPE((PyArrayObject *)array) == type
           && PyArray_ISCARRAY_RO((PyArrayObject *)array);
}

/* shapes(arrays, names, type): the shapes of a dictionary's arrays as bytes; None where one is
 * missing, of another type, or does not lie there as a kernel reads it. */
static PyObject *shapes(PyObject *module, PyObject *const *given, Py_ssize_t count)
{
    (void)module;
    if (count != 3 || !PyDict_Check(given[0]) || !PyTuple_Check(given[1]))
        return PyErr_Format(PyExc_TypeError, "shapes(arrays, names, type)");
    const int type = (int)PyLong_AsLong(given[2]);
    npy_intp found[FIELDS_ON_STACK];
    Py_ssize_t used = 0;
    for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(given[1]); ++k) {
        PyObject *array = PyDict_GetItemWithError(given[0], PyTuple_GET_ITEM(given[1], k));
        if (!array || !is_plain(array, type))
            Py_RETURN_NONE;
        const int axes = PyArray_NDIM((PyArrayObject *)array);
        if (used + 1 + axes > FIELDS_ON_STACK)
            Py_RETURN_NONE;
        found[used++] = axes;
        for (int axis = 0; axis < axes; ++axis)
            found[used++] = PyArray_DIM((PyArrayObject *)array, axis);
    }
    return PyBytes_FromStringAndSize((const char *)found, used * (Py_ssize_t)sizeof *found);
}

/* is_plain(array, type): true for what a kernel reads as it lies there. */
static PyObject *plain(PyObject *module, PyObject *const *given, Py_ssize_t count)
{
    (void)module;
    if (count != 2)
        return PyErr_Format(PyExc_TypeError, "is_plain(array, type)");
    const int type = (int)PyLong_AsLong(given[1]);
    return PyErr_Occurred() ? NULL : PyBool_FromLong(is_plain(given[0], type));
}

/* ---- a streaming step ------------------------------------------------------------------- */

/* A function bound to all its arguments; the input and the output change at every call. */
typedef struct step {
    PyObject_HEAD
    word function;
    int busy;
    PyArrayObject *words, *x_field, *y_field; /* arguments; where input and output stand */
    PyArrayObject *x, *y;                     /* arrays like the input and the output */
} step;

static int step_init(step *self, PyObject *arguments, PyObject *names)
{
    (void)names;
    PyObject *function, *held[5];
    if (!PyArg_ParseTuple(arguments, "O!O!O!O!O!O!", &PyLong_Type, &function, &PyArray_Type, held,
                          &PyArray_Type, held + 1, &PyArray_Type, held + 2, &PyArray_Type,
                          held + 3, &PyArray_Type, held + 4))
        return -1;
    PyArrayObject **const fields[] = {&self->words, &self->x_field, &self->y_field, &self->x,
                                      &self->y};
    if (!is_known_count(PyArray_SIZE((PyArrayObject *)held[0]))) {
        PyErr_SetString(PyExc_TypeError, "a step takes another number of arguments");
        return -1;
    }
    self->function = PyLong_AsSize_t(function);
    for (int k = 0; k < 5; ++k) {
        PyArrayObject *const before = *fields[k];
        Py_INCREF(held[k]);
        *fields[k] = (PyArrayObject *)held[k];
        Py_XDECREF(before);
    }
    return PyErr_Occurred() ? -1 : 0;
}

static void step_dealloc(step *self)
{
    Py_XDECREF(self->words);
    Py_XDECREF(self->x_field);
    Py_XDECREF(self->y_field);
    Py_XDECREF(self->x);
    Py_XDECREF(self->y);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

/* The number of axes that x lacks, 0, or 1 for one sample alone; -1 where it does not fit. */
static int axes_missing(PyObject *x, PyArrayObject *like)
{
    if (!is_plain(x, PyArray_TYPE(like)))
        return -1;
    const int missing = PyArray_NDIM(like) - PyArray_NDIM((PyArrayObject *)x);
    if (missing != 0 && (missing != 1 || PyArray_DIM(like, 0) != 1))
        return -1;
    return PyArray_CompareLists(PyArray_DIMS((PyArrayObject *)x), PyArray_DIMS(like) + missing,
                                PyArray_NDIM(like) - missing) ? missing : -1;
}

/* y = step(x). An x that does not fit goes through the method `taken` first. */
static PyObject *step_call(step *self, PyObject *arguments, PyObject *names)
{
    if ((names && PyDict_GET_SIZE(names)) || PyTuple_GET_SIZE(arguments) != 1 || !self->words)
        return PyErr_Format(PyExc_TypeError, "a stepper takes one argument, the input x_t");
    if (self->busy)
        return PyErr_Format(PyExc_RuntimeError, "a stepper serves one thread at a time; "
                                                "give each thread its own");
    PyObject *x = PyTuple_GET_ITEM(arguments, 0), *y = NULL;
    int missing = axes_missing(x, self->x);
    if (missing >= 0)
        Py_INCREF(x);
    else if ((x = PyObject_CallMethod((PyObject *)self, "taken", "O", x)))
        missing = axes_missing(x, self->x);
    if (x && missing >= 0)
        y = PyArray_SimpleNew(PyArray_NDIM(self->y) - missing, PyArray_DIMS(self->y) + missing,
                              PyArray_TYPE(self->y));
    if (y) {
        *(word *)PyArray_DATA(self->x_field) = address(x);
        *(word *)PyArray_DATA(self->y_field) = address(y);
        self->busy = 1;
        apply(self->function, PyArray_DATA(self->words), PyArray_SIZE(self->words));
        self->busy = 0;
    } else if (!PyErr_Occurred()) {
        PyErr_SetString(PyExc_ValueError, "x_t does not fit the stepper");
    }
    Py_XDECREF(x);
    return y;
}

static PyTypeObject step_type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "symrnn_calls.Step",
    .tp_basicsize = sizeof(step),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)step_init,
    .tp_dealloc = (destructor)step_dealloc,
    .tp_call = (ternaryfunc)step_call,
};

/* ---- the module ------------------------------------------------------------------------- */

static PyMethodDef functions[] = {
    {"call", (PyCFunction)(void (*)(void))call, METH_FASTCALL, NULL},
    {"shapes", (PyCFunction)(void (*)(void))shapes, METH_FASTCALL, NULL},
    {"is_plain", (PyCFunction)(void (*)(void))plain, METH_FASTCALL, NULL},
    {NULL, NULL, 0, NULL}};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "symrnn_calls", NULL, -1,
                                        functions, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_symrnn_calls(void)
{
    import_array();
    lines = PyCapsule_New(&lines_handler, "mem_handler", NULL);
    if (!lines || PyType_Ready(&step_type) < 0)
        return NULL;
    PyObject *const module = PyModule_Create(&definition);
    if (module && PyModule_AddObjectRef(module, "Step", (PyObject *)&step_type) < 0)
        return NULL;
    return module;
}
