"""Networks and weights of other libraries, without these libraries: their names and layouts.

:mod:`symrnn.interop.onnx` runs ONNX's RNN, LSTM and GRU; :mod:`symrnn.interop.torch_weights`
takes the weights of PyTorch's.
"""
