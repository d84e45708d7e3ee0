import AnomalyDetect
import TestSupport
import Testing

@testable import Collectors
@testable import Exporter
@testable import Platform
@testable import Telemetry
@testable import latencyd

@Suite("docs/limits.md")
struct LimitsPageTests {
    /// The limits by the name that the page gives them: that of the constant, or of the setting.
    private static let limits: [String: Double] = [
        push, others, watch, gpus, services, state, history, decomposition, learning,
    ]
    .reduce(into: [:]) { all, some in all.merge(some) { $1 } }

    private static let state: [String: Double] = [
        "storage.max_size": Double(StorageConfiguration().maxSizeBytes),
        "storage.retention": StorageConfiguration().retention.inSeconds / 86_400,
        "StateLimits.seriesMax": Double(StateLimits.seriesMax),
        "StateLimits.summariesPerMinuteMax": Double(StateLimits.summariesPerMinuteMax),
        "StateLimits.baselineBytesMax": Double(StateLimits.baselineBytesMax),
        "StateLimits.alertsMax": Double(StateLimits.alertsMax),
        "StateLimits.firingMax": Double(StateLimits.firingMax),
        "StateLimits.alertBytesMax": Double(StateLimits.alertBytesMax),
        "StateLimits.hoursForgottenPerMinute": Double(StateLimits.hoursForgottenPerMinute),
        "StateLimits.seriesForgottenPerMinute": Double(StateLimits.seriesForgottenPerMinute),
        "StateLimits.pagesGivenBackPerMinute": Double(StateLimits.pagesGivenBackPerMinute),
        "StateLimits.damagedKept": Double(StateLimits.damagedKept),
        "StateLimits.checkSecondsMax": StateLimits.checkSecondsMax,
        "StateLimits.waitingMinutesMax": Double(StateLimits.waitingMinutesMax),
        "StateLimits.waitingSummariesMax": Double(StateLimits.waitingSummariesMax),
        "StateLimits.waitingBaselineBytesMax": Double(StateLimits.waitingBaselineBytesMax),
        "StateLimits.waitingAlertsMax": Double(StateLimits.waitingAlertsMax),
        "StateLimits.transactionBytesMax": Double(StateLimits.transactionBytesMax),
        "StateLimits.retrySeconds": StateLimits.retrySeconds,
        "StateLimits.stopSeconds": StateLimits.stopSeconds,
        "Database.logBytes": Double(Database.logBytes),
        "Database.busySeconds": Database.busySeconds,
    ]

    private static let learning: [String: Double] = [
        "SignalLearning.seriesMax": Double(SignalLearning.seriesMax),
        "SignalLearning.seriesPerSignalMax": Double(SignalLearning.seriesPerSignalMax),
        "AlertGrouping.beginningsMax": Double(AlertGrouping.beginningsMax),
        "AlertGroup.examplesMax": Double(AlertGroup.examplesMax),
        "AbsenceWatch.seriesDefaultMax": Double(AbsenceWatch.seriesDefaultMax),
        "AbsenceWatch.firingDefaultMax": Double(AbsenceWatch.firingDefaultMax),
        "AbsenceWatch.lastingSecondsMax": AbsenceWatch.lastingSecondsMax,
        "MuteConfiguration.mutesMax": Double(MuteConfiguration.mutesMax),
        "EndedAlert.listMax": Double(EndedAlert.listMax),
        "AlertHistory.endedMax": Double(AlertHistory.endedMax),
        "NotifyConfiguration.alertmanagersMax": Double(NotifyConfiguration.alertmanagersMax),
        "AlertOutbox.alertsMax": Double(AlertOutbox.alertsMax),
        "AlertOutbox.batchMax": Double(AlertOutbox.batchMax),
        "AlertOutbox.retrySeconds": AlertOutbox.retrySeconds.upperBound,
        "AlertmanagerLink.answerBytesMax": Double(AlertmanagerLink.answerBytesMax),
        "SignalEvidence.signalsMax": Double(SignalEvidence.signalsMax),
        "SignalEvidence.charactersMax": Double(SignalEvidence.charactersMax),
    ]

    private static let decomposition: [String: Double] = [
        "DecompositionLimits.pointsMax": Double(DecompositionLimits.pointsMax),
        "DecompositionLimits.periodsMax": Double(DecompositionLimits.periodsMax),
        "DecompositionLimits.robustRoundsMax": Double(DecompositionLimits.robustRoundsMax),
        "DecompositionLimits.levelShiftsMax": Double(DecompositionLimits.levelShiftsMax),
    ]

