"""What latencyd says of one service while a load runs."""

import statistics
import time
from dataclasses import dataclass

from daemon import Daemon, eventually
from page import Page


@dataclass
class Sample:
    """A value on the page, and when the page was asked for (CLOCK_MONOTONIC)."""

    at_ns: int
    value: float


class Watched:
    """The page's values of one service, and of one model of it where there is one."""

    def __init__(self, daemon: Daemon, service: str, model: str | None = None) -> None:
        self.daemon = daemon
        self.labels = {"service": service, **({"model": model} if model else {})}

    def of(self, model: str | None) -> "Watched":
        return Watched(self.daemon, self.labels["service"], model)

    def value(self, signal: str, page: Page | None = None, **labels: str) -> float | None:
        return (page or self.daemon.page()).value(f"latencyd_service_{signal}", **self.labels, **labels)

    def is_up(self, page: Page | None = None) -> bool:
        return (page or self.daemon.page()).value("latencyd_service_up", service=self.labels["service"]) == 1

    def wait_up(self, up: bool = True, timeout: float = 15) -> None:
        eventually(
            lambda: self.is_up() == up, timeout, f"{self.labels['service']} is {'up' if up else 'down'}")

    def wait_value(self, signal: str, expected: float | None, timeout: float = 5) -> None:
        def agrees() -> bool:
            value = self.value(signal)
            assert value == expected, f"it is {value}"
            return True

        eventually(agrees, timeout, f"{signal} of {self.labels} is {expected}")

    def wait_readings(self) -> None:
        """Waits for three more readings: the second and the third saw all that was on the server before."""
        scrapes = self.of(None).value("scrapes_total")
        eventually(lambda: self.of(None).value("scrapes_total") >= scrapes + 3, 15, "three more readings")

    def all_values(self, page: Page) -> dict[str, float]:
        """Every value of the service and model, by name and labels."""
        return {
            f"{name}{sorted(labels.items())}": value
            for name in page.names() if name.startswith("latencyd_service_")
            for labels, value in page.matching(name, **self.labels)
        }

    def samples(self, signals: tuple[str, ...], seconds: float) -> dict[str, list[Sample]]:
        """The values that the signals had in that time, looked at five times a second; none may be negative."""
        seen: dict[str, list[Sample]] = {signal: [] for signal in signals}
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            at = time.monotonic_ns()
            page = self.daemon.page()
            negative = {name: value for name, value in self.all_values(page).items() if value < 0}
            assert not negative, negative
            for signal in signals:
                if (value := self.value(signal, page)) is not None:
                    seen[signal].append(Sample(at, value))
            time.sleep(0.2)
        return seen


def middle(samples: list[Sample]) -> float:
    assert samples, "the signal was never there"
    return statistics.median(sample.value for sample in samples)


def average(samples: list[Sample]) -> float:
    assert samples, "the signal was never there"
    return statistics.mean(sample.value for sample in samples)
