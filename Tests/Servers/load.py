"""A load on a model server that measures itself: what it sent and when, how long answers took, what was outstanding.

Its figures are what latencyd's are compared with, so they are taken from the requests themselves and from nothing that
latencyd reads.
"""

import asyncio
import itertools
import json
import math
import random
import threading
import time
from dataclasses import dataclass
from typing import Callable, Iterable
from urllib.parse import SplitResult, urlsplit

# A request that is not answered by then has failed.
ANSWER_SECONDS = 60
# Who was refused, or found nobody, comes again after a while, as a client would.
REFUSALS = (429, 503)
REFUSED_SECONDS = 0.02


@dataclass
class Answer:
    """What the model itself says of a request: when its batch began (CLOCK_MONOTONIC), and the size of that batch."""

    began_ns: int | None = None
    batch_size: int | None = None


@dataclass
class Request:
    sent_ns: int
    answered_ns: int
    status: int
    answer: Answer

    @property
    def succeeded(self) -> bool:
        return self.status == 200

    @property
    def seconds(self) -> float:
        return (self.answered_ns - self.sent_ns) / 1e9

    @property
    def waited_seconds(self) -> float | None:
        """From sending to the beginning of the batch: the server's queue, and the way there."""
        return None if self.answer.began_ns is None else (self.answer.began_ns - self.sent_ns) / 1e9


class Distribution:
    def __init__(self, values: Iterable[float]) -> None:
        self.values = sorted(values)

    @property
    def count(self) -> int:
        return len(self.values)

    @property
    def mean(self) -> float:
        return math.fsum(self.values) / self.count

    def quantile(self, rank: float) -> float:
        """The smallest value that at least this share of all does not exceed."""
        return self.values[max(0, math.ceil(rank * self.count) - 1)]

    def __repr__(self) -> str:
        if not self.values:
            return "none"
        named = {"mean": self.mean, **{f"p{q}": self.quantile(q / 100) for q in (50, 95, 99)}}
        return f"{self.count}: " + " ".join(f"{name} {value:.4g}" for name, value in named.items())


class Record:
    """The requests of a load, or of a part of it."""

    def __init__(self, requests: Iterable[Request]) -> None:
        self.requests = list(requests)
        self.succeeded = [request for request in self.requests if request.succeeded]

    @property
    def failed_count(self) -> int:
        return len(self.requests) - len(self.succeeded)

    @property
    def seconds(self) -> Distribution:
        return Distribution(request.seconds for request in self.succeeded)

    @property
    def waited_seconds(self) -> Distribution:
        return Distribution(r.waited_seconds for r in self.succeeded if r.waited_seconds is not None)

    def batches(self) -> dict[int, int]:
        """How many batches of each size ran; requests of one batch say the same beginning."""
        sizes = {request.answer.began_ns: request.answer.batch_size for request in self.succeeded}
        return {size: list(sizes.values()).count(size) for size in sorted(set(sizes.values()))}

    @property
    def batch_size(self) -> float:
        """The mean over batches, not over requests."""
        return sum(s * n for s, n in self.batches().items()) / sum(self.batches().values())

    def between(self, since_ns: int, until_ns: int) -> "Record":
        """The requests that were answered in that time (CLOCK_MONOTONIC)."""
        return Record(r for r in self.requests if since_ns <= r.answered_ns < until_ns)

    def __str__(self) -> str:
        return (
            f"{len(self.requests)} requests, {self.failed_count} failed; seconds {self.seconds}; "
            f"waited {self.waited_seconds}; batches {self.batches()}")


