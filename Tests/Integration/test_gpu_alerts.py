"""A lost GPU and the driver's errors raise alerts that nobody has to configure."""

from daemon import Daemon, eventually
from gpus import TWO_GPUS
from test_gpus import page_with_gpus

# Windows of two seconds, and the waiting time of a built-in rule.
LIMIT = 20


def alerts(daemon: Daemon, name: str) -> list[dict]:
    found = daemon.get("/api/v1/alerts").json["data"]["alerts"]
    return [alert for alert in found if alert["labels"]["alertname"] == name and alert["state"] == "firing"]


def start(start_daemon, gpus) -> Daemon:
    daemon = start_daemon(
        {"hardware": {"collectors": {"nvidia": {"library": str(gpus.library), "interval": "100ms"}}}},
        environment=gpus.environment)
    page_with_gpus(daemon)
    return daemon


def test_a_lost_gpu_is_a_critical_alert(start_daemon, make_gpus) -> None:
    gpus = make_gpus(TWO_GPUS)
    daemon = start(start_daemon, gpus)
    assert not alerts(daemon, "GPULost")
    gpus.add("call * device 1 return 15")
    (alert,) = eventually(lambda: alerts(daemon, "GPULost"), LIMIT, "the alert is up")
    assert alert["labels"]["severity"] == "critical"
    assert alert["labels"]["gpu"] == "1"


def test_an_xid_error_is_a_warning(start_daemon, make_gpus) -> None:
    gpus = make_gpus(TWO_GPUS)
    daemon = start(start_daemon, gpus)
    eventually(lambda: gpus.calls("nvmlDeviceRegisterEvents") >= 2, 8, "latencyd waits for events")
    gpus.add("event 0 xid 43")
    (alert,) = eventually(lambda: alerts(daemon, "GPUXidError"), LIMIT, "the alert is up")
    assert alert["labels"]["severity"] == "warning"
    assert (alert["labels"]["gpu"], alert["labels"]["xid"]) == ("0", "43")
