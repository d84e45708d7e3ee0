"""A TorchServe handler that takes 20 ms for each batch, and says what it saw of it.

A request is {"sent": nanoseconds of CLOCK_MONOTONIC}, of which 0 fails the batch; an answer is {"began", "size"}.
"""

import json
import time

BATCH_SECONDS = 0.02


def handle(data: list | None, context: object) -> list | None:
    # The first call only loads the model.
    if data is None:
        return None
    began = time.monotonic_ns()
    time.sleep(BATCH_SECONDS)
    if not all(sent(request) for request in data):
        raise ValueError("asked to fail")
    return [json.dumps({"began": began, "size": len(data)}) for _ in data]


def sent(request: dict) -> int:
    body = request.get("body") or request.get("data")
    return (body if isinstance(body, dict) else json.loads(body))["sent"]
