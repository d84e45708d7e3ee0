internal import Telemetry

extension SignalSource {
    /// What a summary states, by its series without the label `quantile`.
    func quantiles(of samples: [String: [ScrapedSample]], named name: String) -> [LabelSet: StatedQuantiles] {
        var quantiles: [LabelSet: StatedQuantiles] = [:]
        for sample in samples[name] ?? [] where takes(sample.labels) {
            guard let quantile = sample.labels["quantile"].flatMap(ExpositionNumber.value) else { continue }
            quantiles[sample.labels.removing("quantile"), default: StatedQuantiles()].take(
                sample.value * scale, quantile: quantile)
        }
        return quantiles
    }
}
