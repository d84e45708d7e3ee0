import ArgumentParser

/// The command line's root.
@main
struct Latencyd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latencyd", abstract: "Says when inference latency is not normal, and why.")
}
