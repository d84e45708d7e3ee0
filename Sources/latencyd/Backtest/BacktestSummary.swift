/// What a backtest of one series came to.
struct BacktestSummary: Equatable, Sendable {
    /// A run of alarms without a row between them that is none.
    struct Alarm: Equatable, Sendable {
        /// Times of the first and the last row, seconds since 1970.
        var from: Double
        var to: Double
    }

    var name: String
    /// Between two rows, in seconds: how long an alarm of one row lasts.
    var interval: Double
    private(set) var rowCount = 0
    private(set) var missingCount = 0
    private(set) var firstTime: Double?
    private(set) var lastTime: Double?
    /// The name of the state that was reached at the end.
    var state = ""
    private(set) var alarmCount = 0
    private(set) var alarmRowCount = 0
    private(set) var longest: Alarm?
    private(set) var first: Alarm?
    /// The alarm that has not ended.
    private var current: Alarm?

    init(name: String, interval: Double) {
        self.name = name
        self.interval = interval
    }

    mutating func add(_ row: BacktestRow) {
        rowCount += 1
        if row.value.isNaN { missingCount += 1 }
        firstTime = firstTime ?? row.time
        lastTime = row.time
        guard row.isAlarm else {
            // A row without a value says nothing about an end.
            if !row.value.isNaN { current = nil }
            return
        }
        alarmRowCount += 1
        if current == nil { alarmCount += 1 }
        let alarm = Alarm(from: current?.from ?? row.time, to: row.time)
        current = alarm
        if first == nil || first?.from == alarm.from { first = alarm }
        if alarm.to - alarm.from > longest.map({ $0.to - $0.from }) ?? -1 { longest = alarm }
    }

    /// From the first row to the last one's end.
    var days: Double {
        guard let firstTime, let lastTime else { return 0 }
        return (lastTime - firstTime + interval) / 86_400
    }

    /// Of the longest alarm; 0 where there was none.
    var longestSeconds: Double { longest.map { $0.to - $0.from + interval } ?? 0 }
}
