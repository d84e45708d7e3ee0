/// What real engines answered: Prometheus 2.42 and VictoriaMetrics 1.79, both of Debian 12, that scraped one page.
enum EngineAnswers {
    static let prometheusVector = #"""
        {"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"nv_inference_pending_request_count","instance":"127.0.0.1:39181","job":"page","model":"bert \"x\"\\ µ","version":"1"},"value":[1795408921.522,"1"]},{"metric":{"__name__":"nv_inference_pending_request_count","instance":"127.0.0.1:39181","job":"page","model":"resnet","version":"1"},"value":[1795408921.522,"0"]}]}}
        """#
    static let victoriaMetricsVector = #"""
        {"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"nv_inference_pending_request_count","instance":"127.0.0.1:39181","job":"page","model":"bert \"x\"\\ µ","version":"1"},"value":[1795408921,"1"]},{"metric":{"__name__":"nv_inference_pending_request_count","instance":"127.0.0.1:39181","job":"page","model":"resnet","version":"1"},"value":[1795408921,"0"]}]}}
        """#
    static let prometheusQuantile = #"""
        {"status":"success","data":{"resultType":"vector","result":[{"metric":{"model":"resnet"},"value":[1795408921.542,"0.2"]},{"metric":{"model":"bert \"x\"\\ µ"},"value":[1795408921.542,"0.2"]}]}}
        """#
    static let prometheusScalar = #"{"status":"success","data":{"resultType":"scalar","result":[1795408883.765,"3"]}}"#
    static let victoriaMetricsScalar =
        #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1795408883,"3"]}]}}"#
    static let prometheusNaN = #"""
        {"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"odd","instance":"127.0.0.1:39181","job":"page"},"value":[1795408921.566,"NaN"]}]}}
        """#
    static let prometheusInfinity = #"""
        {"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"huge","instance":"127.0.0.1:39181","job":"page"},"value":[1795408921.603,"+Inf"]}]}}
        """#
    static let prometheusTiny = #"""
        {"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"small","instance":"127.0.0.1:39181","job":"page"},"value":[1795408921.622,"-1e-320"]}]}}
        """#
    static let empty = #"{"status":"success","data":{"resultType":"vector","result":[]}}"#
    static let prometheusMatrix = #"""
        {"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"nv_inference_pending_request_count","instance":"127.0.0.1:39181","job":"page","model":"resnet","version":"1"},"values":[[1795408920.172,"0"],[1795408921.172,"0"]]}]}}
        """#
    static let prometheusText = #"{"status":"success","data":{"resultType":"string","result":[1795408883.81,"text"]}}"#
    /// Status 400.
    static let prometheusSyntax = #"""
        {"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": 1:5: parse error: unclosed left parenthesis"}
        """#
    /// Status 422.
    static let prometheusExecution = #"""
        {"status":"error","errorType":"execution","error":"found duplicate series for the match group {} on the right hand-side of the operation: [{__name__=\"nv_inference_request_success\", instance=\"127.0.0.1:39181\", job=\"page\", model=\"resnet\", version=\"1\"}, {__name__=\"nv_inference_request_success\", instance=\"127.0.0.1:39181\", job=\"page\", model=\"bert \\\"x\\\"\\\\ µ\", version=\"1\"}];many-to-many matching not allowed: matching labels must be unique on one side"}
        """#
    /// Status 422.
    static let victoriaMetricsSyntax = #"""
        {"status":"error","errorType":"422","error":"error when executing query=\"sum(\" for (time=1795408882949, step=300000): singleExpr: unexpected token \"\"; want \"(\", \"{\", \"-\", \"+\"; unparsed data: \"\""}
        """#

    /// An answer with these series, each with its labels and its value.
    static func vector(_ series: [([String: String], String)]) -> String {
        let elements = series.map { labels, value in
            let members = labels.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value)\"" }
            return "{\"metric\":{\(members.joined(separator: ","))},\"value\":[1795408921.5,\"\(value)\"]}"
        }
        return """
            {"status":"success","data":{"resultType":"vector","result":[\(elements.joined(separator: ","))]}}
            """
    }
}
