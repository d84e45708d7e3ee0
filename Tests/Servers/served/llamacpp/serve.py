"""llama.cpp's server, as the package xllamacpp brings it: `serve.py MODEL PORT SLOTS CONTEXT`."""

import sys
import threading

import xllamacpp


def main() -> None:
    model, port, slots, context = sys.argv[1:]
    parameters = xllamacpp.CommonParams()
    parameters.model.path = model
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = int(port)
    # Requests that are answered at once; the others wait.
    parameters.n_parallel = int(slots)
    # Tokens of all slots together.
    parameters.n_ctx = int(context)
    parameters.cont_batching = True
    parameters.endpoint_metrics = True
    parameters.endpoint_slots = True
    parameters.warmup = False
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    # Connections are kept for as long as their requests wait.
    parameters.n_threads_http = 64
    server = xllamacpp.Server(parameters)
    print("listening at", server.listening_address, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
