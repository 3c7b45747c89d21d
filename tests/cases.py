"""Hard programs for the core, by name. Add one here and every test of the core runs on it.

They are no architectures of the library: each holds something that a derivation, a
schedule or a printer may stumble over, and says so in its docstring.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

from sympy import Eq, Lt, Mul, Piecewise, Rational, exp, sqrt, tanh

from symrnn.authoring import concat, dot, largest, mean, outer, piece, softmax as softmax_of
from symrnn.authoring.author import Cell
from symrnn.authoring.symbols import t
from symrnn.authoring.compose import bidirectional, deep, readout
from symrnn.cells import cell as network
from symrnn.cells.elman import elman, jordan
from symrnn.cells.gru import gru
from symrnn.cells.lstm import lstm
from symrnn.program import ACTIVATIONS, Ein, Maximum, Program, SizeSymbol, function, reverse

sigmoid, rsqrt = function("sigmoid"), function("rsqrt")
POSITIVE_ONLY = {"rsqrt", "shrink"}


def layer_norm() -> Program:
    """A mean and a variance inside the cell, each over the units of one sample."""
    with Cell("layer_norm", "Elman network with layer normalisation") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        a, d = cell.symbols("a[m] d[m]", "pre-activation and its deviation")
        mu, v = cell.symbols("mu v", "mean and variance")
        W, U, g, b = cell.parameters("W[m,n] U[m,m] g[m] b[m]", "of the cell")
        m = SizeSymbol("m")
        a[t] = W @ x[t] + U @ h[t - 1]
        mu[t] = Ein("i->", a[t]) / m
        d[t] = a[t] - mu[t]
        v[t] = Ein("i,i->", d[t], d[t]) / m
        h[t] = tanh(g * d[t] * rsqrt(v[t] + Rational(1, 1000)) + b)
    return cell.build("h")


def nested_layer_norm() -> Program:
    """The same, written without a single intermediate name."""
    with Cell("nested_layer_norm", "Layer normalisation in two lines") as cell:
        x, h, a = (
            cell.input("x[n]", "input"),
            cell.state("h[m]", "state"),
            cell.symbol("a[m]", "sum"),
        )
        W, U, g = cell.parameters("W[m,n] U[m,m] g[m]", "of the cell")
        m = SizeSymbol("m")
        a[t] = W @ x[t] + U @ h[t - 1]
        h[t] = tanh(
            g
            * (a[t] - Ein("i->", a[t]) / m)
            * rsqrt(Ein("i,i->", a[t], a[t]) / m + Rational(1, 1000))
        )
    return cell.build("h")


def matrix_memory() -> Program:
    """A state with two axes, an outer product, a read by a product (mLSTM)."""
    with Cell("matrix_memory", "Matrix memory") as cell:
        x, C = cell.input("x[n]", "input"), cell.state("C[m,d]", "memory")
        q, k, v = cell.symbols("q[d] k[d] v[m]", "query, key, value")
        i, f, h = cell.symbols("i f h[m]", "gates and output")
        W_q, W_k, W_v = cell.parameters("W_q[d,n] W_k[d,n] W_v[m,n]", "of the cell")
        w_i, w_f, b_f = cell.parameters("w_i[n] w_f[n] b_f", "of the gates")
        q[t] = W_q @ x[t]
        k[t] = W_k @ x[t]
        v[t] = W_v @ x[t]
        i[t] = exp(cell.contract("i,i->", w_i, x[t]))
        f[t] = sigmoid(cell.contract("i,i->", w_f, x[t]) + b_f)
        C[t] = f[t] * C[t - 1] + i[t] * cell.contract("i,j->ij", v[t], k[t])
        h[t] = tanh(C[t] @ q[t])
    return cell.build("h")


def square_memory() -> Program:
    """A matrix state whose axes have equal names, with a parameter of the same shape."""
    with Cell("square_memory", "Square memory") as cell:
        x, C = cell.input("x[m]", "input"), cell.state("C[m,m]", "memory")
        f, h = cell.symbol("f", "scalar gate"), cell.symbol("h[m]", "output")
        P, w = cell.parameters("P[m,m] w[m]", "of the cell")
        f[t] = sigmoid(cell.contract("i,i->", w, x[t]))
        C[t] = f[t] * P * C[t - 1] + cell.contract("i,j->ij", x[t], x[t])
        h[t] = C[t] @ x[t]
    return cell.build("h")


def softmax() -> Program:
    """A softmax over the units, shifted by its peak."""
    with Cell("softmax", "Softmax state") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        a, e = cell.symbols("a[m] e[m]", "scores and their exponentials")
        top, s = cell.symbols("top s", "peak and sum")
        W, U = cell.parameters("W[m,n] U[m,m]", "of the cell")
        a[t] = W @ x[t] + U @ h[t - 1]
        top[t] = Maximum("i->", a[t])
        e[t] = exp(a[t] - top[t])
        s[t] = Ein("i->", e[t])
        h[t] = e[t] / s[t]
    return cell.build("h")


def nested_softmax() -> Program:
    """The same with the peak and the sum inside a formula."""
    with Cell("nested_softmax", "Softmax state in two lines") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        a, e = cell.symbols("a[m] e[m]", "scores and their exponentials")
        W, U = cell.parameters("W[m,n] U[m,m]", "of the cell")
        a[t] = W @ x[t] + U @ h[t - 1]
        e[t] = exp(a[t] - Maximum("i->", a[t]))
        h[t] = e[t] / Ein("i->", e[t])
    return cell.build("h")


def constants() -> Program:
    """Constant arrays by their indices, with branches, powers and a root; a size as a number."""
    with Cell("constants", "State space with fixed matrices") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[d]", "state")
        w, a = cell.parameters("w[n] a[d]", "of the cell")
        A = cell.constant("A[d,d]", "how the state moves", lambda i, j: Piecewise(
            (sqrt((2 * i + 1) * (2 * j + 1)), i > j), (i + 1, Eq(i, j)), (0, True)))
        g = cell.constant("g[d]", "decays", lambda i: 1 - 2 ** (-2 - i))
        h[t] = g * a * h[t - 1] - (A @ h[t - 1]) / 10 + dot(w, x[t]) / sqrt(cell.length("d"))
    return cell.build("h")


def several_steps_back() -> Program:
    """Delays of two and three steps, of a state and of an input."""
    with Cell("several_steps_back", "Delayed memory") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[n]", "state", start=Rational(1, 2))
        w, = cell.parameters("w[n]", "of the cell")
        h[t] = tanh(w * x[t] + h[t - 1] * h[t - 3]) - x[t - 2]
    return cell.build("h")


def heads() -> Program:
    """Products side by side over an axis, a softmax along one axis, a state with three."""
    with Cell("heads", "Attention with heads") as cell:
        x, S = cell.input("x[n]", "input"), cell.state("S[H,v,k]", "memory")
        K, V, Q = cell.parameters("K[H,k,n] V[H,v,n] Q[H,k,n]", "of the cell")
        k, y = cell.symbol("k_[H,k]", "key"), cell.symbol("y[H,v]", "what is found")
        gamma = cell.constant("gamma[H]", "decay", lambda h: 1 - 2 ** (-1 - h))
        k[t] = softmax_of(K @ x[t], "k")
        S[t] = gamma * S[t - 1] + outer(V @ x[t], k[t])
        y[t] = S[t] @ (Q @ x[t])
    return cell.build("y")


def pieces() -> Program:
    """Concatenation and pieces of it, an axis twice under two names, reductions along one."""
    with Cell("pieces", "Pieces of a longer vector") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        z, s = cell.symbol("z[q]", "both"), cell.symbol("s[m]", "one of them again")
        cell.size("q", cell.length("n") + cell.length("m"))
        cell.size("e", cell.length("m"))
        W, U, V = cell.parameters("W[m,q] U[m,m] V[m,e]", "of the cell")
        z[t] = concat("q", x[t], h[t - 1])
        s[t] = piece(z[t], cell.length("n"), "m")
        h[t] = (tanh(W @ z[t]) + s[t] / 2 + cell.product(U - U.T, h[t - 1]) / 4
                + mean(V * h[t - 1], "e") + largest(V, "e"))
    return cell.build("h")


def computed_powers() -> Program:
    """A power of two values, roots, erf and GELU, the number of the step."""
    with Cell("computed_powers", "Powers") as cell:
        x, h = cell.input("x[m]", "input"), cell.state("h[m]", "state")
        b, = cell.parameters("b[m]", "of the cell")
        h[t] = (exp(b) ** tanh(h[t - 1]) + exp(x[t]) ** Rational(1, 3) + function("erf")(h[t - 1])
                + function("gelu")(b) / cell.step_number())
    return cell.build("h")


def substeps() -> Program:
    """Inner steps of a differential equation, written out."""
    with Cell("substeps", "Three inner steps") as cell:
        x, h = cell.input("x[m]", "input"), cell.state("h[m]", "state")
        w, = cell.parameters("w[m]", "of the cell")
        v = cell.substeps("v[m]", 3, "inner value")
        v[0][t] = h[t - 1]
        for k in range(3):
            v[k + 1][t] = v[k][t] + (tanh(w * v[k][t] + x[t]) - v[k][t]) / 3
        h[t] = v[3][t] * w
    return cell.build("h")


def independent_units() -> Program:
    """A recurrent vector in place of a matrix (IndRNN), and a kink."""
    with Cell("independent_units", "Independently recurrent network") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        W, u, b = cell.parameters("W[m,n] u[m] b[m]", "of the cell")
        h[t] = function("relu")(W @ x[t] + u * h[t - 1] + b)
    return cell.build("h")


def scalar_parameters() -> Program:
    """One number per cell, inside a function and shared by all units (FastGRNN)."""
    with Cell("scalar_parameters", "FastGRNN") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        a, z = cell.symbols("a[m] z[m]", "pre-activation and gate")
        W, U, b, c = cell.parameters("W[m,n] U[m,m] b[m] c[m]", "of the cell")
        zeta, nu = cell.parameters("zeta nu", "of the gate")
        a[t] = W @ x[t] + U @ h[t - 1]
        z[t] = sigmoid(a[t] + b)
        h[t] = (sigmoid(zeta) * (1 - z[t]) + sigmoid(nu)) * tanh(a[t] + c) + z[t] * h[t - 1]
    return cell.build("h")


def masked() -> Program:
    """An input without axes that holds the state of samples that have ended."""
    with Cell("masked", "Masked Elman network") as cell:
        x, k = cell.input("x[n]", "input"), cell.input("k", "1 where the sample goes on")
        h = cell.state("h[m]", "state")
        W, U = cell.parameters("W[m,n] U[m,m]", "of the cell")
        h[t] = k[t] * tanh(W @ x[t] + U @ h[t - 1]) + (1 - k[t]) * h[t - 1]
    return cell.build("h")


def delayed_input() -> Program:
    """An input that is remembered, besides a state (QRNN)."""
    with Cell("delayed_input", "Quasi-recurrent network") as cell:
        x, c = cell.input("x[n]", "input"), cell.state("c[m]", "state")
        f = cell.symbol("f[m]", "forget gate")
        W, V, P, Q = cell.parameters("W[m,n] V[m,n] P[m,n] Q[m,n]", "of the cell")
        f[t] = sigmoid(W @ x[t] + V @ x[t - 1])
        c[t] = f[t] * c[t - 1] + (1 - f[t]) * tanh(P @ x[t] + Q @ x[t - 1])
    return cell.build("c")


def input_before() -> Program:
    """An input of which only the last step's value is read."""
    with Cell("input_before", "Network one step late") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        W, U, b = cell.parameters("W[m,n] U[m,m] b[m]", "of the cell")
        h[t] = tanh(W @ x[t - 1] + U @ h[t - 1] + b)
    return cell.build("h")


