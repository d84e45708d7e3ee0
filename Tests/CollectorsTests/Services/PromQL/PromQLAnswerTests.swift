import Testing

@testable import Collectors

@Suite("Answers of engines")
struct PromQLAnswerTests {
    private static func elements(_ text: String, status: Int = 200) throws(ServiceFailure) -> [PromQLElement] {
        var elements: [PromQLElement] = []
        try PromQLAnswer.read(status: status, body: Array(text.utf8), of: "http://engine") { elements.append($0) }
        return elements
    }

    private static func failure(_ text: String, status: Int = 200) -> ServiceFailure? {
        do {
            _ = try elements(text, status: status)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "A vector has its series with all their labels",
        arguments: [EngineAnswers.prometheusVector, EngineAnswers.victoriaMetricsVector])
    func vector(_ text: String) throws {
        let labels = [
            "__name__": "nv_inference_pending_request_count", "instance": "127.0.0.1:39181", "job": "page",
            "version": "1",
        ]
        #expect(
            try Self.elements(text) == [
                PromQLElement(metric: labels.merging(["model": "bert \"x\"\\ µ"]) { $1 }, value: 1),
                PromQLElement(metric: labels.merging(["model": "resnet"]) { $1 }, value: 0),
            ])
    }

    @Test(
        "A scalar is a series without labels",
        arguments: [EngineAnswers.prometheusScalar, EngineAnswers.victoriaMetricsScalar])
    func scalar(_ text: String) throws {
        #expect(try Self.elements(text) == [PromQLElement(metric: [:], value: 3)])
    }

    @Test("Values are all that Prometheus writes")
    func values() throws {
        #expect(try Self.elements(EngineAnswers.prometheusNaN).first?.value?.isNaN == true)
        #expect(try Self.elements(EngineAnswers.prometheusInfinity).first?.value == .infinity)
        #expect(try Self.elements(EngineAnswers.prometheusTiny).first?.value == Double("-1e-320"))
        #expect(try Self.elements(EngineAnswers.empty) == [])
        #expect(try Self.elements(EngineAnswers.vector([([:], "text")])) == [PromQLElement(metric: [:], value: nil)])
    }

    @Test(
        "A value that is no decimal number is none",
        arguments: ["0x10", "0x1p3", "1_0", " 1", "1 ", "", "1e", "nanny", "١"])
    func strict(_ text: String) throws {
        #expect(try Self.elements(EngineAnswers.vector([([:], text)])) == [PromQLElement(metric: [:], value: nil)])
    }

    @Test("A native histogram has no value, and warnings are passed over")
    func unusual() throws {
        let text = #"""
            {"status":"success","warnings":["part of the data is missing"],"infos":["x"],"data":{"stats":{"a":1},
            "resultType":"vector","result":[{"metric":{"a":"b"},"histogram":[1795408921,{"count":"1","sum":"2"}]}]}}
            """#
        #expect(try Self.elements(text) == [PromQLElement(metric: ["a": "b"], value: nil)])
    }

    @Test("Members come in any order")
    func order() throws {
        let text =
            #"{"data":{"result":[{"value":[1,"2"],"metric":{"a":"b"}}],"resultType":"vector"},"status":"success"}"#
        #expect(try Self.elements(text) == [PromQLElement(metric: ["a": "b"], value: 2)])
    }

    @Test(
        "What an engine refuses is an error of the query, in its words",
        arguments: [
            (EngineAnswers.prometheusSyntax, 400, "bad_data: invalid parameter \"query\": 1:5: parse error"),
            (EngineAnswers.prometheusExecution, 422, "execution: found duplicate series for the match group"),
            (EngineAnswers.victoriaMetricsSyntax, 422, "422: error when executing query=\"sum(\""),
            (EngineAnswers.prometheusMatrix, 200, "it gives a matrix; write a query for one value"),
            (EngineAnswers.prometheusText, 200, "it gives a string;"),
            (#"{"status":"error","errorType":"timeout","error":"query timed out"}"#, 503, "timeout: query timed out"),
            (#"{"status":"error","error":"two\nlines"}"#, 422, "two lines"),
            (#"{"status":"error"}"#, 200, "refused without a reason"),
        ])
    func refused(_ text: String, _ status: Int, _ words: String) {
        let failure = Self.failure(text, status: status)
        #expect(failure?.reason == .query)
        #expect(failure?.description.hasPrefix(words) == true, "\(failure?.description ?? "")")
    }

    @Test("An engine's error is cut where it becomes a page")
    func longError() {
        let text = #"{"status":"error","error":"\#(String(repeating: "é", count: 10_000))"}"#
        #expect(Self.failure(text, status: 422)?.description.unicodeScalars.count == PromQLLimits.errorLengthMax)
    }

    @Test(
        "Statuses of servers in between are told apart from those of queries",
        arguments: [
            ("<html>", 401, ServiceFailure.Reason.status), ("<html>", 404, .status), ("", 302, .redirect),
            ("no healthy upstream", 503, .status), ("{}", 400, .status),
            (EngineAnswers.empty, 500, .status), (EngineAnswers.prometheusSyntax, 403, .status),
        ])
    func statuses(_ text: String, _ status: Int, _ reason: ServiceFailure.Reason) {
        #expect(Self.failure(text, status: status)?.reason == reason)
    }

    @Test(
        "What is no answer is an error",
        arguments: [
            "", "{", "null", "[]", "3", "\u{0}", "nv_inference_count 3\n", "<html></html>", "{}",
            #"{"status":"success"}"#, #"{"status":1,"data":{}}"#, #"{"status":"success","data":{}}"#,
            #"{"status":"success","data":{"resultType":"vector"}}"#,
            #"{"status":"success","data":{"resultType":"vector","result":{}}}"#,
            #"{"status":"success","data":{"resultType":"vector","result":[1]}}"#,
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":1},"value":[1,"1"]}]}}"#,
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,2]}]}}"#,
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[]}]}}"#,
            #"{"status":"success","data":{"resultType":"vector","result":[{"value":[1,"1"]}]}}"#,
            #"{"status":"success","data":{"resultType":"scalar","result":["1"]}}"#,
            #"{"status":"success","data":{"resultType":"scalar","result":[1,"1","1"]}}"#, EngineAnswers.empty + "{}",
            String(repeating: "[", count: 100_000), String(repeating: #"{"data":"#, count: 100_000),
            #"{"status":"success","data":"# + String(repeating: "[", count: 100_000),
        ])
    func junk(_ text: String) {
        #expect(Self.failure(text)?.reason == .notMetrics)
    }

    @Test("An answer that was cut off anywhere is an error", arguments: [EngineAnswers.prometheusVector])
    func cut(_ text: String) {
        let bytes = Array(text.utf8)
        for count in bytes.indices {
            #expect(throws: ServiceFailure.self) {
                try PromQLAnswer.read(status: 200, body: Array(bytes[..<count]), of: "http://engine") { _ in }
            }
        }
    }
}
