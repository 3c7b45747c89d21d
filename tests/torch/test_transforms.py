"""Forward mode, second derivatives and torch.compile around torch.func: right, or refused."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from torch.autograd import forward_ad  # noqa: E402
from torch.func import functional_call, grad, hessian, jacfwd, jacrev, jvp  # noqa: E402

import symrnn  # noqa: E402
from symrnn.torch import function, module  # noqa: E402
from tests.torch.cases import largest_error  # noqa: E402

pytestmark = [pytest.mark.filterwarnings(f"ignore:.*{one}:DeprecationWarning")  # torch's own
              for one in ("torch.jit", "should not be instantiated")]


def both(dtype=torch.float64):
    """Two functions of an input, by the module and in plain torch; an input and a direction."""
    torch.manual_seed(1)
    own, plain = module(symrnn.gru(), n=3, m=4, dtype=dtype), function(symrnn.gru())
    weights = {name: one.detach() for name, one in own.named_parameters()}
    params = {name: torch.tensor(one) for name, one in own.params().items()}
    return (lambda x: functional_call(own, weights, (x,))[0], lambda x: plain(params, x)[0],
            *torch.randn(2, 5, 2, 3, dtype=dtype))


def squared(run):
    return lambda x: run(x).pow(2).sum()


def test_forward_mode_is_that_of_the_equations() -> None:
    ours, plain, x, dot = both()
    wanted = [*jvp(plain, (x,), (dot,)), jacfwd(plain)(x), jacrev(plain)(x)]
    assert largest_error([*jvp(ours, (x,), (dot,)), jacfwd(ours)(x), jacrev(ours)(x)],
                         wanted) < 1e-12
    with torch.no_grad(), forward_ad.dual_level():
        y = ours(forward_ad.make_dual(x, dot))
        assert largest_error([*forward_ad.unpack_dual(y)], wanted[:2]) < 1e-12


def test_hessians_are_forward_over_reverse() -> None:
    ours, plain, x, dot = both()
    wanted = hessian(squared(plain))(x)
    assert largest_error([hessian(squared(ours))(x)], [wanted]) < 1e-11
    product = jvp(grad(squared(ours)), (x,), (dot,))[1]
    assert largest_error([product], [torch.einsum("abcdef,def->abc", wanted, dot)]) < 1e-11


@pytest.mark.parametrize("way", [lambda f: jacfwd(jacfwd(f)), lambda f: jacrev(jacfwd(f)),
                                 lambda f: jacfwd(hessian(f))])
def test_higher_derivatives_are_refused_in_one_sentence(way) -> None:
    ours, _, x, _ = both()
    with pytest.raises(symrnn.ProgramError, match=r"take symrnn\.torch\.function") as told:
        way(squared(ours))(x)
    assert "\n" not in str(told.value)


def test_a_third_derivative_of_autograd_is_refused() -> None:
    ours, _, x, _ = both()
    at = squared(ours)(x.requires_grad_())
    for _ in range(2):
        at = torch.autograd.grad(at, x, create_graph=True)[0].pow(2).sum()
    with pytest.raises(symrnn.ProgramError, match=r"take symrnn\.torch\.function"):
        torch.autograd.grad(at, x)


def test_torch_compile_takes_a_gradient_of_torch_func() -> None:
    ours, _, x, _ = both()
    torch._dynamo.reset()
    compiled = torch.compile(grad(squared(ours)), fullgraph=True, backend="aot_eager")
    assert torch.equal(compiled(x), grad(squared(ours))(x))


def test_a_packed_sequence_breaks_the_graph_and_says_so() -> None:
    torch._dynamo.reset()
    own, x, lengths = module(symrnn.gru(), n=3, m=4), torch.randn(5, 2, 3), torch.tensor([5, 3])
    packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths)
    with torch.no_grad():
        found = torch.compile(own, backend="eager")(packed)[0]
        assert torch.equal(found.data, own(packed)[0].data)
        torch._dynamo.reset()
        with pytest.raises(torch._dynamo.exc.Unsupported, match="give the padded tensor and len"):
            torch.compile(own, fullgraph=True, backend="eager")(packed)


@pytest.mark.parametrize("way", [
    lambda f: torch.vmap(grad(f)), lambda f: lambda xs: hessian(f)(xs[0]),
    lambda f: lambda xs: grad(lambda x: grad(f)(x).pow(2).sum())(xs[0]),
    lambda f: lambda xs: jacfwd(f)(xs[0]), lambda f: lambda xs: jvp(f, (xs[0],), (xs[1],))[1]])
def test_torch_compile_takes_transforms_of_transforms(way) -> None:
    """Inside torch.compile a function of autograd would know one derivative, and no vmap."""
    ours, _, x, dot = both()
    run, xs = way(squared(ours)), torch.stack([x, dot])
    torch._dynamo.reset()
    compiled = torch.compile(run, fullgraph=True, backend="aot_eager")
    assert largest_error([compiled(xs)], [run(xs)]) < 1e-12