def two_steps_back() -> Program:
    """A memory of two steps, chained from two of one."""
    with Cell("two_steps_back", "Memory of two steps") as cell:
        x, h, g = (
            cell.input("x[n]", "input"),
            cell.state("h[m]", "state"),
            cell.state("g[m]", "older"),
        )
        W, U, V = cell.parameters("W[m,n] U[m,m] V[m,m]", "of the cell")
        h[t] = tanh(W @ x[t] + U @ h[t - 1] + V @ g[t - 1])
        g[t] = 1 * h[t - 1]
    return cell.build("h")


def look_ahead() -> Program:
    """A state that is scanned in reverse, read one step ahead by an output."""
    with Cell("look_ahead", "Network that looks ahead") as cell:
        x, h, y = (
            cell.input("x[n]", "input"),
            cell.state("h[m]", "state"),
            cell.symbol("y[m]", "output"),
        )
        W, U, V = cell.parameters("W[m,n] U[m,m] V[m,m]", "of the cell")
        h[t] = tanh(W @ x[t] + U @ h[t + 1])
        y[t] = tanh(V @ h[t + 1] + h[t])
    return cell.build("y")


def antisymmetric() -> Program:
    """A parameter and its transpose in one sum."""
    with Cell("antisymmetric", "Antisymmetric network") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        W, V, b, gamma = cell.parameters("W[m,m] V[m,n] b[m] gamma", "of the cell")
        h[t] = h[t - 1] + Rational(1, 8) * tanh(
            W @ h[t - 1] - W.T @ h[t - 1] - gamma * h[t - 1] + V @ x[t] + b
        )
    return cell.build("h")


