"""`latencyd doctor` on this machine, on a host made of files with known faults, and beside a model server."""

import http.server
import json
import os
import threading
import time
from pathlib import Path
from typing import Iterator

import pytest

from daemon import run_command
from gpus import TWO_GPUS, compile_c

# Fast: one second instead of five.
QUICK = ("--no-probe",)


def doctor(*arguments: str, **options) -> tuple[int, dict]:
    result = run_command("doctor", "--json", *arguments, **options)
    assert result.returncode in (0, 1), result.stderr
    return result.returncode, json.loads(result.stdout)


def findings(report: dict) -> dict[str, list[dict]]:
    return {check["id"]: check["findings"] for check in report["checks"] if check["findings"]}


def write(folder: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def fixture(folder: Path, files: dict[str, str]) -> list[str]:
    (folder / "sys").mkdir(exist_ok=True)
    (folder / "proc").mkdir(exist_ok=True)
    write(folder, files)
    return [f"--path.sysfs={folder / 'sys'}", f"--path.procfs={folder / 'proc'}"]


def test_this_machine_is_examined_in_time() -> None:
    begin = time.monotonic()
    code, report = doctor()
    assert time.monotonic() - begin < 15
    assert code == report["exit_code"]
    assert (code == 1) == (report["summary"]["critical"] + report["summary"]["warning"] > 0)
    wakeups = report["wakeup_latency"]
    assert wakeups["count"] > 1_000
    assert 0 < wakeups["p50_seconds"] <= wakeups["p99_seconds"] <= wakeups["max_seconds"]
    assert len({check["id"] for check in report["checks"]}) == len(report["checks"]) > 10


def test_people_get_plain_text() -> None:
    result = run_command("doctor", *QUICK)
    assert result.stdout.startswith("latencyd doctor on ")
    assert "\x1b" not in result.stdout + result.stderr
    assert not result.stderr, "progress is for terminals"


def test_known_faults_are_found(tmp_path: Path) -> None:
    cpu = "sys/devices/system/cpu"
    arguments = fixture(
        tmp_path,
        {
            f"{cpu}/cpufreq/policy0/scaling_governor": "powersave\n",
            f"{cpu}/cpufreq/policy0/scaling_driver": "acpi-cpufreq\n",
            f"{cpu}/cpu0/cpuidle/state3/latency": "133\n",
            f"{cpu}/cpu0/cpuidle/state3/disable": "0\n",
            f"{cpu}/cpu0/cpuidle/state3/name": "C6\n",
            "sys/kernel/mm/transparent_hugepage/enabled": "[always] madvise never\n",
            "sys/kernel/mm/transparent_hugepage/defrag": "[always] madvise never\n",
            "sys/devices/system/node/node0/cpulist": "0\n",
            "sys/devices/system/node/node1/cpulist": "1\n",
            "proc/sys/kernel/numa_balancing": "1\n",
            "proc/meminfo": "MemTotal: 1000000 kB\nMemAvailable: 20000 kB\nSwapTotal: 0 kB\n",
            "sys/fs/cgroup/cgroup.controllers": "cpu memory\n",
            "sys/fs/cgroup/system.slice/triton.service/cpu.max": "200000 100000\n",
            "sys/fs/cgroup/system.slice/triton.service/cpu.stat": "nr_periods 100\nnr_throttled 60\n",
        })
    code, report = doctor(*QUICK, *arguments)
    found = findings(report)
    assert code == 1
    assert set(found) == {"governor", "idle_states", "transparent_hugepages", "numa", "memory", "cpu_limits"}
    assert {check: entries[0]["severity"] for check, entries in found.items()} == {
        "governor": "critical", "idle_states": "warning", "transparent_hugepages": "warning", "numa": "warning",
        "memory": "critical", "cpu_limits": "warning",
    }
    assert found["cpu_limits"][0]["remedy"] == ["sudo systemctl set-property triton.service CPUQuota="]
    for entries in found.values():
        assert all(entry["evidence"] and entry["why"] for entry in entries)
    text = run_command("doctor", *QUICK, *arguments).stdout.splitlines()
    tags = [line.split()[0] for line in text if line[:1].isupper()]
    assert tags == sorted(tags, key=["CRITICAL", "WARNING", "NOTE"].index), "the worst comes first"


def test_a_healthy_host_is_clean(tmp_path: Path) -> None:
    code, report = doctor(
        *QUICK, *fixture(tmp_path, {"proc/meminfo": "MemTotal: 1000 kB\nMemAvailable: 900 kB\nSwapTotal: 0 kB\n"}))
    assert code == 0
    assert not findings(report)


def open_to_all(folder: Path) -> None:
    """Lets any user reach a test's folder."""
    for place in [folder, *folder.parents]:
        if place.owner() == "root" and str(place).startswith("/tmp/"):
            place.chmod(place.stat().st_mode | 0o055)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_what_cannot_be_read_is_unknown_and_not_well(tmp_path: Path) -> None:
    group = "sys/fs/cgroup/system.slice"
    arguments = fixture(
        tmp_path, {
            "proc/meminfo": "MemTotal: 1000 kB\nMemAvailable: 10 kB\nSwapTotal: 0 kB\n",
            "sys/fs/cgroup/cgroup.controllers": "cpu memory\n",
            f"{group}/triton.service/cpu.max": "200000 100000\n",
            f"{group}/triton.service/cpu.stat": "nr_periods 100\nnr_throttled 60\n",
            "proc/net/tcp": "  sl  local_address\n",
            "sys/class/thermal/thermal_zone0/temp": "40000\n",
        })
    (tmp_path / group).chmod(0o711)
    for path in ("proc/net/tcp", "sys/class/thermal"):
        (tmp_path / path).chmod(0)
    open_to_all(tmp_path)
    _, report = doctor(*QUICK, *arguments, user="nobody")
    checks = {check["id"]: check for check in report["checks"]}
    remedy = "permission denied; run as root, or with CAP_DAC_READ_SEARCH"
    for name, path in {
        "cpu_limits": "sysfs:fs/cgroup/system.slice", "model_servers": "procfs:net/tcp",
        "thermal": "sysfs:class/thermal",
    }.items():
        assert checks[name]["status"] == "unknown", name
        assert checks[name]["notes"] == checks[name]["unknown"] == [f"{path}: {remedy}"]
    # What was found does not hide what could not be looked at.
    assert [finding["severity"] for finding in checks["memory"]["findings"]] == ["critical"]
    assert checks["memory"]["unknown"] == [f"sysfs:fs/cgroup/system.slice: {remedy}"]
    text = " ".join(run_command("doctor", *QUICK, *arguments, user="nobody").stdout.split())
    assert f"unknown Free memory, CPU limits: sysfs:fs/cgroup/system.slice: {remedy}" in text


def test_what_was_not_asked_for_is_skipped_and_not_missing() -> None:
    _, report = doctor(*QUICK)
    wakeups = next(check for check in report["checks"] if check["id"] == "wakeup_latency")
    assert (wakeups["status"], wakeups["notes"]) == ("skipped", ["--no-probe"])
    text = run_command("doctor", *QUICK).stdout
    assert "\nskipped   Wake-up latency: --no-probe" in text
    assert "Wake-up" not in text.replace("skipped   Wake-up latency", "")


def test_limits_of_the_first_version_of_cgroups_are_found_on_a_hybrid_host(tmp_path: Path) -> None:
    group = "sys/fs/cgroup/memory/system.slice/triton.service"
    _, report = doctor(*QUICK, *fixture(tmp_path, {
        "sys/fs/cgroup/unified/system.slice/triton.service/cgroup.procs": "7\n",
        f"{group}/memory.limit_in_bytes": "1073741824\n", f"{group}/memory.usage_in_bytes": "1073000000\n",
        f"{group}/memory.failcnt": "12\n", f"{group}/memory.stat": "total_inactive_file 0\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    }))
    found = findings(report)
    assert [finding["severity"] for finding in found["memory"]] == ["critical"]
    assert found["memory"][0]["evidence"] == [
        "memory.limit_in_bytes: 1.0 GiB, working set 1023.3 MiB",
        "reached it 12 times since it began, 0 of them during this check"]


def test_watched_processes_are_looked_at(tmp_path: Path) -> None:
    file = tmp_path / "latencyd.yml"
    file.write_text("hardware: {watch: [{process: llm-worker}, {unit: gone.service}]}\n")
    deep = "user.slice/user-1.slice/user@1.service/app.slice/llm.service"
    _, report = doctor(*QUICK, f"--config.file={file}", *fixture(tmp_path, {
        "proc/1/stat": "1 (init) S 1 1 1 0 -1 0 1 0 2 0 3 4 0 0 20 0 1 0 100 0 0 0 0 0\n",
        "proc/77/stat": "77 (llm-worker) S 1 1 1 0 -1 0 1 0 2 0 3 4 0 0 20 0 1 0 100 0 0 0 0 0\n",
        "proc/77/comm": "llm-worker\n", "proc/77/cmdline": "/opt/llm-worker\0", "proc/77/cgroup": f"0::/{deep}\n",
        "sys/fs/cgroup/cgroup.controllers": "cpu memory\n",
        f"sys/fs/cgroup/{deep}/cpu.max": "200000 100000\n",
        f"sys/fs/cgroup/{deep}/cpu.stat": "nr_periods 100\nnr_throttled 60\n",
    }))
    found = findings(report)
    assert found["cpu_limits"][0]["evidence"][-1] == "holds llm-worker (77)"
    assert [finding["title"] for finding in found["watched"]] == [
        "nothing on this host is what the configuration watches as 'unit: gone.service'"]


class VLLM(http.server.BaseHTTPRequestHandler):
    """Answers as vLLM's metrics page does."""

    def do_GET(self) -> None:
        body = b"# TYPE vllm:num_requests_waiting gauge\nvllm:num_requests_waiting{model_name=\"m\"} 3.0\n"
        self.send_response(200 if self.path == "/metrics" else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_) -> None:
        pass


@pytest.fixture
def server_port() -> Iterator[int]:
    for port in (8000, 8001, 8080, 8888, 30000):
        try:
            server = http.server.ThreadingHTTPServer(("127.0.0.1", port), VLLM)
        except OSError:
            continue
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield port
        server.shutdown()
        server.server_close()
        return
    pytest.skip("all the usual ports of model servers are taken")


def test_a_model_server_is_found_and_its_service_proposed(tmp_path: Path, server_port: int) -> None:
    def about_servers(*arguments: str) -> dict:
        # A proxy of the environment has no business with this host's own ports.
        _, report = doctor(*QUICK, *arguments, env={**os.environ, "http_proxy": "http://127.0.0.1:1"})
        return next(check for check in report["checks"] if check["id"] == "model_servers")

    url = f"http://127.0.0.1:{server_port}/metrics"
    mine = [finding for finding in about_servers()["findings"] if str(server_port) in finding["title"]]
    assert [finding["severity"] for finding in mine] == ["info"]
    entry = f'  - {{name: vllm-{server_port}, profile: vllm, url: "{url}"}}'
    assert mine[0]["remedy"][-1] == entry

    # What it proposes is what makes it silent.
    file = tmp_path / "latencyd.yml"
    file.write_text(f"services:\n{entry}\n")
    assert run_command("check", "config", str(file)).returncode == 0
    configured = about_servers(f"--config.file={file}")
    assert not [finding for finding in configured["findings"] if str(server_port) in finding["title"]]
    assert f"vLLM on port {server_port} is configured" in configured["notes"]


def test_a_port_that_accepts_and_says_nothing_does_not_hold_it_up(server_port: int) -> None:
    import socket

    with socket.socket() as silent:
        for port in (8002, 8081, 8082, 9000):
            try:
                silent.bind(("127.0.0.1", port))
                break
            except OSError:
                continue
        silent.listen()
        begin = time.monotonic()
        doctor(*QUICK)
        assert time.monotonic() - begin < 8


def test_wrong_usage_is_told_by_the_exit_code() -> None:
    for arguments in (["--probe=5"], ["--path.sysfs=/nowhere"], ["--nope"]):
        assert run_command("doctor", *arguments).returncode == 2


def about_gpus(gpus, tmp_path: Path, *arguments: str) -> dict[str, dict]:
    """The checks of GPUs by their id, on a host with nothing but GPUs."""
    file = tmp_path / "latencyd.yml"
    file.write_text(f"hardware: {{collectors: {{nvidia: {{library: {gpus.library}}}}}}}\n")
    _, report = doctor(
        *(arguments or QUICK), f"--config.file={file}", *fixture(tmp_path, {"sys/devices/system/cpu/online": "0-7\n"}),
        env={**os.environ, **gpus.environment})
    return {check["id"]: check for check in report["checks"] if check["id"].startswith("gpu_")}


def test_gpus_are_examined(make_gpus, tmp_path: Path) -> None:
    checks = about_gpus(make_gpus(TWO_GPUS), tmp_path)
    assert checks["gpu_driver"]["notes"] == ["2 GPUs, driver 570.86.15"]
    titles = {name: [finding["title"] for finding in check["findings"]] for name, check in checks.items()}
    assert titles == {
        "gpu_driver": [],
        "gpu_memory_errors": ["GPUs 0-1 had memory errors that could not be corrected"],
        "gpu_thermal": [],
        "gpu_power": ["GPU 0 runs at its power limit"],
        "gpu_persistence": [],
        "gpu_clocks": ["the clocks of GPUs 0-1 are not locked"],
        "gpu_pcie": ["the PCIe link of GPUs 0-1 is slower than it could be, under load"],
        "gpu_sharing": ["several processes take turns on GPU 0"],
        "gpu_placement": [],
    }


def test_faults_of_gpus_are_found(make_gpus, tmp_path: Path) -> None:
    write(tmp_path, {
        "proc/4242/comm": "tritonserver\n", "proc/4242/status": "Name:\ttritonserver\nCpus_allowed_list:\t4-7\n"})
    checks = about_gpus(
        make_gpus(
            TWO_GPUS,
            """
            device 0 persistence 0
            device * field.190 u32 400000
            device * power.enforced_limit 400000
            device 1 pcie.width 8
            device 1 reasons 0x40
            device 1 field.145 u32 1
            device 1 remapped.failure 1
            """), tmp_path)
    found = {(finding["severity"], finding["title"]) for check in checks.values() for finding in check["findings"]}
    assert {
        ("warning", "persistence mode of GPU 0 is off"),
        ("warning", "the power of GPUs 0-1 is capped below its default"),
        ("warning", "the PCIe link of GPU 1 is narrower than it could be"),
        ("critical", "GPU 1 is slowed down by heat"),
        ("critical", "the memory of GPU 1 is failing"),
        ("warning", "tritonserver (4242) runs far from GPU 0"),
    } <= found


def test_a_driver_that_hangs_is_told_and_does_not_hold_the_command(make_gpus, tmp_path: Path) -> None:
    begin = time.monotonic()
    checks = about_gpus(make_gpus(TWO_GPUS, "call nvmlInit* hang 120"), tmp_path)
    assert time.monotonic() - begin < 15
    assert [finding["title"] for finding in checks["gpu_driver"]["findings"]] == ["the GPU driver does not answer"]
    others = [check for name, check in checks.items() if name != "gpu_driver"]
    assert all((check["status"], check["notes"]) == ("unknown", ["no GPU could be asked"]) for check in others)


def test_a_library_that_sleeps_while_it_is_loaded_does_not_hold_the_end(tmp_path: Path) -> None:
    # The loader's lock is held meanwhile, which the usual end of a program takes.
    source, library = tmp_path / "sleeps.c", tmp_path / "libsleeps.so"
    source.write_text(
        "#include <unistd.h>\n__attribute__((constructor)) static void rest(void) { for (;;) sleep(120); }\n")
    compile_c("-shared", "-fPIC", "-o", library, source)
    file = tmp_path / "latencyd.yml"
    file.write_text(f"hardware: {{collectors: {{nvidia: {{library: {library}}}}}}}\n")
    begin = time.monotonic()
    code, report = doctor(*QUICK, f"--config.file={file}", *fixture(tmp_path, {}))
    assert time.monotonic() - begin < 15
    assert code == 1
    assert [finding["title"] for finding in findings(report)["gpu_driver"]] == ["the GPU driver does not answer"]


def test_memory_far_from_its_gpu_is_found(make_gpus, tmp_path: Path) -> None:
    node, group = "sys/devices/system/node", "sys/fs/cgroup/system.slice/triton.service"
    write(tmp_path, {
        f"{node}/node0/cpulist": "0-3\n", f"{node}/node0/distance": "10 21\n",
        f"{node}/node1/cpulist": "4-7\n", f"{node}/node1/distance": "21 10\n",
        "sys/fs/cgroup/cgroup.controllers": "memory\n",
        f"{group}/memory.numa_stat": "anon N0=1073741824 N1=3221225472\nfile N0=0 N1=0\n",
        "proc/4242/comm": "tritonserver\n", "proc/4242/cgroup": "0::/system.slice/triton.service\n",
        "proc/4242/status": "Pid:\t4242\nVmRSS:\t 5000 kB\nCpus_allowed_list:\t0-3\n",
        "proc/4242/numa_maps": "7f00aa000000 default anon=1 N0=500000 N1=1500000 kernelpagesize_kB=4\n",
    })

    def far() -> dict:
        file = tmp_path / "latencyd.yml"
        gpus = make_gpus(TWO_GPUS)
        file.write_text(f"hardware: {{collectors: {{nvidia: {{library: {gpus.library}}}}}}}\n")
        _, report = doctor(
            *QUICK, f"--config.file={file}", *fixture(tmp_path, {"sys/devices/system/cpu/online": "0-7\n"}),
            env={**os.environ, **gpus.environment})
        [finding] = findings(report)["memory_placement"]
        assert finding["severity"] == "warning"
        assert finding["title"] == "tritonserver (4242) has most of its memory far from GPU 0"
        return finding

    finding = far()
    assert finding["evidence"] == ["tritonserver (4242): 75.0 % of 7.6 GiB on node 1; GPU 0 is near node 0"]
    assert finding["remedy"][0].startswith("sudo systemctl edit triton.service    # [Service] NUMAPolicy=bind NUMAMask=0")
    # A process so large that to look through it would hold it up: its group's memory stands for it.
    status = tmp_path / "proc/4242/status"
    status.write_text(status.read_text().replace("5000 kB", "50000000 kB"))
    evidence = far()["evidence"]
    assert evidence == [
        "tritonserver (4242), with all of the group system.slice/triton.service: 75.0 % of 4.0 GiB on node 1; "
        "GPU 0 is near node 0"]