    private static let watch: [String: Double] = [
        "WatchConfiguration.entriesMax": Double(WatchConfiguration.entriesMax),
        "WatchConfiguration.nameBytesMax": Double(WatchConfiguration.nameBytesMax),
        "WatchLimits.scanSeconds": WatchLimits.scanSeconds,
        "RecentPushers.notedMax": Double(RecentPushers.notedMax),
        "WatchLimits.processesMax": Double(WatchLimits.processesMax),
        "WatchLimits.numaMapsResidentBytesMax": Double(WatchLimits.numaMapsResidentBytesMax),
        "WatchLimits.devicesPerCgroupMax": Double(WatchLimits.devicesPerCgroupMax),
        "WatchLimits.pusherQuietSeconds": WatchLimits.pusherQuietSeconds,
        "WatchLimits.pushersMax": Double(WatchLimits.pushersMax),
        "WatchLimits.cgroupsMax": Double(WatchLimits.cgroupsMax),
        "WatchLimits.scansPerRound": Double(WatchLimits.scansPerRound),
        "WatchLimits.newProcessesPerScanMax": Double(WatchLimits.newProcessesPerScanMax),
        "WatchLimits.cgroupFoldersPerScanMax": Double(WatchLimits.cgroupFoldersPerScanMax),
        "WatchLimits.cgroupDepthMax": Double(WatchLimits.cgroupDepthMax),
        "WatchLimits.cgroupPathBytesMax": Double(WatchLimits.cgroupPathBytesMax),
        "WatchLimits.commandBytesMax": Double(WatchLimits.commandBytesMax),
        "WatchLimits.commandBytesCompared": Double(WatchLimits.commandBytesCompared),
        "WatchLimits.nameBytesMax": Double(WatchLimits.nameBytesMax),
        "WatchLimits.threadsPerProcessMax": Double(WatchLimits.threadsPerProcessMax),
        "WatchLimits.threadsPerPassMax": Double(WatchLimits.threadsPerPassMax),
        "WatchLimits.threadsPerTurnMax": Double(WatchLimits.threadsPerTurnMax),
        "WatchLimits.newThreadsPerPassMax": Double(WatchLimits.newThreadsPerPassMax),
        "WatchLimits.cpuListBytesMax": Double(WatchLimits.cpuListBytesMax),
        "WatchLimits.numaMapsBytesMax": Double(WatchLimits.numaMapsBytesMax),
    ]

    private static let history: [String: Double] = [
        "CSVRecords.recordBytesMax": Double(CSVRecords.recordBytesMax),
        "HistoryText.rowsMax": Double(HistoryText.rowsMax),
        "PlotColumns.countDefault": Double(PlotColumns.countDefault),
        "PromQLLimits.historySeriesMax": Double(PromQLLimits.historySeriesMax),
        "PromQLLimits.historyAnswerBytes": Double(PromQLLimits.historyAnswerBytes),
        "PromQLRangePlan.answerBytesWanted": Double(PromQLRangePlan.answerBytesWanted),
        "PromQLRangePlan.pointsMax": Double(PromQLRangePlan.pointsMax),
        "PromQLRangePlan.pointsMin": Double(PromQLRangePlan.pointsMin),
        "PromQLRangePlan.triesMax": Double(PromQLRangePlan.triesMax),
        "LearnTable.linesMax": Double(LearnTable.linesMax),
    ]