def shared_parameter() -> Program:
    """One matrix and one bias in two equations."""
    with Cell("shared_parameter", "Tied weights") as cell:
        x, h, r = (
            cell.input("x[m]", "input"),
            cell.state("h[m]", "state"),
            cell.symbol("r[m]", "gate"),
        )
        U, b = cell.parameters("U[m,m] b[m]", "of both equations")
        r[t] = sigmoid(U @ x[t] + b)
        h[t] = tanh(U @ h[t - 1] + r[t] * b)
    return cell.build("h")


def constant_beside_steps() -> Program:
    """A bias at every step and, once, in a sum that does not depend on time."""
    with Cell("constant_beside_steps", "Bias with its own mean") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        W, U, d = cell.parameters("W[m,n] U[m,m] d[m]", "of the cell")
        h[t] = tanh(W @ x[t] + U @ h[t - 1] + d) + Rational(1, 10) * Ein("i->", d)
    return cell.build("h")


def constant_norm() -> Program:
    """The norm of a bias beside the bias."""
    with Cell("constant_norm", "Bias with its own norm") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        W, U, d = cell.parameters("W[m,n] U[m,m] d[m]", "of the cell")
        h[t] = tanh(W @ x[t] + U @ h[t - 1] + d) / (1 + Ein("i,i->", d, d))
    return cell.build("h")


