"""Names that no file may have: it would stand in the way of what generated files load.

Fixed lists, so that a name is refused everywhere or nowhere, whatever Python and system are there.
"""

from __future__ import annotations

# Python's own modules that some version of NumPy imports, and what these import, on some system.
MODULES = """
abc argparse array ast base64 bisect builtins bz2 calendar cmath codecs collections contextlib
contextvars copy copyreg csv ctypes datetime decimal difflib dis email encodings enum errno
fnmatch fractions functools gc genericpath getopt gettext glob gzip hashlib heapq hmac html http
importlib inspect io ipaddress itertools json keyword linecache locale logging lzma marshal math
mimetypes mmap msvcrt nt ntpath numbers opcode operator os pathlib pickle pkgutil platform posix
posixpath pprint pwd pydoc queue quopri random re reprlib resource secrets select selectors
shutil signal site sitecustomize socket ssl stat statistics string stringprep struct subprocess sys
sysconfig tempfile textwrap threading time timeit token tokenize traceback types typing unittest
urllib usercustomize uuid warnings weakref winreg zipfile zipimport zlib annotationlib compression
""".split()
# Those of C99; those that the fast profile asks for; and what these include of their own.
HEADERS = """
assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdarg
stdbool stddef stdint stdio stdlib string tgmath time wchar wctype
omp immintrin cblas sched alloca endian features select strings
""".split()
WORDS = """
and as assert async await break class continue def del elif else except false finally for from
global if import in is lambda none nonlocal not or pass raise return true try while with yield
""".split()

BORNE = {**dict.fromkeys(WORDS, "a word of Python"),
         **dict.fromkeys(HEADERS, "a header of C"),
         **dict.fromkeys(MODULES, "a module of Python"),
         "numpy": "a module of Python"}
