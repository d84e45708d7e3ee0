internal import Platform

/// The tables, and how those of earlier versions become them.
struct StateSchema: Sendable {
    /// `latd`, in the file's header: tells the database from those of other programs.
    static let applicationID: Int64 = 0x6C61_7464

    /// What makes version n of version n - 1, the first one version 1 of an empty file. A step that was released is never
    /// changed.
    var steps: [String]

    /// The version that this program writes.
    var version: Int64 { Int64(steps.count) }

    static let current = StateSchema(steps: [
        """
        CREATE TABLE series (
            id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, labels TEXT NOT NULL, unit TEXT NOT NULL,
            first_minute INTEGER NOT NULL, last_minute INTEGER NOT NULL, UNIQUE (name, labels));
        CREATE INDEX series_last ON series (last_minute);
        -- The hour in progress: one row a minute, all series packed (MinuteRow).
        CREATE TABLE minutes (minute INTEGER PRIMARY KEY, summaries BLOB NOT NULL);
        -- Hours that are over: key = hour * 4294967296 + series, packed (HourBlock).
        CREATE TABLE hours (key INTEGER PRIMARY KEY, block BLOB NOT NULL);
        CREATE TABLE baselines (
            series INTEGER NOT NULL, statistic TEXT NOT NULL, as_of_minute INTEGER NOT NULL, state BLOB NOT NULL,
            PRIMARY KEY (series, statistic));
        CREATE TABLE alerts (
            id TEXT PRIMARY KEY, labels TEXT NOT NULL, annotations TEXT NOT NULL, level INTEGER NOT NULL,
            begin_seconds REAL NOT NULL, end_seconds REAL, peak REAL);
        CREATE INDEX alerts_begin ON alerts (begin_seconds);
        """,
        """
        -- What fired when it was last looked at, with all that it takes to go on (StateDatabase+Firing).
        CREATE TABLE firing (
            seen_seconds REAL NOT NULL, rule TEXT NOT NULL, measure TEXT NOT NULL, direction TEXT NOT NULL,
            pattern TEXT NOT NULL, timing TEXT NOT NULL, unit TEXT NOT NULL, labels TEXT NOT NULL,
            level INTEGER NOT NULL, own_level INTEGER NOT NULL, since_seconds REAL NOT NULL, value REAL,
            grouped INTEGER NOT NULL, statistic TEXT, learned_value REAL, expected REAL, lower REAL, upper REAL,
            score REAL, sigma REAL);
        """,
    ])

    /// Refuses what this program must not touch. Changes nothing.
    func check(_ database: Database) throws(StateError) {
        let (found, application, tables) = try asStateError { () throws(DatabaseError) in
            (
                try database.integer("PRAGMA user_version") ?? 0, try database.integer("PRAGMA application_id") ?? 0,
                try database.integer("SELECT count(*) FROM sqlite_master") ?? 0
            )
        }
        if tables > 0 || found != 0, application != Self.applicationID { throw .foreign(path: database.path) }
        if found > version { throw .newer(path: database.path, found: found, known: version) }
    }

    /// Brings `database` to this version, all at once or not at all.
    func migrate(_ database: Database) throws(DatabaseError) {
        let found = try database.integer("PRAGMA user_version") ?? 0
        guard (0..<version).contains(found) else { return }
        try database.transaction { () throws(DatabaseError) in
            for step in steps[Int(found)...] { try database.execute(step) }
            try database.execute("PRAGMA application_id = \(Self.applicationID)")
            try database.execute("PRAGMA user_version = \(version)")
        }
    }
}
