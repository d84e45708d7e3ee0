"""Writes the model that the example serves: a small convolutional image classifier with random weights.

What it answers is meaningless; what it costs is real: two convolutions and two dense layers take about half a
millisecond an image on one core, and larger batches take longer, as a production model's do.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

IMAGE_SHAPE = (3, 64, 64)
CLASSES = 10


def write_model(path: Path, seed: int = 7) -> None:
    """Writes the ONNX model to `path`; the same seed gives the same file."""
    random = np.random.default_rng(seed)
    initializers = []

    def weights(name: str, *shape: int) -> str:
        fan_in = int(np.prod(shape[1:])) or 1
        values = random.normal(0, (2 / fan_in) ** 0.5, shape).astype(np.float32)
        initializers.append(numpy_helper.from_array(values, name))
        return name

    def bias(name: str, size: int) -> str:
        initializers.append(numpy_helper.from_array(np.zeros(size, np.float32), name))
        return name

    nodes = [
        helper.make_node(
            "Conv", ["image", weights("conv1_w", 24, 3, 3, 3), bias("conv1_b", 24)], ["conv1"],
            name="conv1", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["conv1"], ["relu1"], name="relu1"),
        helper.make_node("MaxPool", ["relu1"], ["pool1"], name="pool1", kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node(
            "Conv", ["pool1", weights("conv2_w", 48, 24, 3, 3), bias("conv2_b", 48)], ["conv2"],
            name="conv2", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["conv2"], ["relu2"], name="relu2"),
        helper.make_node("GlobalAveragePool", ["relu2"], ["pool2"], name="pool2"),
        helper.make_node("Flatten", ["pool2"], ["features"], name="flatten"),
        helper.make_node(
            "Gemm", ["features", weights("dense1_w", 64, 48), bias("dense1_b", 64)], ["dense1"],
            name="dense1", transB=1),
        helper.make_node("Relu", ["dense1"], ["relu3"], name="relu3"),
        helper.make_node(
            "Gemm", ["relu3", weights("dense2_w", CLASSES, 64), bias("dense2_b", CLASSES)], ["logits"],
            name="dense2", transB=1),
        helper.make_node("Softmax", ["logits"], ["probabilities"], name="softmax", axis=1),
    ]
    graph = helper.make_graph(
        nodes, "small-classifier",
        inputs=[helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", *IMAGE_SHAPE])],
        outputs=[helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["batch", CLASSES])],
        initializer=initializers)
    # Not the newest versions, so that an ONNX Runtime a year or two old reads the file as well.
    model = helper.make_model(graph, ir_version=9, opset_imports=[helper.make_opsetid("", 17)])
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)