    private static let gpus: [String: Double] = [
        "GPUPoller.devicesMax": Double(GPUPoller.devicesMax),
        "GPUSignalTable.linksMax": Double(GPUSignalTable.linksMax),
        "GPUUnitPass.migInstancesMax": Double(GPUUnitPass.migInstancesMax),
        "GPUUnitPass.processesMax": Double(GPUUnitPass.processesMax),
        "GPUProcessPlacement.processesMax": Double(GPUProcessPlacement.processesMax),
        "NVMLLibrary.processesMax": Double(NVMLLibrary.processesMax),
        "NVMLLibrary.samplesMax": Double(NVMLLibrary.samplesMax),
        "NVMLLibrary.cpusMax": Double(NVMLLibrary.cpusMax),
        "GPUPoller.fieldsPerCall": Double(GPUPoller.fieldsPerCall),
        "GPUEventTally.xidsMax": Double(GPUEventTally.xidsMax),
        "GPUEventLoop.eventsPerTurn": Double(GPUEventLoop.eventsPerTurn),
        "HardwareThread.stuckSeconds": HardwareThread.stuckSeconds,
        "HardwareThread.staleSeconds": HardwareThread.staleSeconds,
        "PressureStallWatch.triggersMax": Double(PressureStallWatch.triggersMax),
        "GPUMonitor.hangingSeconds": GPUMonitor.hangingSeconds,
        "GPUMonitor.stopSeconds": GPUMonitor.stopSeconds,
        "GPUMonitor.pauseSeconds": GPUMonitor.pauseSeconds,
        "GPUDriverSchedule.pauseSecondsMax": GPUDriverSchedule.pauseSecondsMax,
    ]

    private static let services: [String: Double] = {
        let page = PageLimits.default
        return [
            "ServiceLimits.servicesMax": Double(ServiceLimits.servicesMax),
            "ServiceLimits.bodyBytes": Double(ServiceLimits.bodyBytes),
            "ServiceLimits.bodyBytesRange": Double(ServiceLimits.bodyBytesRange.upperBound),
            "ServiceLimits.requestsAtOnce": Double(ServiceLimits.requestsAtOnce),
            "ServiceReader.transfersMax": Double(ServiceReader.transfersMax),
            "ServiceLimits.sharedBytes": Double(ServiceLimits.sharedBytes),
            "ServiceLimits.roundsUntilMissing": Double(ServiceLimits.roundsUntilMissing),
            "SecretFile.bytesMax": Double(SecretFile.bytesMax),
            "PEMFile.bytesMax": Double(PEMFile.bytesMax),
            "ServiceAPILimits.pathsMax": Double(ServiceAPILimits.pathsMax),
            "ServiceAPILimits.modelsMax": Double(ServiceAPILimits.modelsMax),
            "ServiceAPILimits.bodyBytes": Double(ServiceAPILimits.bodyBytes),
            "ServiceAPILimits.roundsKept": Double(ServiceAPILimits.roundsKept),
            "TritonAPI.modelsMax": Double(TritonAPI.modelsMax),
            "PageLimits.lineBytesMax": Double(page.lineBytesMax),
            "PageLimits.labelsMax": Double(page.labelsMax),
            "PageLimits.samplesMax": Double(page.samplesMax),
            "PageLimits.keptBytesMax": Double(page.keptBytesMax),
            "PageLimits.metricBytesMax": Double(page.metricBytesMax),
            "PageLimits.bucketsMax": Double(page.bucketsMax),
            "ExpositionNumber.bytesMax": Double(ExpositionNumber.bytesMax),
            "PageLimits.junkLinesMax": Double(page.junkLinesMax),
            "PageReadings.modelsMax": Double(PageReadings.modelsMax),
            "PageReadings.modelLengthMax": Double(PageReadings.modelLengthMax),
            "CounterMemory.valuesMax": Double(CounterMemory.valuesMax),
            "CounterMemory.bucketsMax": Double(CounterMemory.bucketsMax),
            "CounterMemory.roundsKept": Double(CounterMemory.roundsKept),
            "Beginnings.countMax": Beginnings.countMax,
            "CounterMemory.lateSeconds": CounterMemory.lateSeconds,
            "CounterMemory.valueMax": CounterMemory.valueMax,
            "CounterMemory.observationsMax": CounterMemory.observationsMax,
            "PromQLLimits.queriesMax": Double(PromQLLimits.queriesMax),
            "PromQLLimits.queryBytesMax": Double(PromQLLimits.queryBytesMax),
            "JSONScanner.depthMax": Double(JSONScanner.depthMax),
            "PromQLLimits.seriesPerQueryDefault": Double(PromQLLimits.seriesPerQueryDefault),
            "PromQLLimits.seriesPerQueryMax": Double(PromQLLimits.seriesPerQueryMax),
            "PromQLLimits.seriesMax": Double(PromQLLimits.seriesMax),
            "PromQLLimits.labelsMax": Double(PromQLLimits.labelsMax),
            "PromQLLimits.labelNameBytesMax": Double(PromQLLimits.labelNameBytesMax),
            "PromQLLimits.labelValueBytesMax": Double(PromQLLimits.labelValueBytesMax),
            "PromQLLimits.shardsMax": Double(PromQLLimits.shardsMax),
            "PromQLLimits.errorLengthMax": Double(PromQLLimits.errorLengthMax),
            "ServiceRecord.seriesMax": Double(ServiceRecord.seriesMax),
            "ServiceRecord.forgottenAfterSeconds": ServiceRecord.forgottenAfterSeconds,
            "ServiceRecord.forgottenAfterIntervals": ServiceRecord.forgottenAfterIntervals,
        ]
    }()

