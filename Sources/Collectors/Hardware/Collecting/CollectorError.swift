public import Platform

/// Why a sample, or a whole collector's pass, is absent.
public enum CollectorError: Error, Sendable, Hashable {
    /// A file or folder could not be read.
    case unreadable(HostPath, HostFileError)
    /// A file holds something else than it should; `found` is how it begins.
    case garbled(HostPath, found: String)
    /// A source that is no file failed; `operation` is a fixed name such as a library's function.
    case source(operation: String, message: String)
    /// The collector handed over a sample that would break the page. A defect of the collector.
    case refused(family: String, Refusal)

    /// Why a sample was refused.
    public enum Refusal: String, Sendable, Hashable {
        case undeclared = "its family is not among the collector's descriptors"
        case wrongKind = "a histogram needs a family of histograms, and the other way round"
        case repeated = "another sample has the same labels"
        case notFinite = "its value is not a finite number"
        case negativeCounter = "a counter cannot be negative"
        case tooMany = "the collector has reached its limit of samples"
    }

    /// Errors of one kind are logged once: the same failure of `temp` in two thermal zones is one kind.
    public var kind: String {
        switch self {
        case .unreadable(let path, let error): "\(path.name.filter { !$0.isNumber }): \(error)"
        case .garbled(let path, _): "\(path.name.filter { !$0.isNumber }): garbled"
        case .source(let operation, _): "source \(operation)"
        case .refused(let family, let refusal): "\(family): \(refusal.rawValue)"
        }
    }
}

extension CollectorError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreadable(let path, .denied):
            "\(path): permission denied; run latencyd as a user who may read it, or disable the collector"
        case .unreadable(let path, let error): "\(path): \(error)"
        case .garbled(let path, ""): "\(path): empty"
        case .garbled(let path, let found): "\(path): holds \"\(found)\", which is no value of this file"
        case .source(let operation, let message): "\(operation): \(message)"
        case .refused(let family, let refusal): "a sample of \(family) was left out: \(refusal.rawValue)"
        }
    }
}
