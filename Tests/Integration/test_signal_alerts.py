"""Rules on signals: a zone that heats up, on a tree that stands in for the host's /sys."""

import pytest
from daemon import eventually

CONFIGURATION = {
    "hardware": {"collectors": {"thermal": {"interval": "100ms"}}},
    "detection": {"window": "1s"},
    "alerts": {
        "rules": [
            {
                "name": "ZoneHot", "signal": "latencyd_thermal_celsius", "labels": {"type": "acpitz"},
                "above": {"warning": 80, "critical": 95}, "for": "0s",
            },
            {"name": "GPULost", "signal": "latencyd_thermal_celsius", "above": {"critical": 200}, "for": "0s"},
        ]
    },
}


@pytest.fixture
def zone(tmp_path):
    folder = tmp_path / "sys" / "class" / "thermal" / "thermal_zone0"
    folder.mkdir(parents=True)
    (folder / "type").write_text("acpitz\n")
    (folder / "temp").write_text("47000\n")
    return folder / "temp"


@pytest.fixture
def daemon(start_daemon, zone):
    return start_daemon(CONFIGURATION, arguments=(f"--path.sysfs={zone.parents[3]}",))


def alerts(daemon):
    return {
        alert["labels"]["alertname"]: (alert["labels"], alert["state"], alert["annotations"]["summary"])
        for alert in daemon.get("/api/v1/alerts").json["data"]["alerts"]
    }


def test_a_signal_over_its_threshold_raises_one_alert_that_moves_and_ends(daemon, zone):
    zone.write_text("85500\n")
    labels, state, summary = eventually(lambda: alerts(daemon).get("ZoneHot"), 20, "the alert is up")
    assert labels == {"alertname": "ZoneHot", "severity": "warning", "type": "acpitz", "zone": "0"}
    assert state == "firing" and "85.5 °C" in summary

    zone.write_text("99000\n")
    eventually(lambda: alerts(daemon)["ZoneHot"][0]["severity"] == "critical", 20, "the alert is critical")
    assert daemon.page().value("latencyd_alerts", alertname="ZoneHot", level="critical") == 1

    zone.write_text("50000\n")
    eventually(lambda: not alerts(daemon), 20, "the alert has ended")
    log = "\n".join(daemon.log)
    assert "over the warning threshold of 80 °C" in log
    assert "over the critical threshold of 95 °C" in log
    assert "no longer over the warning threshold" in log


def test_a_rule_with_the_name_of_a_built_in_one_takes_its_place(daemon):
    groups = daemon.get("/api/v1/rules").json["data"]["groups"]
    assert {group["name"]: [rule["name"] for rule in group["rules"]] for group in groups} == {
        "latencyd": ["ZoneHot", "ZoneHot", "GPULost"], "latencyd built-in": ["GPUXidError"] + ["LatencyAbnormal"] * 3,
    }
