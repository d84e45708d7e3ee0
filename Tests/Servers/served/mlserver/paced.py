"""An MLServer model that takes 20 ms for each batch, one batch after the other, and says what it saw of it.

The input SENT and the output SEEN are as in served/triton/paced.py.
"""

import asyncio
import time

import numpy as np
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.errors import InferenceError
from mlserver.types import InferenceRequest, InferenceResponse

BATCH_SECONDS = 0.02


class Paced(MLModel):
    async def load(self) -> bool:
        self.turn = asyncio.Lock()
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        sent = NumpyCodec.decode_input(payload.inputs[0])
        async with self.turn:
            began = time.monotonic_ns()
            await asyncio.sleep(BATCH_SECONDS)
        if not sent.all():
            raise InferenceError("asked to fail")
        seen = np.tile(np.array([began, len(sent)], dtype=np.int64), (len(sent), 1))
        return InferenceResponse(model_name=self.name, outputs=[NumpyCodec.encode_output(name="SEEN", payload=seen)])
