#!/usr/bin/env python3
"""Writes the /sys and /proc of a big host: 128 CPUs, 8 thermal zones, 40 hwmon sensors, 8 disks, a process of 200 threads.

usage: generate.py FOLDER
"""

import pathlib
import sys

CPUS = 128
PACKAGES = 2
CORES_PER_PACKAGE = CPUS // PACKAGES // 2
IDLE_STATES = [("POLL", 0, 0), ("C1", 2, 2), ("C1E", 10, 20), ("C6", 170, 600)]
INTERRUPT_LINES = 150
SERVER = 4711
SERVER_THREADS = 200
SOFTIRQS = ["HI", "TIMER", "NET_TX", "NET_RX", "BLOCK", "IRQ_POLL", "TASKLET", "SCHED", "HRTIMER", "RCU"]
NAMED_INTERRUPTS = {
    "NMI": "Non-maskable interrupts", "LOC": "Local timer interrupts", "SPU": "Spurious interrupts",
    "PMI": "Performance monitoring interrupts", "IWI": "IRQ work interrupts", "RTR": "APIC ICR read retries",
    "RES": "Rescheduling interrupts", "CAL": "Function call interrupts", "TLB": "TLB shootdowns",
    "TRM": "Thermal event interrupts", "THR": "Threshold APIC interrupts", "DFR": "Deferred Error APIC interrupts",
    "MCE": "Machine check exceptions", "MCP": "Machine check polls",
}


class Tree:
    def __init__(self, top):
        self.top = pathlib.Path(top)

    def write(self, path, *lines):
        file = self.top / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(f"{line}\n" for line in lines))

    def link(self, path, target):
        place = self.top / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(target)


def package_of(cpu):
    return cpu // CORES_PER_PACKAGE % PACKAGES


def core_of(cpu):
    return cpu % CORES_PER_PACKAGE


