/// What supervisors and operators ask of the process.
enum LifecycleRoutes {
    static let all = [
        WebRoute.page("/-/healthy", "Whether the process answers") { _, _ in
            .text("latencyd is healthy.\n")
        },
        WebRoute.page("/-/ready", "Whether it does its whole work yet; 503 until then") { _, source in
            source.isReady
                ? .text("latencyd is ready.\n")
                : .text("latencyd is not ready: it is starting or stopping.\n", status: 503)
        },
        WebRoute.action("/-/reload") { _, source in
            switch source.reload() {
            case .reloaded: .text("The configuration was reloaded.\n")
            case .refused(let errors):
                .text(
                    "The configuration was not reloaded; the old one stays in force:\n"
                        + errors.map { $0 + "\n" }.joined(), status: 500)
            }
        },
    ]
}