    private static let push: [String: Double] = [
        "push.max_series": Double(PushConfiguration().maxSeries),
        "push.max_series_per_metric": Double(PushConfiguration().maxSeriesPerMetric),
        "push.max_series_per_sender": Double(PushConfiguration().maxSeriesPerSender),
        "push.expire_after": PushConfiguration().expireAfter.inSeconds,
        "PushLimits.packetBytesMax": Double(PushLimits.packetBytesMax),
        "PushLimits.lineBytesMax": Double(PushLimits.lineBytesMax),
        "PushLimits.nameBytesMax": Double(PushLimits.nameBytesMax),
        "PushLimits.tagsMax": Double(PushLimits.tagsMax),
        "PushLimits.tagNameBytesMax": Double(PushLimits.tagNameBytesMax),
        "PushLimits.tagValueBytesMax": Double(PushLimits.tagValueBytesMax),
        "PushLimits.tagBytesMax": Double(PushLimits.tagBytesMax),
        "PushLimits.filesForOthers": Double(PushLimits.filesForOthers),
        "PushLimits.lockTurnBytes": Double(PushLimits.lockTurnBytes),
        "PushLimits.cachedRefusalsMax": Double(PushLimits.cachedRefusalsMax),
        "PushLimits.refusalBytesMax": Double(PushLimits.refusalBytesMax),
        "SeriesLimits.userShareDivisor": Double(SeriesLimits.userShareDivisor),
        "SeriesLimits.nameBytesPerSeries": Double(SeriesLimits.nameBytesPerSeries),
        "PushLimits.sampleRateMin": PushLimits.sampleRateMin,
        "PushLimits.secondsMax": PushLimits.secondsMax,
        "PushLimits.valueMax": PushLimits.valueMax,
        "PushLimits.datagramBatch": Double(PushLimits.datagramBatch),
        "PushLimits.connectionsMax": Double(PushLimits.connectionsMax),
        "PushLimits.connectionsPerSenderMax": Double(PushLimits.connectionsPerSenderMax),
        "PushLimits.connectionsOfUnknownSendersMax": Double(PushLimits.connectionsOfUnknownSendersMax),
        "PushLimits.unfinishedFrameSecondsMax": PushLimits.unfinishedFrameSecondsMax,
        "PushLimits.streamTurnBytes": Double(PushLimits.streamTurnBytes),
        "PushLimits.cachedLinesPerSeries": Double(PushLimits.cachedLinesPerSeries),
        "PushLimits.cacheBytesMax": Double(PushLimits.cacheBytesMax),
        "PushLimits.repeatedTailBytesMax": Double(PushLimits.repeatedTailBytesMax),
        "ExponentialHistogram.bucketLimitDefault": Double(ExponentialHistogram.bucketLimitDefault),
        "DistinctCounter.exactMax": Double(DistinctCounter.exactMax),
        "TimingWatch.seriesPerTurn": Double(TimingWatch.seriesPerTurn),
        "DaemonPages.seriesPerTurn": Double(DaemonPages.seriesPerTurn),
    ]

