"""``save`` and ``load``: one file for equations, sizes and weights; files that lie are refused."""

import json
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

import symrnn
from symrnn.program import Misused, ProgramError, Role
from symrnn.storage import saved_network
from symrnn.storage.containers import TEXT
from symrnn.runtime import ShapeError

SIZES = {"n": 3, "m": 4, "p": 2, "m_1": 4, "m_2": 5, "q_1": 8, "q_2": 10}
ENDINGS = (".npz", ".safetensors")


def weights(net, dtype="float64") -> dict[str, np.ndarray]:
    draw = np.random.default_rng(1)
    return {one.name: draw.normal(size=[SIZES[axis] for axis in one.axes]).astype(dtype)
            for one in net.with_role(Role.PARAMETER)}


@pytest.fixture(params=ENDINGS)
def path(request, tmp_path: Path) -> Path:
    if request.param == ".safetensors":
        pytest.importorskip("safetensors")
    return tmp_path / f"net{request.param}"


@pytest.mark.parametrize("name", ["elman", "lstm", "deep_bidirectional_lstm"])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_file_gives_back_what_was_saved(name: str, dtype: str, path: Path) -> None:
    net = symrnn.cell(name)
    params = weights(net, dtype)
    symrnn.save(net, params, path)
    found, read = symrnn.load(path)
    assert found == net == saved_network(path)
    assert list(read) == list(params)
    assert all(read[key].dtype == dtype and np.array_equal(read[key], one)
               for key, one in params.items())


def test_the_same_network_is_the_same_bytes(path: Path) -> None:
    net = symrnn.gru()
    params, again = weights(net), path.with_name(f"again{path.suffix}")
    symrnn.save(net, params, path)
    symrnn.save(net, dict(reversed(params.items())), again)
    assert path.read_bytes() == again.read_bytes()


def test_a_kernel_computes_the_same_from_a_file(path: Path) -> None:
    net, x = symrnn.gru(), np.ones((4, 2, 3))
    symrnn.save(net, weights(net), path)
    found, params = symrnn.load(path)
    ours = symrnn.compile(found, "numpy").forward(params, x).y
    assert np.array_equal(ours, symrnn.compile(net, "numpy").forward(weights(net), x).y)


def test_the_equations_of_a_file_are_read_again(tmp_path: Path) -> None:
    cell, saved = tmp_path / "mine.cell", tmp_path / "mine.npz"
    cell.write_text("cell mine\ninput x[n];  state h[m];  output h\nparam W[m,n], U[m,m]\n"
                    "h[t] = tanh(W @ x[t] + U @ h[t-1])\n", encoding="utf-8")
    net = symrnn.cell(str(cell))
    symrnn.save(net, weights(net), saved)
    assert symrnn.show(symrnn.cell(str(saved))) == symrnn.show(net)