def siblings_of(cpu):
    return cpu % (CPUS // 2), cpu % (CPUS // 2) + CPUS // 2


def cpus(tree):
    folder = "sys/devices/system/cpu"
    for name in ("online", "present", "possible"):
        tree.write(f"{folder}/{name}", f"0-{CPUS - 1}")
    tree.write(f"{folder}/intel_pstate/status", "active")
    tree.write(f"{folder}/intel_pstate/no_turbo", 0)
    for cpu in range(CPUS):
        own = f"{folder}/cpu{cpu}"
        first, second = siblings_of(cpu)
        tree.write(f"{own}/topology/physical_package_id", package_of(cpu))
        tree.write(f"{own}/topology/core_id", core_of(cpu))
        tree.write(f"{own}/topology/thread_siblings_list", f"{first},{second}")
        start = package_of(cpu) * CORES_PER_PACKAGE
        tree.write(
            f"{own}/topology/core_siblings_list",
            f"{start}-{start + CORES_PER_PACKAGE - 1},{start + CPUS // 2}-{start + CPUS // 2 + CORES_PER_PACKAGE - 1}")
        for scope in ("core", "package"):
            tree.write(f"{own}/thermal_throttle/{scope}_throttle_count", 3 + cpu)
            tree.write(f"{own}/thermal_throttle/{scope}_throttle_total_time_ms", 40 + cpu)
            tree.write(f"{own}/thermal_throttle/{scope}_throttle_max_time_ms", 11)
        for number, (name, latency, residency) in enumerate(IDLE_STATES):
            state = f"{own}/cpuidle/state{number}"
            for file, value in [
                ("name", name), ("latency", latency), ("residency", residency), ("disable", 0),
                ("usage", 1_000_000 * number + cpu), ("time", 123_456_789 * number + cpu),
            ]:
                tree.write(f"{state}/{file}", value)
        policy = f"{folder}/cpufreq/policy{cpu}"
        for file, value in [
            ("affected_cpus", cpu), ("related_cpus", cpu), ("scaling_cur_freq", 2_400_000 + cpu * 1_000),
            ("scaling_min_freq", 800_000), ("scaling_max_freq", 3_800_000), ("cpuinfo_max_freq", 3_800_000),
            ("cpuinfo_min_freq", 800_000), ("scaling_governor", "performance"), ("scaling_driver", "intel_pstate"),
            ("energy_performance_preference", "performance"), ("base_frequency", 2_100_000),
        ]:
            tree.write(f"{policy}/{file}", value)
        tree.link(f"{own}/cpufreq", f"../cpufreq/policy{cpu}")


def nodes(tree):
    for node in range(PACKAGES):
        folder = f"sys/devices/system/node/node{node}"
        events = ("numa_hit", "numa_miss", "numa_foreign", "interleave_hit", "local_node", "other_node")
        tree.write(f"{folder}/numastat", *[f"{event} {81_234_567 + node}" for event in events])
        tree.write(
            f"{folder}/meminfo", f"Node {node} MemTotal:       527925180 kB", f"Node {node} MemFree:        41925180 kB",
            f"Node {node} MemUsed:        486000000 kB")


def thermal(tree):
    for zone in range(8):
        folder = f"sys/class/thermal/thermal_zone{zone}"
        tree.write(f"{folder}/type", "x86_pkg_temp" if zone < 2 else "acpitz")
        tree.write(f"{folder}/temp", 51_000 + zone * 1_000)
        for trip, (kind, value) in enumerate([("passive", 95_000), ("critical", 105_000)]):
            tree.write(f"{folder}/trip_point_{trip}_temp", value)
            tree.write(f"{folder}/trip_point_{trip}_type", kind)
    for device in range(CPUS):
        folder = f"sys/class/thermal/cooling_device{device}"
        tree.write(f"{folder}/type", "Processor")
        tree.write(f"{folder}/cur_state", 0)
        tree.write(f"{folder}/max_state", 3)


def hwmon(tree):
    chips = [("coretemp", 16), ("coretemp", 16), ("nvme", 3), ("nvme", 3), ("power_meter", 2)]
    for number, (name, sensors) in enumerate(chips):
        folder = f"sys/class/hwmon/hwmon{number}"
        tree.write(f"{folder}/name", name)
        for sensor in range(1, sensors + 1):
            if name == "power_meter":
                tree.write(f"{folder}/power{sensor}_input", 812_000_000)
                continue
            tree.write(f"{folder}/temp{sensor}_input", 48_000 + sensor * 500)
            tree.write(f"{folder}/temp{sensor}_label", f"Core {sensor}" if name == "coretemp" else f"Sensor {sensor}")
            tree.write(f"{folder}/temp{sensor}_max", 85_000)
            tree.write(f"{folder}/temp{sensor}_crit", 95_000)


def energy_and_errors(tree):
    for package in range(PACKAGES):
        for suffix, name in (("", f"package-{package}"), (":0", "dram")):
            folder = f"sys/class/powercap/intel-rapl:{package}{suffix}"
            tree.write(f"{folder}/name", name)
            tree.write(f"{folder}/energy_uj", 123_456_789_012)
            tree.write(f"{folder}/max_energy_range_uj", 262_143_328_850)
    for controller in range(16):
        folder = f"sys/devices/system/edac/mc/mc{controller}"
        tree.write(f"{folder}/ce_count", controller)
        tree.write(f"{folder}/ue_count", 0)


def times(tree):
    fields = "912345 1234 412345 98765432 1234 0 4321 17 0 0"
    lines = [f"cpu  {fields}"] + [f"cpu{cpu} {fields}" for cpu in range(CPUS)]
    lines.append("intr 123456789 " + " ".join(str(number % 97) for number in range(1_024)))
    lines += ["ctxt 98765432123", "btime 1700000000", "processes 1234567", "procs_running 3", "procs_blocked 0"]
    lines.append("softirq 1234567 1 2 3 4 5 6 7 8 9 10")
    tree.write("proc/stat", *lines)
    domain = "domain0 00000000,00000000,00000000,00000003 " + " ".join(["0"] * 36)
    rows = ["version 15", "timestamp 4294937296"]
    for cpu in range(CPUS):
        rows += [f"cpu{cpu} 0 0 0 0 0 0 {10**12 + cpu} {10**10 + cpu} {10**6 + cpu}", domain]
    tree.write("proc/schedstat", *rows)


def interrupts(tree):
    head = " " * 12 + "".join(f"CPU{cpu:<7}" for cpu in range(CPUS))
    counts = "".join(f"{(cpu * 7919) % 1_000_003:>11}" for cpu in range(CPUS))
    lines = [f"{irq:>4}:{counts}  IR-PCI-MSI {irq * 1024}-edge      mlx5_comp{irq}@pci:0000:17:00.0"
             for irq in range(INTERRUPT_LINES - len(NAMED_INTERRUPTS))]
    lines += [f"{name:>4}:{counts}   {text}" for name, text in NAMED_INTERRUPTS.items()]
    tree.write("proc/interrupts", head, *lines, " ERR:          0", " MIS:          0")
    tree.write("proc/softirqs", head, *[f"{name:>12}:{counts}" for name in SOFTIRQS])
    row = " ".join(["0001e240", "00000000", "00000003"] + ["00000000"] * 9)
    tree.write("proc/net/softnet_stat", *[f"{row} {cpu:08x}" for cpu in range(CPUS)])


def memory(tree):
    events = """nr_free_pages nr_dirty nr_writeback allocstall_dma allocstall_dma32 allocstall_normal allocstall_movable
        pgfault pgmajfault pgscan_kswapd pgscan_direct pgsteal_kswapd pgsteal_direct compact_stall compact_fail
        compact_success thp_fault_alloc thp_fault_fallback thp_split_page thp_collapse_alloc pswpin pswpout
        numa_pages_migrated numa_hint_faults oom_kill workingset_refault_anon workingset_refault_file pgmigrate_success
        pgmigrate_fail drop_pagecache drop_slab""".split()
    others = [f"nr_zone_something_{number}" for number in range(140)]
    tree.write("proc/vmstat", *[f"{name} {number * 1_000 + 17}" for number, name in enumerate(events + others)])
    tree.write(
        "proc/meminfo",
        *[f"{name + ':':<16}{kilobytes:>10} kB" for name, kilobytes in [
            ("MemTotal", 1_055_850_360), ("MemFree", 83_850_360), ("MemAvailable", 903_850_360), ("Buffers", 12_345),
            ("Cached", 803_850_360), ("SwapCached", 0), ("Dirty", 1_234), ("Writeback", 0), ("SwapTotal", 8_388_604),
            ("SwapFree", 8_388_604), ("AnonHugePages", 1_048_576)]])
    for file, modes in [("enabled", "always [madvise] never"), ("defrag", "always defer defer+madvise [madvise] never")]:
        tree.write(f"sys/kernel/mm/transparent_hugepage/{file}", modes)
    for resource in ("cpu", "io", "memory"):
        line = "avg10=0.12 avg60=0.10 avg300=0.05 total=123456789"
        tree.write(f"proc/pressure/{resource}", f"some {line}", f"full {line}")


def disks_and_network(tree):
    rows = []
    for disk in range(8):
        rows.append(f" 259 {disk * 4} nvme{disk}n1 123456 12 9876543 45678 654321 34 8765432 98765 0 87654 144443 0 0 0 0 99 7")
        rows += [f" 259 {disk * 4 + part} nvme{disk}n1p{part} 12 0 96 4 0 0 0 0 0 4 4 0 0 0 0 0 0" for part in (1, 2, 3)]
        (tree.top / f"sys/block/nvme{disk}n1").mkdir(parents=True)
    tree.write("proc/diskstats", *rows)
    tree.write(
        "proc/net/snmp",
        "Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs "
        "OutSegs RetransSegs InErrs OutRsts InCsumErrors", "Tcp: 1 200 120000 -1 1234 4321 12 34 56 9876543 8765432 321 0 99 0")
    tree.write(
        "proc/net/netstat",
        "TcpExt: SyncookiesSent ListenOverflows ListenDrops TCPLostRetransmit TCPTimeouts PruneCalled TCPBacklogDrop "
        "TCPRcvQDrop", "TcpExt: 0 3 4 55 66 0 0 0")


def process(tree):
    folder = f"proc/{SERVER}"
    tree.write(f"{folder}/cmdline", "model-server\0--port=8000\0")
    tree.write(f"{folder}/cgroup", "0::/system.slice/model-server.service")
    tree.write(f"{folder}/comm", "model-server")
    for task in range(SERVER, SERVER + SERVER_THREADS):
        fields = f"S 1 {SERVER} {SERVER} 0 -1 4194560 123456 0 78 0 98765 4321 0 0 20 0 {SERVER_THREADS} 0 4711 99999999"
        stat = f"{task} (model-server) {fields} 1234567 18446744073709551615 " + " ".join(["0"] * 26)
        status = [
            "Name:\tmodel-server", "Umask:\t0022", "State:\tS (sleeping)", f"Tgid:\t{SERVER}", "Ngid:\t0",
            f"Pid:\t{task}", "PPid:\t1", "TracerPid:\t0", "Uid:\t998\t998\t998\t998", "Gid:\t998\t998\t998\t998",
            "FDSize:\t1024", "Groups:\t998 ", "VmPeak:\t 9876543 kB", "VmSize:\t 9876543 kB", "VmLck:\t       0 kB",
            "VmPin:\t       0 kB", "VmHWM:\t 4938268 kB", "VmRSS:\t 4938268 kB", "RssAnon:\t 4838268 kB",
            f"Threads:\t{SERVER_THREADS}", "SigQ:\t0/4127", "SigPnd:\t0000000000000000",
            "Cpus_allowed:\tffffffff,ffffffff,ffffffff,ffffffff", "Cpus_allowed_list:\t0-127", "Mems_allowed_list:\t0-1",
            f"voluntary_ctxt_switches:\t{task * 17}", f"nonvoluntary_ctxt_switches:\t{task}"]
        for place in [f"{folder}/task/{task}"] + ([folder] if task == SERVER else []):
            tree.write(f"{place}/stat", stat)
            tree.write(f"{place}/status", *status)
            tree.write(f"{place}/schedstat", f"{10**9 + task} {10**7 + task} 4711")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    tree = Tree(sys.argv[1])
    for part in (cpus, nodes, thermal, hwmon, energy_and_errors, times, interrupts, memory, disks_and_network, process):
        part(tree)


if __name__ == "__main__":
    main()