    private static let others: [String: Double] = {
        let http = HTTPServerLimits()
        let yaml = YAMLLimits()
        return [
            "HTTPServerLimits.requestHeadBytesMax": Double(http.requestHeadBytesMax),
            "HTTPServerLimits.connectionsMax": Double(http.connectionsMax),
            "HTTPServerLimits.connectionMemoryBytesMax": Double(http.connectionMemoryBytesMax),
            "HTTPServerLimits.requestHeadSeconds": http.requestHeadSeconds,
            "HTTPServerLimits.idleSeconds": http.idleSeconds,
            "HTTPServerLimits.responseSeconds": http.responseSeconds,
            "HTTPServerLimits.responseBytesMax": Double(http.responseBytesMax),
            "HTTPServerLimits.responsePaceSeconds": http.responsePaceSeconds,
            "HTTPServerLimits.responseGraceSeconds": http.responseGraceSeconds,
            "SharedPages.ageSecondsMax": SharedPages.ageSecondsMax,
            "AcceptHeader.lengthMaxBytes": Double(AcceptHeader.lengthMaxBytes),
            "AcceptHeader.entriesMax": Double(AcceptHeader.entriesMax),
            "PasswordGate.rememberedMax": Double(PasswordGate.rememberedMax),
            "PasswordGate.waitingMax": Double(PasswordGate.waitingMax),
            "FailureBudget.clientBurst": FailureBudget.clientBurst,
            "FailureBudget.clientPerSecond": FailureBudget.clientPerSecond,
            "FailureBudget.totalBurst": FailureBudget.totalBurst,
            "FailureBudget.totalPerSecond": FailureBudget.totalPerSecond,
            "FailureBudget.clientsMax": Double(FailureBudget.clientsMax),
            "BcryptHash.costRange": Double(BcryptHash.costRange.upperBound),
            "WebAccessConfiguration.usersMax": Double(WebAccessConfiguration.usersMax),
            "WebAccessConfiguration.clientNamesMax": Double(WebAccessConfiguration.clientNamesMax),
            "WebAccess.lookSeconds": WebAccess.lookSeconds,
            "ReloadDesk.waitingMax": Double(ReloadDesk.waitingMax),
            "ReloadDesk.patienceSeconds": ReloadDesk.patienceSeconds,
            "YAMLLimits.bytes": Double(yaml.bytes),
            "YAMLLimits.depth": Double(yaml.depth),
            "YAMLLimits.values": Double(yaml.values),
            "YAMLLimits.problems": Double(yaml.problems),
            "ConfigurationProblems.listedMax": Double(ConfigurationProblems.listedMax),
            "Glob.lengthMax": Double(Glob.lengthMax),
            "Glob.depthMax": Double(Glob.depthMax),
            "NameScalars.patternBytesMax": Double(NameScalars.patternBytesMax),
            "AlertsConfiguration.rulesMax": Double(AlertsConfiguration.rulesMax),
            "AlertRuleConfiguration.labelsMax": Double(AlertRuleConfiguration.labelsMax),
            "LayerPatterns.patternsMax": Double(LayerPatterns.patternsMax),
            "PushConfiguration.bucketsMax": Double(PushConfiguration.bucketsMax),
            "DetectionConfiguration.learnMax": Double(DetectionConfiguration.learnMax),
            "detection.max_learned_series": Double(DetectionConfiguration().maxLearnedSeries),
            "LearnedRoster.candidatesMax": Double(LearnedRoster.candidatesMax),
            "LearnedRoster.displacedPerMinute": Double(LearnedRoster.displacedPerMinute),
            "TimingLearning.storedPerMinute": Double(TimingLearning.storedPerMinute),
            "TimingLearning.replayedMinutesMax": Double(TimingLearning.replayedMinutesMax),
            "LearnedSnapshot.unlearnedListedMax": Double(LearnedSnapshot.unlearnedListedMax),
            "LocalZone.fileBytesMax": Double(LocalZone.fileBytesMax),
            "LocalZone.nameBytesMax": Double(LocalZone.nameBytesMax),
            "AlertEngine.statesDefaultMax": Double(AlertEngine.statesDefaultMax),
            "FileLimit.descriptorsMax": Double(FileLimit.descriptorsMax),
            "MemoryRelief.pauseSeconds": MemoryRelief.pauseSeconds,
            "HostFileLimits.filesKept": Double(HostFileLimits.filesKept),
            "HostFileLimits.keptSeconds": HostFileLimits.keptSeconds,
            "HostFileLimits.fileBytes": Double(HostFileLimits.fileBytes),
            "HostFileLimits.tableBytes": Double(HostFileLimits.tableBytes),
            "HostFileLimits.folderNames": Double(HostFileLimits.folderNames),
            "Sampling.samplesMax": Double(Sampling.samplesMax),
            "Sampling.errorKindsMax": Double(Sampling.errorKindsMax),
            "PerCPUTable.cellsMax": Double(PerCPUTable.cellsMax),
            "CPUIdleText.statesMax": Double(CPUIdleText.statesMax),
            "CounterSum.readsPerPassMax": Double(CounterSum.readsPerPassMax),
            "DoctorHost.fileBytes": Double(DoctorHost.fileBytes),
            "DoctorHost.sampledMax": Double(DoctorHost.sampledMax),
            "Finding.linesMax": Double(Finding.linesMax),
            "ExaminedProcess.countMax": Double(ExaminedProcess.countMax),
            "DoctorWatch.scansMax": Double(DoctorWatch.scansMax),
            "CgroupWalk.countMax": Double(CgroupWalk.countMax),
            "CgroupWalk.depthMax": Double(CgroupWalk.depthMax),
            "ServerPlaces.candidatesMax": Double(ServerPlaces.candidatesMax),
            "ServerRecognition.lineBytesMax": Double(ServerRecognition.lineBytesMax),
            "ListeningPorts.tableBytesMax": Double(ListeningPorts.tableBytesMax),
            "ServerProbes.pageBytesMax": Double(ServerProbes.pageBytesMax),
            "ServerProbes.connectSeconds": ServerProbes.connectSeconds,
            "ServerProbes.totalSeconds": ServerProbes.totalSeconds,
            "ServerFinding.searchSeconds": ServerFinding.searchSeconds,
            "ServerFinding.absencesMax": Double(ServerFinding.absencesMax),
            "StatusReader.pageBytesMax": Double(StatusReader.pageBytesMax),
            "StatusReader.alertsBytesMax": Double(StatusReader.alertsBytesMax),
            "StatusReader.totalSeconds": StatusReader.totalSeconds,
            "StatusText.linesMax": Double(StatusText.linesMax),
            "HTTPClient.transfersMaxDefault": Double(HTTPClient.transfersMaxDefault),
            "WakeupProbe.rates": Double(WakeupProbe.rates.upperBound),
            "OwnCgroups.depthMax": Double(OwnCgroups.depthMax),
            "CollectorSlot.notedKindsMax": Double(CollectorSlot.notedKindsMax),
        ]
    }()

