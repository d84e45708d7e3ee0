/// A path and what is done there.
struct WebRoute: Sendable {
    /// The exact path.
    let path: String
    /// The methods it answers; others get 405.
    let methods: [String]
    /// What is to be found there, one line for the landing page; nil keeps the route off it.
    let summary: String?
    /// Answers a request whose path and method fit.
    let respond: @Sendable (WebRequest, any WebSource) -> WebResponse

    /// A page to look at.
    static func page(
        _ path: String, _ summary: String? = nil,
        respond: @escaping @Sendable (WebRequest, any WebSource) -> WebResponse
    ) -> WebRoute {
        WebRoute(path: path, methods: ["GET", "HEAD"], summary: summary, respond: respond)
    }

    /// Something that is done.
    static func action(
        _ path: String, _ summary: String? = nil,
        respond: @escaping @Sendable (WebRequest, any WebSource) -> WebResponse
    ) -> WebRoute {
        WebRoute(path: path, methods: ["POST", "PUT"], summary: summary) { request, source in
            guard let reason = RequestOrigin(request).refusal else { return respond(request, source) }
            return .text(reason + ".\n", status: 403)
        }
    }
}

/// Every route, one group a file.
enum WebRouteCatalogue {
    static let all: [WebRoute] = MetricsRoutes.all + APIRoutes.all + LifecycleRoutes.all + LandingRoutes.all
}
