/// What is known of one kind of model server: where its metrics are, how they are named, what turns them on.
///
/// One file each in `Profiles/`, and one line in `ServiceProfiles`.
public struct ServiceProfile: Sendable {
    /// The word of configuration files and of the label `profile`.
    public let id: String
    /// As people call it.
    public let title: String
    /// The usual ports of the metrics, the default first.
    public let ports: [Int]
    /// The path of the metrics.
    public let path: String
    /// What has to be said to the server for it to have that page; nil where it always has.
    public let pageSwitch: String?
    /// Labels that name the model; of those that a series has, the first one counts.
    public let modelLabels: [String]
    /// Labels that tell copies of a gauge apart, as where each GPU of a group says the same: of copies the largest
    /// counts.
    public let copyLabels: [String]
    /// Digits that the server prints, where they are so few that sums of a long life stand still; nil for enough.
    public let digits: Int?
    /// For each signal where it may stand, by version of the server: the first source that has a series counts.
    public let signals: [ServiceSignal: [SignalSource]]
    /// Where a signal's buckets stand, when its mean stands elsewhere and is better for it: by model, say.
    public let buckets: [ServiceSignal: [SignalSource]]
    /// What turns a signal on that the server does not show by itself: what to write where.
    public let switches: [ServiceSignal: String]
    /// How the names of the server's own families begin: no other server has them.
    public let signatures: [String]
    /// What is asked at `api_url`, where the server says more than on its page of metrics.
    public let api: (any ServiceAPI)?
    /// The usual port of that API, beside a page of metrics on the first of `ports`; empty without an API.
    public let apiPorts: [Int]

    public init(
        id: String, title: String, ports: [Int], path: String = "/metrics", pageSwitch: String? = nil,
        modelLabels: [String] = [], copyLabels: [String] = [], digits: Int? = nil,
        signals: [ServiceSignal: [SignalSource]],
        buckets: [ServiceSignal: [SignalSource]] = [:], switches: [ServiceSignal: String] = [:],
        signatures: [String] = [], api: (any ServiceAPI)? = nil, apiPorts: [Int] = []
    ) {
        self.id = id
        self.title = title
        self.ports = ports
        self.path = path
        self.pageSwitch = pageSwitch
        self.modelLabels = modelLabels
        self.copyLabels = copyLabels
        self.digits = digits
        self.signals = signals
        self.buckets = buckets
        self.switches = switches
        self.signatures = signatures
        self.api = api
        self.apiPorts = apiPorts
    }

    /// The names of all samples that are read: from the page, and those that begin with `api:` from the API.
    public var sampleNames: Set<String> {
        Set((Array(signals.values.joined()) + buckets.values.joined()).flatMap(\.sampleNames))
    }
}

extension ServiceProfile: Equatable {
    /// Profiles of the catalogue differ in their ids, those of the configuration in where their signals stand.
    public static func == (left: ServiceProfile, right: ServiceProfile) -> Bool {
        left.id == right.id && left.modelLabels == right.modelLabels && left.signals == right.signals
    }
}
