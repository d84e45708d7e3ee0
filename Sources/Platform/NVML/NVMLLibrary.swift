internal import CSystem

/// NVIDIA's library, opened while the process runs.
///
/// Every function is looked up by name, the newest version first, and given the structure of that version.
public struct NVMLLibrary: NVML {
    private let library: DynamicLibrary
    /// Where each function is that was called; 0 for what the library lacks. The loader takes a lock of the whole
    /// process and searches all that is loaded: it is asked once.
    private let addresses = Locked<[String: UInt]>([:])

    /// What its name is wherever the driver is installed.
    public static let soname = "libnvidia-ml.so.1"
    /// The CPUs that an affinity is asked for: more than the kernel can have on x86.
    static let cpusMax = 16_384

    /// - Parameter path: a file's absolute path, or a name that the loader looks for.
    public init(path: String = NVMLLibrary.soname) throws(DynamicLibraryError) {
        library = try DynamicLibrary(path: path)
    }

    // MARK: The library

    /// Flag of `nvmlInitWithFlags`: a host without GPUs is no error.
    private static let withoutGPUs: UInt32 = 1

    public func initialize() throws(NVMLReturn) {
        do {
            let function = try function("nvmlInitWithFlags", as: (@convention(c) (UInt32) -> Int32).self)
            try check(function(Self.withoutGPUs))
        } catch  where error == .functionNotFound {
            try check(try function("nvmlInit_v2", "nvmlInit", as: (@convention(c) () -> Int32).self)())
        }
    }

    public func shutdown() throws(NVMLReturn) {
        try check(try function("nvmlShutdown", as: (@convention(c) () -> Int32).self)())
    }

    public func driverVersion() throws(NVMLReturn) -> String { try systemText("nvmlSystemGetDriverVersion") }

    public func libraryVersion() throws(NVMLReturn) -> String { try systemText("nvmlSystemGetNVMLVersion") }

    private func systemText(_ symbol: String) throws(NVMLReturn) -> String {
        typealias Function = @convention(c) (UnsafeMutablePointer<CChar>, UInt32) -> Int32
        let function = try function(symbol, as: Function.self)
        return try Self.text { function($0, $1) }
    }

    public func deviceCount() throws(NVMLReturn) -> Int {
        typealias Function = @convention(c) (UnsafeMutablePointer<UInt32>) -> Int32
        var count: UInt32 = 0
        try check(try function("nvmlDeviceGetCount_v2", "nvmlDeviceGetCount", as: Function.self)(&count))
        return Int(count)
    }

    public func device(at index: Int) throws(NVMLReturn) -> NVMLDevice {
        typealias Function = @convention(c) (UInt32, UnsafeMutablePointer<OpaquePointer?>) -> Int32
        let symbols = ("nvmlDeviceGetHandleByIndex_v2", "nvmlDeviceGetHandleByIndex")
        var device: OpaquePointer?
        try check(try function(symbols.0, symbols.1, as: Function.self)(UInt32(clamping: index), &device))
        return NVMLDevice(device)
    }

    // MARK: Looking up and calling

    /// The first of `symbols` that the library has.
    func function<Function>(_ symbols: String..., as type: Function.Type) throws(NVMLReturn) -> Function {
        for symbol in symbols {
            let address = address(of: symbol)
            if address != 0 { return unsafeBitCast(address, to: type) }
        }
        throw .functionNotFound
    }

    private func address(of symbol: String) -> UInt {
        if let known = addresses.withLock({ $0[symbol] }) { return known }
        let found = UInt(bitPattern: library.address(of: symbol))
        addresses.withLock { $0[symbol] = found }
        return found
    }

    func check(_ code: Int32) throws(NVMLReturn) {
        if code != 0 { throw NVMLReturn(rawValue: code) }
    }

    /// Longer than any text of NVML (96 bytes).
    private static let textBytesMax = 256

    /// What a function writes into a buffer; text that has no end, or is no UTF-8, is mended.
    static func text(_ call: (UnsafeMutablePointer<CChar>, UInt32) -> Int32) throws(NVMLReturn) -> String {
        var buffer = [CChar](repeating: 0, count: textBytesMax)
        let code = buffer.withUnsafeMutableBufferPointer { call($0.baseAddress!, UInt32($0.count)) }
        if code != 0 { throw NVMLReturn(rawValue: code) }
        return text(buffer)
    }

    static func text(_ characters: some Sequence<CChar>) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension NVMLDevice {
    init(_ pointer: OpaquePointer?) { handle = UInt(bitPattern: pointer) }

    var pointer: OpaquePointer? { OpaquePointer(bitPattern: handle) }
}
