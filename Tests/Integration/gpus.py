"""NVIDIA's management library for tests: built here from fake_nvml/ and NVIDIA's header, driven by a script."""

import fnmatch
import importlib.util
import os
import re
import shutil
import struct
import subprocess
from pathlib import Path

SOURCES = Path(__file__).parent / "fake_nvml"
SONAME = "libnvidia-ml.so.1"

# What a driver of 2018 does not have.
SINCE_2018 = (
    "nvmlDeviceGetMemoryInfo_v2", "nvmlDeviceGet*ClocksEventReasons", "nvmlDeviceGet*RunningProcesses_v?",
    "nvmlDeviceGetFieldValues", "nvmlDeviceGetTemperatureV", "nvmlDeviceGetMarginTemperature", "nvmlEventSetWait_v2",
    "nvmlDeviceGetPciInfo_v3", "nvmlDeviceGetAttributes*", "nvmlGpm*", "nvmlDevice*Mig*", "nvmlDeviceGet*InstanceId",
    "nvmlDeviceGetNumaNodeId", "nvmlDeviceGetIrqNum", "nvmlDeviceGetRemappedRows", "nvmlDeviceGetJpgUtilization",
    "nvmlDeviceGetOfaUtilization", "nvmlDeviceGetGpuMaxPcieLinkGeneration", "nvmlDeviceGetCpuAffinityWithinScope",
    "nvmlDeviceGetMemoryAffinity", "nvmlInitWithFlags", "nvmlDeviceGetProcessUtilization", "nvmlDeviceGetArchitecture",
)


def header_folder() -> Path:
    """Where NVIDIA's nvml.h is, which the package nvidia-nvml-dev-cu12 brings."""
    package = importlib.util.find_spec("nvidia.nvml_dev")
    assert package, "the package nvidia-nvml-dev-cu12 is missing; run `make test-deps`"
    return Path(next(iter(package.submodule_search_locations))) / "include"


def compiler() -> str:
    """The machine's C compiler, or the one that comes with Swift."""
    found = os.environ.get("CC") or shutil.which("cc") or shutil.which("clang")
    if not found and (swift := shutil.which("swift")):
        found = str(Path(swift).resolve().parent / "clang")
    assert found and shutil.which(found), "there is no C compiler (Debian: apt-get install gcc libc6-dev)"
    return found