def test_every_cut_of_a_file_is_refused(path: Path) -> None:
    net = symrnn.elman()
    symrnn.save(net, weights(net, "float32"), path)
    whole = path.read_bytes()
    for length in (*range(0, len(whole), 97), len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(ProgramError, match="is no complete") as told:
            symrnn.load(path)
        assert "\n" not in str(told.value)


def test_a_changed_byte_is_no_crash(path: Path) -> None:
    net = symrnn.elman()
    symrnn.save(net, weights(net, "float32"), path)
    whole, draw = path.read_bytes(), np.random.default_rng(5)
    for _ in range(60):
        changed = bytearray(whole)
        changed[draw.integers(len(whole))] ^= int(draw.integers(1, 256))
        path.write_bytes(changed)
        try:
            symrnn.load(path)
        except ProgramError as told:
            assert str(path) in str(told)


def lying(path: Path, change) -> None:
    """A file of elman's whose text was changed."""
    net = symrnn.elman()
    symrnn.save(net, weights(net), path)
    from symrnn.storage.containers import container
    own = container(path)
    arrays, text = own.read(path)
    data = json.loads(text)
    changed = change(arrays, data)
    own.write(path, arrays, changed if isinstance(changed, str) else json.dumps(data))


@pytest.mark.parametrize(("change", "words"), [
    (lambda arrays, data: data["sizes"].update(n=9), "says that n is 9, but W has shape"),
    (lambda arrays, data: arrays.update(W=np.ones((4, 9))[:, :2]), "says that n is 3"),
    (lambda arrays, data: arrays.update(U=np.ones((4, 9))), "'U' has shape"),
    (lambda arrays, data: arrays.pop("b") is None, "the parameter 'b' is missing"),
    (lambda arrays, data: arrays.update(more=np.ones(2)), "there is no parameter 'more'"),
    (lambda arrays, data: data.update(format=2), "another version"),
    (lambda arrays, data: data["program"].update(name="no name"), "no name"),
    (lambda arrays, data: "[" * 100_000, "is no network of symrnn"),
    (lambda arrays, data: "{}", "is no network of symrnn"),
])
def test_a_file_that_lies_is_refused(change, words: str, path: Path) -> None:
    lying(path, change)
    with pytest.raises(ProgramError, match=words):
        symrnn.load(path)


def test_a_file_without_a_network_tells_how_to_get_one(tmp_path: Path) -> None:
    np.savez(tmp_path / "plain.npz", W=np.ones(3))
    with pytest.raises(ProgramError, match="`symrnn import` makes one"):
        symrnn.load(tmp_path / "plain.npz")


def test_npz_with_pickles_bombs_and_false_headers_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.npz"
    np.savez(path, a=np.array([object()], dtype=object))
    with pytest.raises(ProgramError, match=r"is no complete npz|holds"):
        symrnn.load(path)
    np.savez_compressed(path, a=np.zeros(10**6))
    with pytest.raises(ProgramError, match=r"is compressed; write it with numpy\.savez"):
        symrnn.load(path)
    with zipfile.ZipFile(path, "w") as file, file.open("a.npy", "w") as entry:
        header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (10000000000,)}"
        entry.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
    with pytest.raises(ProgramError, match="holds 0 bytes, which is no array"):
        symrnn.load(path)


def test_a_text_that_is_no_utf_8_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "net.npz", **{TEXT: np.frombuffer(b"\xff\xfe", np.uint8)})
    with pytest.raises(ProgramError, match=r"net\.npz: its text is no UTF-8"):
        symrnn.load(tmp_path / "net.npz")


def test_parameters_that_do_not_fit_are_not_saved(tmp_path: Path) -> None:
    net = symrnn.elman()
    with pytest.raises(ShapeError, match="'U' has shape"):
        symrnn.save(net, weights(net) | {"U": np.ones((2, 4))}, tmp_path / "a.npz")
    with pytest.raises(ShapeError, match="'b' is missing"):
        symrnn.save(net, {k: v for k, v in weights(net).items() if k != "b"}, tmp_path / "a.npz")
    with pytest.raises(Misused, match=r"ends with neither \.safetensors nor \.npz"):
        symrnn.save(net, weights(net), tmp_path / "a.pt")
    with pytest.raises(OSError, match="No such file"):
        symrnn.load(tmp_path / "none.npz")
    assert not list(tmp_path.iterdir())


def test_safetensors_that_is_missing_is_told(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "safetensors", None)
    with pytest.raises(Misused, match=r'pip install "symrnn\[safetensors\]"'):
        symrnn.save(symrnn.elman(), weights(symrnn.elman()), tmp_path / "a.safetensors")


def test_a_parameter_too_many_is_refused(path: Path) -> None:
    net = symrnn.elman()
    with pytest.raises(ShapeError, match="'Q'"):
        symrnn.save(net, weights(net) | {"Q": np.ones(3)}, path)
    assert not path.exists()


def test_it_shows_what_it_is_in_a_line(tmp_path: Path) -> None:
    network = symrnn.cell("gru")
    symrnn.save(network, symrnn.random_parameters(network, n=1, m=2), tmp_path / "gru.npz")
    assert repr(symrnn.load(tmp_path / "gru.npz")) == "<Saved gru: 10 parameters>"


def test_a_missing_library_is_said_of_the_file_that_was_asked_for(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "safetensors", None)
    network = symrnn.cell("gru")
    with pytest.raises(Misused, match=r"^gru\.safetensors needs the safetensors library"):
        symrnn.save(network, symrnn.random_parameters(network, n=1, m=2),
                    tmp_path / "gru.safetensors")
    assert not [*tmp_path.iterdir()]
