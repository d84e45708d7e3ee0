"""Works a little, and pushes a timing to each of the sockets that it is given."""

import socket
import sys
import time

sockets = [argument for argument in sys.argv[1:] if argument.startswith("/")]
sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
while True:
    sum(range(20_000))
    for path in sockets:
        try:
            sender.sendto(b"model.step:1|ms", path)
        except OSError:
            # Its daemon is not there at the moment.
            pass
    time.sleep(0.05)
