internal import Platform
internal import Telemetry

/// What the daemon keeps across restarts: series, summaries of minutes, baselines and the history of alerts, in
/// `FOLDER/state.db`.
///
/// Owned by one thread at a time; not Sendable. Minutes count from 1970.
final class StateDatabase {
    let folder: StateFolder
    let settings: StateSettings
    /// What people should hear about the opening: damage, and what became of it.
    private(set) var notices: [String] = []

    let database: Database
    private let identity: [UInt64]?
    /// Ids of the series that are known; forgotten when a transaction fails.
    var ids: [StateSeries: Int64] = [:]
    /// Series that are stored; nil when it has to be counted.
    var seriesCount: Int?

    /// Whether a damaged one was moved aside for it.
    let isRebuilt: Bool

    /// Opens the database in the folder `path`, or makes both. A damaged one is moved aside, and what can be read of its
    /// baselines is taken over.
    ///
    /// - Parameter unixSeconds: now, for the name of a damaged file.
    convenience init(
        folder path: String, settings: StateSettings = StateSettings(), schema: StateSchema = .current,
        unixSeconds: Double
    ) throws(StateError) {
        let folder = try StateFolder(path: path)
        do {
            let database = try Self.open(folder, schema)
            try self.init(database, in: folder, settings, notices: [])
        } catch {
            guard error.isDamage else { throw error }
            try self.init(replacing: error, in: folder, settings: settings, schema: schema, unixSeconds: unixSeconds)
        }
    }

    /// Moves the database in `folder` aside, for `error`, and begins a new one. It must be closed.
    convenience init(
        replacing error: StateError, in folder: StateFolder, settings: StateSettings,
        schema: StateSchema = .current, unixSeconds: Double
    ) throws(StateError) {
        let aside = try folder.moveAside(unixSeconds: unixSeconds)
        try self.init(
            Self.open(folder, schema), in: folder, settings,
            notices: ["\(error.problem); it is kept as \(aside), and a new one is begun"])
        takeOver(aside)
    }

    private init(
        _ database: Database, in folder: StateFolder, _ settings: StateSettings, notices: [String]
    ) throws(StateError) {
        self.database = database
        self.folder = folder
        self.settings = settings
        self.notices = notices
        isRebuilt = !notices.isEmpty
        identity = folder.databaseIdentity
        try asStateError { () throws(DatabaseError) in try limitSize() }
    }

    private static func open(_ folder: StateFolder, _ schema: StateSchema) throws(StateError) -> Database {
        try folder.prepareDatabaseFile()
        let database = try asStateError { () throws(DatabaseError) in try Database(path: folder.databasePath) }
        let problem = try asStateError { () throws(DatabaseError) in
            try database.problem(withinSeconds: StateLimits.checkSecondsMax)
        }
        if let problem {
            throw .database(DatabaseError(kind: .damaged, path: folder.databasePath, detail: problem))
        }
        try schema.check(database)
        try asStateError { () throws(DatabaseError) in
            try database.beginWriting()
            try schema.migrate(database)
        }
        return database
    }

    /// Whether the file is another one than that which was opened, or gone: then what is written is lost.
    var isReplaced: Bool { folder.databaseIdentity != identity }

    /// Runs `body`: all that it wrote is kept, or nothing.
    func transaction<Result>(
        _ body: () throws(DatabaseError) -> Result
    ) throws(StateError) -> Result {
        if isReplaced { throw .replaced(path: folder.databasePath) }
        do {
            return try database.transaction(body)
        } catch {
            // Ids that were given in it are void.
            ids = [:]
            seriesCount = nil
            throw .database(error)
        }
    }

    private func takeOver(_ damaged: String) {
        let salvage = StateSalvage.read(damaged)
        guard !salvage.isEmpty else { return }
        do {
            try transaction { () throws(DatabaseError) in
                for (stored, baselines) in salvage {
                    guard let id = try id(of: stored.series, at: stored.firstMinute) else { continue }
                    try sawSeries(id, at: stored.lastMinute)
                    for baseline in baselines { try store(baseline, of: id) }
                }
            }
            let count = salvage.reduce(0) { $0 + $1.baselines.count }
            notices.append(
                "what was learned of \(salvage.count) series (\(count) baselines) was taken over from \(damaged)")
        } catch {
            notices.append("nothing could be taken over from \(damaged): \(error)")
        }
    }
}
