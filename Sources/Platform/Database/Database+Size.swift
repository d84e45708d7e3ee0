internal import Glibc

extension Database {
    /// Bytes of the database's file and of its log's.
    public var fileBytes: Int64 {
        [path, path + "-wal"].reduce(0) { sum, path in
            var status = stat()
            return stat(path, &status) == 0 ? sum + Int64(status.st_size) : sum
        }
    }

    /// Pages of the file, those in the log included, and how many of them hold nothing.
    public func pages() throws(DatabaseError) -> (all: Int64, free: Int64) {
        (try integer("PRAGMA page_count") ?? 0, try integer("PRAGMA freelist_count") ?? 0)
    }

    /// Lets the file have `count` pages at the most, but not fewer than it has; more is an error of kind `full`.
    ///
    /// - Returns: the limit in force.
    @discardableResult
    public func setPagesMax(_ count: Int64) throws(DatabaseError) -> Int64 {
        try integer("PRAGMA max_page_count = \(max(count, 1))") ?? 0
    }

    /// Gives up to `count` pages that hold nothing back to the file system, from the file's end.
    public func shrink(pages count: Int64) throws(DatabaseError) {
        try execute("PRAGMA incremental_vacuum(\(max(count, 1)))")
    }

    /// Brings all that is in the log into the database, and empties the log. Another process that reads prevents it,
    /// which is no error.
    public func emptyLog() throws(DatabaseError) {
        try rows("PRAGMA wal_checkpoint(TRUNCATE)") { _ throws(DatabaseError) in }
    }
}
