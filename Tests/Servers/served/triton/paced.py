"""A Triton model that takes a set time for each batch, and says in its answers what it saw of the batch.

The input SENT is when the client sent the request, in nanoseconds of CLOCK_MONOTONIC, which is one clock for all
processes of a host; 0 fails its batch. The output SEEN is [when the batch began, on the same clock; the batch's size].
"""

import json
import time

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args: dict) -> None:
        parameters = json.loads(args["model_config"])["parameters"]
        self.batch_seconds = float(parameters["batch_seconds"]["string_value"])

    def execute(self, requests: list) -> list:
        began = time.monotonic_ns()
        sent = [pb_utils.get_input_tensor_by_name(request, "SENT").as_numpy() for request in requests]
        size = sum(len(rows) for rows in sent)
        time.sleep(self.batch_seconds)
        # Raised, for Triton counts a request as successful when the model answers it with an error instead.
        if not all(rows.all() for rows in sent):
            raise ValueError("asked to fail")
        return [self.response(rows, began, size) for rows in sent]

    @staticmethod
    def response(rows: np.ndarray, began: int, size: int):
        seen = np.tile(np.array([began, size], dtype=np.int64), (len(rows), 1))
        return pb_utils.InferenceResponse(output_tensors=[pb_utils.Tensor("SEEN", seen)])