def constant_matrix() -> Program:
    """A sum of two matrices as a matrix, one of them used alone as well."""
    with Cell("constant_matrix", "Sum of matrices") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        W, U, V, b = cell.parameters("W[m,n] U[m,m] V[m,m] b[m]", "of the cell")
        a = W @ x[t] + U @ h[t - 1] + b
        h[t] = tanh(cell.contract("ij,j->i", V + U, a))
    return cell.build("h")


def scaled_matrix() -> Program:
    """A scaled matrix beside the matrix itself."""
    with Cell("scaled_matrix", "Scaled matrix") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        a = cell.symbol("a[m]", "sum")
        W, U, b = cell.parameters("W[m,n] U[m,m] b[m]", "of the cell")
        a[t] = W @ x[t] + U @ h[t - 1] + b
        h[t] = tanh(cell.contract("ij,j->i", Rational(1, 2) * U, a[t]))
    return cell.build("h")


def far_numbers() -> Program:
    """Numbers that no integer of C holds, and products of integers that none holds."""
    with Cell("far_numbers", "Far numbers") as cell:
        x, h, a = (cell.input("x[n]", "input"), cell.state("h[m]", "state"),
                   cell.symbol("a[m]", "sum"))
        W, U = cell.parameters("W[m,n] U[m,m]", "of the cell")
        a[t] = W @ x[t] + U @ h[t - 1]
        scaled = Mul(100000, 100000, a[t], Rational(1, 10**10), evaluate=False)
        h[t] = tanh(scaled) + 10**20 * tanh(a[t]) * Rational(1, 3 * 10**20)
    return cell.build("h")


