"""The written list of attacks: what is typed, what the files hold, and what the answer says.

Every one of them is refused: exit code 2, one sentence, nothing written, nothing run.
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.hostile import seeds

HEAD = "cell c\ninput x[n]\nstate h[m]\nparam W[m,n], U[m,m]\noutput h\n"
STEP = "h[t] = tanh(W @ x[t] + U @ h[t-1])\n"
File = str | bytes | Callable[[], bytes]


@dataclass(frozen=True)
class Attack:
    """A command line, the files that lie there, and what the one sentence says."""

    name: str
    words: str
    says: str
    files: Mapping[str, File] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)


def cell(name: str, text: str, says: str, command: str = "generate bad.cell -o out") -> Attack:
    """An attack by the text of a cell file, behind ``HEAD``."""
    return Attack(name, command, says, {"bad.cell": HEAD + text})


def formula(name: str, written: str, says: str) -> Attack:
    """An attack by a formula."""
    return cell(name, f"h[t] = {written}\n", says)


CODE = (
    formula("a call of Python", "__import__('os').system('touch ran') * h[t-1]", "bad.cell:6:8: "),
    formula("an attribute", "x.__class__.__mro__[t]", "there are no attributes; only '.T'"),
    formula("a function of Python", "eval(h[t-1])", "there is no function 'eval'"),
    formula("a lambda", "(lambda: h)[t]", "bad.cell:6:15: "),
    formula("a string", '"touch ran"', "bad.cell:6:8: "),
    formula("a comprehension", "[h[t-1] for h in x]", "bad.cell:6:8: "),
    formula("a format", "{h[t-1]}", "unexpected '{'"),
    formula("a shell", "`touch ran`", "unexpected '`'"),
    cell("an import", "import os\n", "unexpected 'os'"),
    cell("a preprocessor", '#include "/etc/passwd"\n%:include <a>\n', "unexpected '%'"),
    cell("a function of SymPy", "h[t] = Integral(h[t-1])\n", "there is no function 'Integral'"),
    Attack("code as the name of a cell", "show __import__('os')", "no architecture is called"),
    Attack("code as an option", "compare onnx-gru:x=__import__('os') gru", "has no option"),
    Attack("code as a size", "show lstm --cost --fix n=9**9**9", "--fix"),
    Attack("code as a symbol", "grad lstm --wrt __import__('os')", "__import__"),
)
NAMES = (
    cell("a name of Python's own", "__class__[t] = h[t-1]\n", "a name starts with a letter"),
    cell("a long name", f"param {'a' * 41}[m]\n", "a name has at most 40 characters"),
    cell("a function as a name", "state tanh[m]\n", "'tanh' is a function"),
    cell("the time as a name", "state t[m]\n", "'t' is the time"),
    cell("a name twice", "param W[m,n]\n", "'W' is there already, in line 4"),
    cell("a look-alike", "h[t] = h[t-1] * \N{CYRILLIC SMALL LETTER A}\n",
         "U+0430 CYRILLIC SMALL LETTER A"),
    cell("a look-alike in a name", "param W\N{CYRILLIC SMALL LETTER A}[m]\n", "U+0430"),
    cell("a wide letter", "param \N{FULLWIDTH LATIN CAPITAL LETTER W}[m]\n", "U+FF37"),
    cell("a mark that turns text round", "h[t] = h[t-1] \N{RIGHT-TO-LEFT OVERRIDE}\n", "U+202E"),
    cell("the same in a text", 'title "\N{RIGHT-TO-LEFT OVERRIDE}ab"\n', "U+202E is no character"),
    cell("no width", "h\N{ZERO WIDTH SPACE}[t] = h[t-1]\n", "U+200B"),
    cell("an accent", 'title "e\N{COMBINING ACUTE ACCENT}"\n', "U+0301 is no character"),
    cell("a command of a terminal", 'title "\x1b[31m"\n', "U+001B is no character"),
    cell("an end of a line of Unicode", 'title "a\u2028b"\n', "U+2028 is no character"),
    Attack("a device of Windows", "new con", "is a device of Windows"),
    Attack("a header that is there", "new stdio", "'stdio' is the name of"),
    Attack("a module of Python", "new os", "'os' is the name of"),
    Attack("the shared header", "new symrnn", "is the name of the header that all networks share"),
    Attack("another profile's files", "new a_simd", "another ending than '_simd'"),
    Attack("a name with an end of line", "new a\nb",
           "is no name that files and functions can bear"),
    Attack("a cell like another one", "generate bad.cell -o out", "is called 'lstm' like another",
           {"bad.cell": HEAD.replace("cell c", "cell lstm") + STEP}),
    Attack("the same in other letters", "generate bad.cell -o out", "like another cell",
           {"bad.cell": HEAD.replace("cell c", "cell LSTM") + STEP}),
    Attack("a package named like code", "package elman -o out --fix n=2,m=2,p=2 --name a;b",
           "is no name that files and functions can bear"),
)
PATHS = (
    Attack("a cell above the folder", "new ../out", "is no name that files and functions can bear"),
    Attack("a cell at the root", "new /etc/out", "is no name that files and functions can bear"),
    Attack("a name that leads away", "generate bad.cell -o out", "bad.cell:1:6: ",
           {"bad.cell": "cell ../../ran\ninput x[n]\n"}),
    Attack("a saved network whose name leads away", "generate bad.npz -o out", "bad.npz: ",
           {"bad.npz": lambda: saved(name="../../ran")}),
    Attack("an output that is a link", "generate elman -o out", "out is a link to another place",
           links={"out": "elsewhere"}),
    Attack("a link inside the output", "generate elman -o out", "is a link to another place",
           {"out/kept": "mine"}, {"out/elman": "../elsewhere"}),
    Attack("a foreign file", "generate elman -o out", "not generated by symrnn",
           {"out/elman/elman.c": "mine"}),
    Attack("a foreign picture", "show elman --graph out.svg", "not generated by symrnn",
           {"out.svg": "mine"}),
    Attack("foreign weights", "import good.npz -o out.npz", "was not written by symrnn",
           {"good.npz": lambda: seeds.files(".weights.npz")[0],
            "out.npz": lambda: seeds.files(".weights.npz")[1]}),
    Attack("weights written over what they are read from", "import good.npz -o good.npz",
           "was not written by symrnn", {"good.npz": lambda: seeds.files(".weights.npz")[0]}),
    Attack("a foreign model", "export elman --fix n=2,m=2,p=2 -o out.onnx",
           "was not written by symrnn", {"out.onnx": lambda: seeds.files(".onnx")[0]}),
    Attack("weights through a link", "import good.npz -o out.npz", "was not written by symrnn",
           {"good.npz": lambda: seeds.files(".weights.npz")[0]}, {"out.npz": "good.npz"}),
    Attack("a folder as a cell file", "show ./", "Is a directory"),
    Attack("a device as a cell file", "show /dev/zero.cell/../zero", "zero"),
    Attack("endless input", "show ./zero.cell", "longer than 65536 bytes",
           links={"zero.cell": "/dev/zero"}),
)
BOMBS = (
    formula("a tower of powers", "h[t-1] * 9**9**9", "bad.cell:6:21: "),
    formula("a tower in brackets", "h[t-1] * 9^(9^(9^9))", "an exponent lies between -8 and 8"),
    formula("a large exponent", "h[t-1]^99999999999999999999999", "at most 20 digits"),
    formula("a power of a power", "((h[t-1]^8)^8)^9", "an exponent lies between -8 and 8"),
    formula("a large number", "h[t-1] * 1e999999999", "an exponent of at most 30"),
    formula("many digits", f"h[t-1] * {'9' * 50_000}", "at most 20 digits"),
    formula("numbers that grow", f"h[t-1] + {'*'.join(['1e30'] * 9)}", "too many digits"),
    formula("nested brackets", "(" * 20_000 + "h[t-1]" + ")" * 20_000, "brackets are open"),
    formula("nested calls", "tanh(" * 99 + "h[t-1]" + ")" * 99, "nested more than 40 deep"),
    formula("many signs", "-" * 50_000 + "h[t-1]", "nested more than 40 deep"),
    formula("a long sum", " + ".join(["h[t-1]"] * 5000), "more than 80 terms in a row"),
    formula("a large delay", "h[t-999999999]", "no whole number up to 100"),
    cell("a million gates", "".join(f"q{number}[t] = x[t]\n" for number in range(10 ** 6)),
         "longer than 65536 bytes"),
    cell("a thousand gates", "".join(f"q{number}[t] = x[t]\n" for number in range(1000)),
         "there are more than"),
    cell("a long repeat", "repeat k = 1 to 999999999\nv[t,k] = x[t]\nend\n", "up to 100"),
    cell("repeats that multiply", "".join(f"repeat k = 1 to 100\nv{number}[t,k] = x[t]\nend\n"
                                          for number in range(90)), "more than 200"),
    cell("many axes", f"param K[{','.join('abcdefgijkl')}]\n", "more than 6 axes"),
    cell("a long text", f'note "{"a" * 501}"\n', "at most 500 characters"),
    Attack("a large size", "package elman -o out --fix n=2,m=99999999999,p=2", "smaller sizes"),
    Attack("a size of many digits", f"show lstm --cost --fix n={'9' * 5000},m=2", "--fix"),
    Attack("many layers of a file", "show bad.npz", "is nested more than 200 deep",
           {"bad.npz": lambda: saved(rhs=nested(300))}),
    Attack("brackets of JSON", "show bad.npz", "its text is no network",
           {"bad.npz": lambda: archive(symrnn=text("[" * 200_000))}),
    Attack("a tower in a file", "show bad.npz", "is larger than 64",
           {"bad.npz": lambda: saved(rhs=["^", "x", 9 ** 9])}),
    Attack("a large number in a file", "show bad.npz", "bad.npz: ",
           {"bad.npz": lambda: saved(rhs=["*", "x", 10 ** 4000])}),
)


def archive(**arrays: object) -> bytes:
    """An npz."""
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def compressed(**arrays: object) -> bytes:
    """An npz whose arrays are packed."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def text(words: str) -> np.ndarray:
    """A text as an archive holds it."""
    return np.frombuffer(words.encode(), np.uint8)


