/// Pages as large as a benchmark needs them.
enum LargePage {
    /// All of `pages` again and again, each time with another value of a label `replica`, so that no sample repeats.
    static func text(_ pages: [[UInt8]], bytesMin: Int) -> [UInt8] {
        let lines = pages.flatMap { $0.split(separator: UInt8(ascii: "\n")) }
        var page: [UInt8] = []
        page.reserveCapacity(bytesMin + bytesMin / 8)
        var replica = 0
        while page.count < bytesMin {
            let label = Array("replica=\"\(replica)\"".utf8)
            for line in lines {
                append(line, label, to: &page)
                page.append(UInt8(ascii: "\n"))
            }
            replica += 1
        }
        return page
    }

    /// `page` again and again; names and labels repeat, as messages cannot be changed in place.
    static func repeated(_ page: [UInt8], bytesMin: Int) -> [UInt8] {
        Array(repeatElement(page, count: bytesMin / page.count + 1).joined())
    }

    private static func append(_ line: ArraySlice<UInt8>, _ label: [UInt8], to page: inout [UInt8]) {
        let nameEnd = line.firstIndex { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: " ") }
        guard line.first != UInt8(ascii: "#"), let nameEnd else {
            page += line
            return
        }
        page += line[..<nameEnd]
        page.append(UInt8(ascii: "{"))
        page += label
        if line[nameEnd] == UInt8(ascii: "{") {
            page.append(UInt8(ascii: ","))
            page += line[(nameEnd + 1)...]
        } else {
            page.append(UInt8(ascii: "}"))
            page += line[nameEnd...]
        }
    }
}
