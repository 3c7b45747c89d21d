// tiny_eigen.cpp: the peer of bench/tiny.py: a loop on Eigen whose sizes are template arguments.
//
// As real-time libraries write it: all gates' weights, those of the input, of the state and the
// bias in one matrix, one product of fixed size a step, activations by Eigen's own vectors.
// Weights come in the order of a package: W, U, b of each gate, row by row.
#include <Eigen/Dense>

namespace {

template <int Rows> using Column = Eigen::Matrix<float, Rows, 1>;

template <typename Some> auto sigmoid(const Some &x)
{
    return 1.0f / ((-x.array()).exp() + 1.0f);
}

// Rows [gate * m, (gate + 1) * m) of a matrix whose columns are x, h and the bias.
template <int n, int m, typename Matrix>
const float *gate_from(const float *values, Matrix &weights, int gate)
{
    for (int row = 0; row < m; ++row)
        for (int k = 0; k < n; ++k)
            weights(gate * m + row, k) = *values++;
    for (int row = 0; row < m; ++row)
        for (int k = 0; k < m; ++k)
            weights(gate * m + row, n + k) = *values++;
    for (int row = 0; row < m; ++row)
        weights(gate * m + row, n + m) = *values++;
    return values;
}

template <int n, int m> class Lstm {
public:
    void begin(const float *values)
    {
        for (int gate : {0, 1, 3, 2}) // i, f, g, o: g lies behind the gates with a sigmoid
            values = gate_from<n, m>(values, weights, gate);
        h.setZero(), c.setZero();
    }

    void step(const float *x, float *y)
    {
        for (int k = 0; k < n; ++k)
            given(k) = x[k];
        given.template segment<m>(n) = h;
        given(n + m) = 1.0f;
        sums.noalias() = weights * given;
        gates = sigmoid(sums.template head<3 * m>());
        block = sums.template tail<m>().array().tanh();
        c = gates.template segment<m>(m).array() * c.array()
            + gates.template segment<m>(0).array() * block.array();
        h = gates.template segment<m>(2 * m).array() * c.array().tanh();
        Eigen::Map<Column<m>>{y} = h;
    }

private:
    Eigen::Matrix<float, 4 * m, n + m + 1> weights;
    Column<n + m + 1> given;
    Column<4 * m> sums;
    Column<3 * m> gates;
    Column<m> block, h, c;
};

template <int n, int m> class Gru {
public:
    void begin(const float *values)
    {
        values = gate_from<n, m>(values, weights, 0);
        values = gate_from<n, m>(values, weights, 1);
        values = gate_from<n, m>(values, weights, 2);
        for (int row = 0; row < m; ++row)
            inner(row) = *values++;
        // The reset gate stands between the state's part of the third gate and the rest of it.
        of_state = weights.template block<m, m>(2 * m, n);
        of_input.template leftCols<n>() = weights.template block<m, n>(2 * m, 0);
        of_input.col(n) = weights.col(n + m).template tail<m>();
        both = weights.template topRows<2 * m>();
        h.setZero();
    }

    void step(const float *x, float *y)
    {
        for (int k = 0; k < n; ++k)
            given(k) = input(k) = x[k];
        given.template segment<m>(n) = h;
        given(n + m) = input(n) = 1.0f;
        sums.noalias() = both * given;
        gates = sigmoid(sums);
        from_state.noalias() = of_state * h;
        from_input.noalias() = of_input * input;
        block = (from_input.array()
                 + gates.template tail<m>().array() * (from_state + inner).array()).tanh();
        h = gates.template head<m>().array() * h.array()
            + (1.0f - gates.template head<m>().array()) * block.array();
        Eigen::Map<Column<m>>{y} = h;
    }

private:
    Eigen::Matrix<float, 3 * m, n + m + 1> weights;
    Eigen::Matrix<float, 2 * m, n + m + 1> both;
    Eigen::Matrix<float, m, m> of_state;
    Eigen::Matrix<float, m, n + 1> of_input;
    Column<n + m + 1> given;
    Column<n + 1> input;
    Column<2 * m> sums, gates;
    Column<m> from_state, from_input, inner, block, h;
};

CELL<INPUTS, UNITS> net;

} // namespace

extern "C" void begin(const float *values)
{
    net.begin(values);
}

extern "C" void run(const float *x, float *y, int steps)
{
    for (int t = 0; t < steps; ++t)
        net.step(x + t * INPUTS, y + t * UNITS);
}