class Load:
    """Sends requests until it is left: `with Load(url, body, …, concurrency=40) as load:`.

    `body` makes a request's JSON from the time at which it is sent, `read` reads an answer's. With `concurrency` alone
    each connection sends its next request when it has an answer (closed loop: the backlog stands at that number). With
    `rate` requests come at random times with that many a second on average, whatever became of those before (open
    loop), and `concurrency` is the most that may be outstanding at once.
    """

    def __init__(
        self, url: str, body: Callable[[int], dict], *, concurrency: int, rate: float | None = None,
        read: Callable[[dict], Answer] = lambda body: Answer(), limit: int | None = None, seed: int = 1,
    ) -> None:
        self.parts = urlsplit(url)
        self.body, self.read = body, read
        self.concurrency, self.rate, self.limit = concurrency, rate, limit
        self.random = random.Random(seed)
        self.requests: list[Request] = []
        self.errors: list[str] = []
        self.started_count = 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    # Life

    def __enter__(self) -> "Load":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> Record:
        """Sends no more, and returns when all that were outstanding are answered."""
        self.ended.set()
        return self.wait()

    def wait(self) -> Record:
        """Returns when as many as `limit` are answered."""
        self.thread.join(ANSWER_SECONDS + 10)
        assert not self.thread.is_alive(), "the load does not end"
        return self.record

    # What it knows

    @property
    def record(self) -> Record:
        """What has been answered so far."""
        return Record(self.requests[:])

    @property
    def outstanding(self) -> int:
        """Sent, and neither answered nor failed."""
        return self.started_count - len(self.requests) - len(self.errors)

    # How it works: one thread, one connection for each request that may be outstanding.

    def _run(self) -> None:
        asyncio.run(self._send_all())

    async def _send_all(self) -> None:
        # Who holds a turn sends one request.
        turns: asyncio.Queue[bool] = asyncio.Queue()
        connections = [asyncio.create_task(self._connection(turns)) for _ in range(self.concurrency)]
        if self.rate:
            await self._give_turns(turns)
        await asyncio.gather(*connections)

    async def _give_turns(self, turns: asyncio.Queue) -> None:
        due = time.monotonic()
        for number in itertools.count():
            if self.ended.is_set() or number == self.limit:
                break
            due += self.random.expovariate(self.rate)
            await asyncio.sleep(max(0, due - time.monotonic()))
            turns.put_nowait(True)
        for _ in range(self.concurrency):
            turns.put_nowait(False)

    def _may_send(self) -> bool:
        return not self.ended.is_set() and (self.limit is None or self.started_count < self.limit)

    async def _connection(self, turns: asyncio.Queue) -> None:
        connection = Connection(self.parts)
        while (await turns.get()) if self.rate else self._may_send():
            self.started_count += 1
            try:
                request = await asyncio.wait_for(self._send(connection), ANSWER_SECONDS)
            except (OSError, EOFError, ValueError, TimeoutError) as error:
                self.errors.append(repr(error))
                connection.close()
                await asyncio.sleep(REFUSED_SECONDS)
                continue
            self.requests.append(request)
            if request.status in REFUSALS:
                await asyncio.sleep(REFUSED_SECONDS)
        connection.close()

    async def _send(self, connection: "Connection") -> Request:
        await connection.open()
        sent = time.monotonic_ns()
        status, content = await connection.post(json.dumps(self.body(sent)).encode())
        answered = time.monotonic_ns()
        answer = self.read(json.loads(content)) if status == 200 else Answer()
        return Request(sent, answered, status, answer)


class Connection:
    """Little HTTP/1.1, for it must cost less than what it measures."""

    def __init__(self, url: SplitResult) -> None:
        self.url = url
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def open(self) -> None:
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(self.url.hostname, self.url.port)

    def close(self) -> None:
        if self.writer:
            self.writer.close()
        self.reader = self.writer = None

    async def post(self, body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        self.writer.write(
            f"POST {self.url.path} HTTP/1.1\r\nHost: {self.url.netloc}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        lines = (line.partition(":") for line in head[1:])
        headers = {name.lower(): value.strip().lower() for name, _, value in lines}
        content = await self._content(headers)
        if headers.get("connection") == "close":
            self.close()
        return int(head[0].split()[1]), content

    async def _content(self, headers: dict[str, str]) -> bytes:
        if "content-length" in headers:
            return await self.reader.readexactly(int(headers["content-length"]))
        if headers.get("transfer-encoding") != "chunked":
            raise ValueError(f"an answer without a length: {headers}")
        content = b""
        while size := int((await self.reader.readline()).split(b";")[0], 16):
            content += await self.reader.readexactly(size)
            await self.reader.readexactly(2)
        await self.reader.readexactly(2)
        return content
