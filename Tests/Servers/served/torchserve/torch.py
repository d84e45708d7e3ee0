"""What TorchServe's worker asks of PyTorch where the handler answers with text: whether an answer is a tensor.

With it the tests need not install PyTorch, which is many times as large as TorchServe.
"""


class Tensor:
    pass