def nested_gates() -> Program:
    """Equations as a user writes them: sums in functions, formulas in products."""
    with Cell("nested_gates", "Gated network without intermediate names") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        r, n = cell.symbols("r[m] n[m]", "gate and candidate")
        W_r, U_r, b_r = cell.parameters("W_r[m,n] U_r[m,m] b_r[m]", "of the gate")
        W_n, U_n, V_n = cell.parameters("W_n[m,n] U_n[m,m] V_n[m,m]", "of the candidate")
        r[t] = sigmoid(W_r @ x[t] + U_r @ h[t - 1] + b_r)
        n[t] = tanh(W_n @ x[t] + U_n @ (r[t] * h[t - 1]) + V_n @ (r[t] + h[t - 1]))
        h[t] = n[t] + r[t] * tanh(U_n @ h[t - 1])
    return cell.build("h")


def gates_held_open() -> Program:
    """Equations that read nothing: a number for every step, sample and unit."""
    with Cell("gates_held_open", "Gates held open") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        i, f = cell.symbols("i[m] f[m]", "gate")
        W, U = cell.parameters("W[m,n] U[m,m]", "of the cell")
        i[t] = 1
        f[t] = 0.5
        h[t] = i[t] * tanh(W @ x[t] + U @ h[t - 1]) + f[t] * h[t - 1]
    return cell.build("h")


def gate_on_product() -> Program:
    """A gate times a product, inside a function (GRU, reset after, in one line)."""
    with Cell("gate_on_product", "Gate on a product") as cell:
        x, h, r = (
            cell.input("x[n]", "input"),
            cell.state("h[m]", "state"),
            cell.symbol("r[m]", "gate"),
        )
        W, U, V, b = cell.parameters("W[m,n] U[m,m] V[m,n] b[m]", "of the cell")
        r[t] = sigmoid(V @ x[t])
        h[t] = tanh(W @ x[t] + r[t] * (U @ h[t - 1] + b))
    return cell.build("h")


def product_of_products() -> Program:
    """Two affine maps multiplied unit by unit (multiplicative integration)."""
    with Cell("product_of_products", "Multiplicative integration") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        W, U, a, b = cell.parameters("W[m,n] U[m,m] a[m] b[m]", "of the cell")
        h[t] = tanh(a * (W @ x[t]) * (U @ h[t - 1]) + U @ h[t - 1] + b)
    return cell.build("h")


def product_of_a_product() -> Program:
    """A low-rank matrix: a product inside the operand of a product."""
    with Cell("product_of_a_product", "Low-rank recurrence") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        W, U, V = cell.parameters("W[m,n] U[m,k] V[k,m]", "of the cell")
        h[t] = tanh(W @ x[t] + U @ (V @ h[t - 1]))
    return cell.build("h")


def same_letters() -> Program:
    """Variables called like sizes, both in one formula."""
    with Cell("same_letters", "Sizes and variables of one name") as cell:
        n, m = cell.input("n[n]", "input"), cell.state("m[m]", "state")
        W, U, p = cell.parameters("W[m,n] U[m,m] p", "of the cell")
        m[t] = tanh(W @ n[t] + U @ m[t - 1] * p / SizeSymbol("m") + m[t - 1] / SizeSymbol("n"))
    return cell.build("m")


def two_outputs() -> Program:
    """Two outputs, of which one is a state and feeds the other."""
    with Cell("two_outputs", "Two outputs") as cell:
        x, h, y = (
            cell.input("x[n]", "input"),
            cell.state("h[m]", "state"),
            cell.symbol("y[p]", "output"),
        )
        W, U, V = cell.parameters("W[m,n] U[m,m] V[p,m]", "of the cell")
        h[t] = tanh(W @ x[t] + U @ h[t - 1])
        y[t] = V @ h[t]
    return cell.build("h", "y")