def compile_c(*arguments: str | Path) -> None:
    command = [compiler(), "-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, f"{' '.join(command)}\n{result.stderr}"


class Library:
    """Compiles the library once, and links it with or without some of its functions."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._linked: dict[frozenset[str], Path] = {}
        self._objects: list[Path] = []

    def path(self, missing: tuple[str, ...] = ()) -> Path:
        """The shared library without the functions that match one of the patterns `missing`."""
        hidden = frozenset(name for pattern in missing for name in self._matching(pattern))
        if hidden not in self._linked:
            self._linked[hidden] = self._link(hidden)
        return self._linked[hidden]

    def _matching(self, pattern: str) -> list[str]:
        declared = re.findall(r"DECLDIR\s+(nvml\w+)\s*\(", (header_folder() / "nvml.h").read_text())
        found = fnmatch.filter(declared, pattern)
        assert found, f"NVML has no function {pattern}"
        return found

    def _link(self, hidden: frozenset[str]) -> Path:
        if not self._objects:
            self._objects = self._compile()
        folder = self._folder / f"variant-{len(self._linked)}"
        folder.mkdir()
        exports = folder / "exports.map"
        exports.write_text("{ global: nvml*; local: " + "".join(f"{name}; " for name in sorted(hidden)) + "*; };\n")
        library = folder / SONAME
        compile_c("-shared", f"-Wl,-soname,{SONAME}", f"-Wl,--version-script={exports}", "-o", library, *self._objects)
        return library

    def _compile(self) -> list[Path]:
        objects = []
        for source in sorted(SOURCES.glob("*.c")):
            objects.append(self._folder / f"{source.stem}.o")
            # The header renames the unversioned functions to the newest ones otherwise.
            compile_c(
                "-c", "-fPIC", "-O1", "-DNVML_NO_UNVERSIONED_FUNC_DEFS", "-isystem", header_folder(), source,
                "-o", objects[-1])
        return objects


class GPUs:
    """The GPUs of one test: what they say, which can change at any time, and what they were asked."""

    _counter = struct.Struct("72sQ")

    def __init__(self, folder: Path, library: Library, missing: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self.library = library.path(missing)
        self._script = folder / "gpus.txt"
        self._counts = folder / "counts"
        self._lines: list[str] = []

    @property
    def environment(self) -> dict[str, str]:
        return {"FAKE_NVML_SCRIPT": str(self._script), "FAKE_NVML_COUNTS": str(self._counts)}

    def write(self, *scripts: str) -> "GPUs":
        """Replaces the script; the format is in fake_nvml/README.md."""
        self._lines = [line.strip() for script in scripts for line in script.splitlines() if line.strip()]
        # A reader sees the old script or the new one, never a half.
        draft = self._script.with_suffix(".new")
        draft.write_text("".join(f"{line}\n" for line in self._lines))
        draft.rename(self._script)
        return self

    def add(self, *scripts: str) -> "GPUs":
        """Adds to the script. A `device` line counts more than those before it, a `call` line less."""
        return self.write(*self._lines, *scripts)

    def without(self, pattern: str) -> "GPUs":
        """Takes the lines that match the pattern out of the script."""
        kept = [line for line in self._lines if not fnmatch.fnmatchcase(line, pattern)]
        assert len(kept) < len(self._lines), f"no line matches {pattern}"
        return self.write(*kept)

    def counts(self) -> dict[str, int]:
        """How often each function was called, by name, and by name and device ("nvmlDeviceGetName 0")."""
        if not self._counts.exists():
            return {}
        found = {}
        for name, calls in self._counter.iter_unpack(self._counts.read_bytes()):
            if not name[0]:
                break
            found[name.rstrip(b"\0").decode()] = calls
        return found

    def calls(self, pattern: str) -> int:
        """How many calls there were of what matches, for example "nvmlDeviceGetName 0" or "nvmlDevice* 1"."""
        return sum(calls for name, calls in self.counts().items() if fnmatch.fnmatchcase(name, pattern))


# Two GPUs in good health, with all that a GPU of today tells.
TWO_GPUS = """
    devices 2
    driver 570.86.15
    device * name NVIDIA H100 80GB HBM3
    device 0 uuid GPU-11111111-aaaa-bbbb-cccc-000000000000
    device 1 uuid GPU-22222222-aaaa-bbbb-cccc-000000000000
    device 0 pci.bus_id 00000000:17:00.0
    device 1 pci.bus_id 00000000:65:00.0
    device * serial 1650000000000
    device * minor 0
    device * architecture 9
    device * capability 9.0
    device * brand 14
    device * irq 211
    device 0 numa_node 0
    device 1 numa_node 1
    device 0 affinity.cpus 0 1 2 3 64
    device 1 affinity.cpus 4 5 6 7 65
    device 0 affinity.memory 0
    device 1 affinity.memory 1

    device 0 utilization.gpu 70
    device 1 utilization.gpu 45
    device * utilization.memory 33
    device * utilization.encoder 11
    device * utilization.decoder 12
    device * utilization.jpeg 13
    device * utilization.ofa 14
    device * samples.gpu 60 70 80
    device * samples.memory 30 33 36
    device * samples.power 340000 350000 360000
    device * samples.sm_clock 1800 1980
    device * samples.memory_clock 2619 2619

    device * memory.total 85899345920
    device 0 memory.used 21474836480
    device 1 memory.used 10737418240
    device * memory.reserved 536870912
    device * bar1.total 137438953472
    device * bar1.used 4194304

    device * clock.graphics 1980
    device * clock.sm 1965
    device * clock.memory 2619
    device * clock.video 1530
    device * max_clock.graphics 1995
    device * max_clock.sm 1995
    device * max_clock.memory 2619
    device * max_clock.video 1545
    device * applications_clock.graphics 1980
    device * applications_clock.sm 1980
    device * applications_clock.memory 2619
    device * default_clock.graphics 1980
    device * default_clock.sm 1980
    device * default_clock.memory 2619
    device 0 reasons 0x4
    device 1 reasons 0x0
    device * reasons.supported 0x1ff
    device * violation.0 3000000000
    device * violation.1 1000000000

    device * field.74 1500000000
    device * field.75 250000000
    device * field.76 0
    device * field.77 5000000
    device * field.78 90000000000
    device * field.79 0
    device * field.81 7000000
    device * field.82 u32 71
    device * field.94 u32 3
    device * field.29 u32 1
    device * field.30 u32 2
    device * field.31 u32 0
    device * field.142 u32 2
    device * field.143 u32 1
    device * field.144 u32 0
    device * field.145 u32 0
    device * field.169 u32 2
    device * field.173 u32 4
    device * field.174 u32 5
    device * field.175 u32 6
    device * field.176 u32 7
    device * field.177 u32 8
    device * field.178 u32 9
    device * field.179 u32 10
    device * field.180 u32 11
    device * field.181 u32 12
    device * field.182 u32 13
    device * field.183 u32 14
    device * field.185 u32 348000
    device * field.186 u32 352500
    device * field.190 u32 700000
    device * field.192 u32 700000
    device * field.193 i32 -8
    device * field.194 i32 -2
    device * field.195 i32 0
    device * field.196 i32 0
    device * field.197 123456789000
    device * field.198 987654321000

    device * power 351000
    device * power.limit 700000
    device * power.default_limit 700000
    device * power.enforced_limit 700000
    device * power.min_limit 200000
    device * power.max_limit 700000
    device 0 energy 123456789
    device 1 energy 23456789
    device 0 temperature 61
    device 1 temperature 55
    device * temperature.margin 26
    device * temperature.threshold.0 95
    device * temperature.threshold.1 92
    device * temperature.threshold.2 95
    device * temperature.threshold.3 87
    device 0 pstate 0
    device 1 pstate 2
    device * persistence 1
    device * compute_mode 0

    device * pcie.generation 4
    device * pcie.max_generation 5
    device * pcie.gpu_max_generation 5
    device * pcie.width 16
    device * pcie.max_width 16
    device * pcie.tx 1500000
    device * pcie.rx 2500000
    device * pcie.replays 3

    device * ecc.mode 1
    device * ecc.corrected.volatile 5
    device * ecc.uncorrected.volatile 1
    device * ecc.corrected.aggregate 15
    device * ecc.uncorrected.aggregate 2
    device * remapped.correctable 2
    device * remapped.uncorrectable 1
    device * remapped.pending 0
    device * remapped.failure 0
    device * retired.pending 0

    device * nvlink.0.state 1
    device * nvlink.0.version 6
    device * nvlink.0.error.0 1
    device * nvlink.0.error.1 2
    device * nvlink.0.error.2 3
    device * nvlink.0.error.3 4
    device * nvlink.1.state 0
    device * field.138/0 1048576
    device * field.139/0 2097152
    device * field.167/0 u32 1
    device * field.160 7
    device * field.215/0 u32 4

    device * gpm.supported 1
    device * gpm.1 91.5
    device * gpm.2 55.25
    device * gpm.3 31.5
    device * gpm.5 44
    device * gpm.10 62.5
    device * gpm.20 1500
    device * gpm.21 2500
    device * gpm.60 100
    device * gpm.61 200
    device * mig.mode 0

    process 0 compute 4242 17179869184
    process 0 compute 4243 1073741824
    process 1 mps 4343 2147483648
    process 1 graphics 4444 268435456
    process-use 0 4242 66 31 0 2
    process-use 0 4243 4 2 0 0
"""

# For the first of the two: MIG mode with two instances.
MIG = """
    device 0 mig.mode 1
    device 0 mig.max 7
    device 0/0 uuid MIG-aaaaaaaa-0000-0000-0000-000000000000
    device 0/0 name NVIDIA H100 80GB HBM3 MIG 3g.40gb
    device 0/0 gpu_instance 1
    device 0/0 compute_instance 0
    device 0/0 memory.total 42949672960
    device 0/0 memory.used 4294967296
    device 0/0 memory.reserved 1048576
    device 0/0 slices.gpu 3
    device 0/0 slices.compute 3
    device 0/0 gpm.2 77.5
    device 0/1 uuid MIG-bbbbbbbb-0000-0000-0000-000000000000
    device 0/1 name NVIDIA H100 80GB HBM3 MIG 1g.10gb
    device 0/1 gpu_instance 9
    device 0/1 compute_instance 2
    device 0/1 memory.total 10737418240
    device 0/1 memory.used 1073741824
    device 0/1 memory.reserved 1048576
    device 0/1 slices.gpu 1
    device 0/1 slices.compute 1
    device 0/1 gpm.2 12.5
    process 0/1 compute 5151 536870912 9 2
"""
