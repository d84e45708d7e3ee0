@testable import latencyd

/// The collectors that the tests' configurations may name.
let collectorIds = [
    "thermal", "cpu_frequency", "pressure", "process", "cgroup_cpu", "cgroup_memory", "wakeup_latency", "nvidia",
]

func decode(_ text: String, file: String = "f.yml") throws(ConfigurationProblems) -> LoadedConfiguration {
    try Configuration.decode(text: text, fileName: file, knownCollectors: collectorIds)
}

/// The lines that `text` is refused with; none when it is taken.
func errorLines(_ text: String, file: String = "f.yml") -> [String] {
    do {
        _ = try decode(text, file: file)
        return []
    } catch {
        return error.lines
    }
}
