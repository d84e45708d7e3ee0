internal import Platform

enum PushKey: String, ConfigurationKey {
    case datagramSocket = "datagram_socket"
    case streamSocket = "stream_socket"
    case socketMode = "socket_mode"
    case socketGroup = "socket_group"
    case maxSeries = "max_series"
    case maxSeriesPerMetric = "max_series_per_metric"
    case maxSeriesPerSender = "max_series_per_sender"
    case expireAfter = "expire_after"
    case buckets
    case clientTelemetry = "client_telemetry"
    case signedGauges = "signed_gauges"
    case layers
}

enum LayerKey: String, ConfigurationKey {
    case framework, service, business
}

extension ConfigurationDecoder {
    mutating func push(_ section: ConfigurationField) -> PushConfiguration {
        var push = PushConfiguration()
        var set: [PushKey: ConfigurationField] = [:]
        for (key, field) in fields(of: section, PushKey.self) {
            set[key] = field
            switch key {
            case .datagramSocket: push.datagramSocket = text(field, "the path of a socket", PathScalar.socket)
            case .streamSocket: push.streamSocket = text(field, "the path of a socket", PathScalar.socket)
            case .socketMode: push.socketMode = socketMode(field) ?? push.socketMode
            case .socketGroup: push.socketGroup = text(field, "the name of a group", SocketScalars.group)
            case .maxSeries: push.maxSeries = series(field) ?? push.maxSeries
            case .maxSeriesPerMetric: push.maxSeriesPerMetric = series(field) ?? push.maxSeriesPerMetric
            case .maxSeriesPerSender: push.maxSeriesPerSender = series(field) ?? push.maxSeriesPerSender
            case .expireAfter:
                push.expireAfter = duration(field, in: PushConfiguration.expireAfterRange) ?? push.expireAfter
            case .buckets: push.buckets = buckets(field) ?? push.buckets
            case .clientTelemetry: push.clientTelemetry = choice(field, ClientTelemetry.self) ?? push.clientTelemetry
            case .signedGauges: push.signedGauges = choice(field, SignedGauges.self) ?? push.signedGauges
            case .layers: push.layers = layers(field)
            }
        }
        checkSockets(push, set)
        checkSeriesLimits(&push, set)
        return push
    }

    private mutating func series(_ field: ConfigurationField) -> Int? {
        integer(field, in: PushConfiguration.seriesRange)
    }

    /// Only in quotes: YAML readers take a plain 0660 for the number 432.
    private mutating func socketMode(_ field: ConfigurationField) -> UInt32? {
        if case .scalar(let scalar) = field.node.content, scalar.style == .plain, !scalar.isNull {
            let digits = scalar.text.utf8.allSatisfy(\.isDigit) ? scalar.text : "0660"
            report(
                field, "\(YAMLQuotation.of(scalar.text)) is not quoted, and a number to YAML",
                "write the mode in quotes: \"\(digits)\"")
            return nil
        }
        return text(field, "an octal mode in quotes such as \"0660\"", SocketScalars.mode)
    }

    private mutating func buckets(_ field: ConfigurationField) -> [Duration]? {
        let elements = elements(field, limit: PushConfiguration.bucketsMax, of: "durations")
        if elements.isEmpty, case .sequence = field.node.content {
            report(field, "the list is empty", "write 1 to \(PushConfiguration.bucketsMax) durations")
        }
        var bounds: [Duration] = []
        for element in elements {
            guard let bound = duration(element, in: PushConfiguration.bucketRange) else { continue }
            if let last = bounds.last, bound <= last {
                report(
                    element,
                    "\(DurationScalar.format(bound)) does not exceed the bound before it, "
                        + DurationScalar.format(last), "write the bounds in ascending order")
            } else {
                bounds.append(bound)
            }
        }
        return bounds.isEmpty ? nil : bounds
    }

    private mutating func layers(_ section: ConfigurationField) -> LayerPatterns {
        var layers = LayerPatterns()
        var layerOf: [String: String] = [:]
        for (key, field) in fields(of: section, LayerKey.self) {
            var patterns: [String] = []
            for element in elements(field, limit: LayerPatterns.patternsMax, of: "patterns") {
                guard let pattern = text(element, "a pattern of names", NameScalars.timingPattern) else { continue }
                if let other = layerOf.updateValue(key.rawValue, forKey: pattern) {
                    report(element, "the pattern stands under '\(other)' already", "keep one of the two")
                }
                patterns.append(pattern)
            }
            switch key {
            case .framework: layers.framework = patterns
            case .service: layers.service = patterns
            case .business: layers.business = patterns
            }
        }
        return layers
    }
}

// MARK: - Settings against each other

extension ConfigurationDecoder {
    private mutating func checkSockets(_ push: PushConfiguration, _ set: [PushKey: ConfigurationField]) {
        let datagram = push.datagramSocket ?? PushConfiguration.datagramSocketDefault
        let stream = push.streamSocket ?? PushConfiguration.streamSocketDefault
        guard PathScalar.normalised(datagram) == PathScalar.normalised(stream) else { return }
        let remedy = "give each socket a path of its own"
        if let field = set[.streamSocket] {
            report(field, "is the path of push.datagram_socket too", remedy)
        } else if let field = set[.datagramSocket] {
            report(field, "is the path of push.stream_socket too", remedy)
        }
    }

    /// A limit of the file must not exceed the whole; one that is not set never does.
    private mutating func checkSeriesLimits(_ push: inout PushConfiguration, _ set: [PushKey: ConfigurationField]) {
        if let field = set[.maxSeriesPerMetric], push.maxSeriesPerMetric > push.maxSeries {
            report(field, Self.exceeds(push.maxSeriesPerMetric, push.maxSeries))
        }
        if let field = set[.maxSeriesPerSender], push.maxSeriesPerSender > push.maxSeries {
            report(field, Self.exceeds(push.maxSeriesPerSender, push.maxSeries))
        }
        push.maxSeriesPerMetric = min(push.maxSeriesPerMetric, push.maxSeries)
        push.maxSeriesPerSender = min(push.maxSeriesPerSender, push.maxSeries)
    }

    private static func exceeds(_ part: Int, _ whole: Int) -> ScalarProblem {
        .impossible("\(part)", "exceeds push.max_series, \(whole)", "write at most \(whole), or raise push.max_series")
    }
}