    /// The page's rows that name a limit: what, value, name, what happens, where it is seen.
    private static func rows() -> [String: [String]] {
        var rows: [String: [String]] = [:]
        for row in MarkdownTable.rows(of: Repository.text("docs/limits.md")) where row.count == 5 {
            guard let name = MarkdownTable.codes(in: row[2]).first else { continue }
            #expect(rows.updateValue(row, forKey: name) == nil, "\(name) has two rows")
        }
        return rows
    }

    @Test("names every limit, and none that is not there")
    func complete() {
        #expect(Set(Self.rows().keys).symmetricDifference(Self.limits.keys).sorted() == [])
    }

    @Test("gives each limit the value that the code has", arguments: limits.keys.sorted())
    func value(_ name: String) throws {
        let row = try #require(Self.rows()[name])
        let number = try #require(row[1].split(separator: " ").first).replacing(",", with: "")
        let factor: Double =
            switch row[1].split(separator: " ").dropFirst().first {
            case "KiB": 1_024
            case "MiB": 1_048_576
            case "min": 60
            default: 1
            }
        #expect(Double(number).map { $0 * factor } == Self.limits[name])
    }

    @Test("names counters that there are")
    func counters() {
        let known = Set(
            (PushMetrics.descriptors + LearnedMetrics.descriptors + SignalMetrics.descriptors + AlertMetrics.descriptors
                + CollectorRunner.descriptors + SelfMetrics.descriptors + WebMetrics.descriptors
                + NotificationMetrics.descriptors + [
                    MemoryRelief.descriptor
                ]
                + ServiceMetrics.descriptors + StateMetrics.descriptors
                + HardwareCollectors.all.flatMap { $0.descriptors })
                .map(\.sampleName))
        for row in Self.rows().values {
            for code in MarkdownTable.codes(in: row[4]) where code.hasPrefix("latencyd_") {
                #expect(known.contains(String(code.prefix { $0 != "{" })), "\(code)")
            }
        }
    }

    @Test("names every reason for which an HTTP client is turned away")
    func httpReasons() {
        let page = Repository.text("docs/limits.md")
        for reason in HTTPRefusal.allCases.map(\.rawValue) {
            let isNamed =
                page.contains("`\(reason)`") || page.contains("latencyd_http_refused_total{reason=\"\(reason)\"}")
            #expect(isNamed, "\(reason)")
        }
    }
}