def constant_product() -> Program:
    """A product of parameters alone beside those of samples: the same for all of them."""
    with Cell("constant_product", "Elman network with a product of parameters") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        W, U, A, d = cell.parameters("W[m,n] U[m,m] A[m,p] d[p]", "of the cell")
        h[t] = tanh(W @ x[t] + U @ h[t - 1] + A @ d)
    return cell.build("h")


def numbers_of_a_row() -> Program:
    """Numbers that a sample has once, beside units: in quotients, conditions and values."""
    with Cell("numbers_of_a_row", "Elman network that knows its mean and its mean square") as cell:
        x, h = cell.input("x[n]", "input"), cell.state("h[m]", "state")
        a, q = cell.symbols("a[m] q[m]", "sum, and one number for all units")
        mu, v = cell.symbols("mu v", "mean and mean square")
        W, U, tau = cell.parameters("W[m,n] U[m,m] tau", "of the cell")
        m = SizeSymbol("m")
        a[t] = W @ x[t] + U @ h[t - 1]
        mu[t] = Ein("i->", a[t]) / m
        v[t] = Ein("i,i->", a[t], a[t]) / m + Rational(1, 2)
        q[t] = mu[t] * tau
        least = Piecewise((a[t], a[t] > tau), (tau, True))
        kink = Piecewise((mu[t], mu[t] > v[t] - 1), (a[t] / v[t], a[t] > mu[t]),
                         (tau, Lt(Rational(1, 2), mu[t], evaluate=False)),
                         (-tau / v[t], True))
        h[t] = tanh(a[t] * mu[t] / (v[t] * m) - mu[t] / m + q[t] / 2
                    + least / v[t]) + kink / 3
    return cell.build("h")


def activated(name: str) -> Program:
    """One row of the table of functions, as the recurrent activation."""
    return elman(activation=name, readout=False)


BUILDERS: dict[str, Callable[[], Program]] = (
    {
        one.__name__: one
        for one in (
            layer_norm,
            nested_layer_norm,
            constants,
            several_steps_back,
            heads,
            pieces,
            computed_powers,
            substeps,
            matrix_memory,
            square_memory,
            softmax,
            nested_softmax,
            independent_units,
            scalar_parameters,
            masked,
            delayed_input,
            input_before,
            two_steps_back,
            look_ahead,
            antisymmetric,
            shared_parameter,
            constant_beside_steps,
            constant_norm,
            constant_matrix,
            scaled_matrix,
            constant_product,
            far_numbers,
            nested_gates,
            gates_held_open,
            gate_on_product,
            product_of_products,
            product_of_a_product,
            same_letters,
            two_outputs,
            numbers_of_a_row,
        )
    }
    | {
        f"elman_{name}": partial(activated, name)
        for name in ACTIVATIONS
        if name not in POSITIVE_ONLY
    }
    | {
        "jordan": jordan,
        "gru_reset_before": partial(gru, reset_after=False),
        "gru_reset_after": partial(gru, reset_after=True),
        "lstm_peephole": partial(lstm, peephole=True),
        "reversed_lstm": lambda: reverse(lstm()),
        "deep_readout": lambda: deep(elman(readout=False), 2, readout=True),
        "bidirectional_shared_readout": lambda: bidirectional(elman(readout=False)),
        "deep_bidirectional": lambda: deep(bidirectional(elman(readout=False), readout=False), 2),
        "bidirectional_deep": lambda: readout(
            bidirectional(deep(elman(readout=False), 2), readout=False), "tanh"
        ),
    }
)
CASES = tuple(BUILDERS)


@cache
def built(name: str) -> Program:
    """A network of the library, built once for all tests."""
    return network(name)


@cache
def case(name: str) -> Program:
    """The program of this name, built once."""
    return BUILDERS[name]()