def saved(rhs: object = None, **changes: object) -> bytes:
    """Elman's network as ``save`` writes it, changed."""
    whole = json.loads(seeds.programs()[0])
    whole["program"] |= changes
    if rhs is not None:
        whole["program"]["equations"][0]["rhs"] = rhs
    return archive(symrnn=text(json.dumps(whole)))


def nested(levels: int) -> object:
    """A formula that is so deep."""
    made: object = "x"
    for _ in range(levels):
        made = ["+", made, 1]
    return made


def lying_npz(header: bytes, body: bytes = b"") -> bytes:
    """An npz whose array has a header of one's own."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made, made.open("W.npy", "w") as entry:
        entry.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + body)
    return file.getvalue()


def header(shape: str, kind: str = "<f8") -> bytes:
    """The words of such a header."""
    return f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}}}".encode()


def lying_safetensors(words: str, length: int | None = None) -> bytes:
    """A safetensors file with a header of one's own."""
    return struct.pack("<Q", len(words) if length is None else length) + words.encode()


def twice() -> bytes:
    """An npz with two entries of one name."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name in ("W.npy", "W"):
            made.writestr(name, b"")
    return file.getvalue()


def external(place: str) -> bytes:
    """An ONNX model whose weights are said to stand in another file."""
    import onnx

    model = onnx.load_from_string(seeds.files(".onnx")[0])
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=place)
    return model.SerializeToString()


def lying_onnx() -> bytes:
    """An ONNX model whose weights have another shape than they say."""
    import onnx

    model = onnx.load_from_string(seeds.files(".onnx")[0])
    model.graph.initializer[0].dims[1] = 2 ** 40
    return model.SerializeToString()


def activated(activation: object) -> bytes:
    """An RTNeural model whose dense layer has this activation."""
    whole = json.loads(seeds.files(".json")[0])
    whole["layers"][-1]["activation"] = activation
    return json.dumps(whole).encode()


def pickled() -> bytes:
    """Weights that are objects."""
    return archive(W=np.array([print], dtype=object), U=np.ones((2, 2)))


NO_NPZ, NO_SAFETENSORS = "is no complete npz file", "is no complete safetensors file"
READ = ("import bad.npz -o out.npz", "package elman -o out --weights bad.npz",
        "flow elman --weights bad.npz", "grad elman --wrt U --at bad.npz")
CONTENTS = {
    "objects in an npz": pickled, "a bomb": lambda: compressed(W=np.zeros(5 * 10 ** 6)),
    "a header that is too large": lambda: lying_npz(header("(10000000000,)")),
    "a negative shape": lambda: lying_npz(header("(-1, -8)"), bytes(64)),
    "code in a header": lambda: lying_npz(b"__import__('os').system('touch ran')"),
    "a deep header": lambda: lying_npz(b"(" * 9000),
    "signs in a header": lambda: lying_npz(b"-" * 9000 + b"1"),
    "no zip": lambda: b"PK\x03\x04" + bytes(100), "nothing": lambda: b"",
    "two of one name": twice, "a cut file": lambda: archive(W=np.ones(99))[:-40],
}
WEIGHTS = (
    *(Attack(f"{name}: {words.split()[0]}", words, "bad.npz", {"bad.npz": made})
      for words in READ for name, made in CONTENTS.items()),
    Attack("a pickle", "import bad.pt -o out.npz", "reading one runs what is in it",
           {"bad.pt": b"cos\nsystem\n(S'touch ran'\ntR."}),
    Attack("a pickle called npz", "import bad.npz -o out.npz", NO_NPZ,
           {"bad.npz": b"cos\nsystem\n(S'touch ran'\ntR."}),
    *(Attack(f"safetensors: {name}, {words.split()[0]}", words, NO_SAFETENSORS,
             {"bad.safetensors": lambda made=made: lying_safetensors(*made)})  # type: ignore[misc]
      for words in ("import bad.safetensors -o out.npz", "show bad.safetensors")
      for name, made in {
          "a long header": ("{}", 2 ** 62), "no JSON": ("{{{{", None),
          "a deep header": ("[" * 100_000, None),
          "places behind the end": (
              '{"W":{"dtype":"F32","shape":[9],"data_offsets":[0,36]}}', None),
          "a shape that overflows": (
              '{"W":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}', None),
      }.items()),
    *(Attack(f"ONNX data in {place}", "import bad.onnx -o out.npz",
             "is kept in another file, which is not read",
             {"bad.onnx": lambda place=place: external(place)})  # type: ignore[misc]
      for place in ("weights.bin", "../../etc/passwd", "/etc/passwd")),
    Attack("an ONNX array that lies", "import bad.onnx -o out.npz", "is no complete array",
           {"bad.onnx": lying_onnx}),
    Attack("no ONNX", "import bad.onnx -o out.npz", "is no complete ONNX model",
           {"bad.onnx": b"\xff" * 99}),
    Attack("an empty ONNX", "import bad.onnx -o out.npz", "is no ONNX model",
           {"bad.onnx": b""}),
    Attack("JSON that is deep", "import bad.json -o out.npz", "is no complete JSON",
           {"bad.json": "[" * 200_000}),
    Attack("JSON of long numbers", "import bad.json -o out.npz", "is no complete JSON",
           {"bad.json": f'{{"layers": {"9" * 5000}}}'}),
    Attack("a list as an activation", "import bad.json -o out.npz", "has the activation",
           {"bad.json": lambda: activated([[]])}),
    Attack("sizes that are too large", "import bad.nam -o out.npz", "is no size",
           {"bad.nam": json.dumps({"architecture": "LSTM", "weights": [],
                                   "config": {"hidden_size": 10 ** 9}})}),
    Attack("sizes that multiply", "import bad.nam -o out.npz", "weights in one row",
           {"bad.nam": json.dumps({"architecture": "LSTM", "weights": [], "config": {
               "hidden_size": 65_536, "input_size": 65_536, "num_layers": 65_536}})}),
)
ATTACKS = (*CODE, *NAMES, *PATHS, *BOMBS, *WEIGHTS)


def laid(attack: Attack, folder: Path) -> None:
    """Put the files and the links of an attack into a folder."""
    for name, content in attack.files.items():
        data = content() if callable(content) else content
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    for name, place in attack.links.items():
        (folder / name).symlink_to(place)
