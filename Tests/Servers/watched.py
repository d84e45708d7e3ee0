"""What latencyd says of one service while a load runs."""

import statistics
import time

from daemon import Daemon, eventually
from page import Page


class Watched:
    """The page's values of one service, and of one model of it where there is one."""

    def __init__(self, daemon: Daemon, service: str, model: str | None = None) -> None:
        self.daemon = daemon
        self.labels = {"service": service, **({"model": model} if model else {})}

    def value(self, signal: str, page: Page | None = None, **labels: str) -> float | None:
        return (page or self.daemon.page()).value(f"latencyd_service_{signal}", **self.labels, **labels)

    def wait_up(self, up: bool = True, timeout: float = 15) -> None:
        service = {"service": self.labels["service"]}
        eventually(
            lambda: self.daemon.page().value("latencyd_service_up", **service) == up, timeout,
            f"{service} is {'up' if up else 'down'}")

    def samples(self, signals: tuple[str, ...], seconds: float) -> dict[str, list[float]]:
        """The values that the signals had in that time, looked at five times a second; none may be negative."""
        seen: dict[str, list[float]] = {signal: [] for signal in signals}
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            page = self.daemon.page()
            for signal in signals:
                value = self.value(signal, page)
                if value is not None:
                    assert value >= 0, f"{signal} is {value}"
                    seen[signal].append(value)
            time.sleep(0.2)
        return seen


def middle(values: list[float]) -> float:
    assert values, "the signal was never there"
    return statistics.median(values)
