import Glibc

/// Why a file or folder below a root could not be read.
///
/// The kernel says different things by different errors, and a collector may need to tell them apart:
/// a CPU that is switched off (`busy`) is not a broken one (`inputOutput`).
public enum HostFileError: Error, Sendable, Hashable {
    /// ENOENT, ENODEV, ENXIO, ESRCH: it is not there, or went away while it was being read.
    case absent
    /// EACCES, EPERM.
    case denied
    /// EAGAIN: no value at this moment.
    case tryAgain
    /// EBUSY: the device is switched off or in use, for example the frequency policy of an offline CPU.
    case busy
    /// ENODATA: the device has no value, for example a sensor that sleeps.
    case noData
    /// EINVAL: the driver refuses to answer.
    case invalid
    /// EIO: the device does not answer.
    case inputOutput
    /// EOPNOTSUPP, ENOSYS: the kernel knows the file but the feature is off.
    case notSupported
    /// EISDIR, ENOTDIR: a folder where a file was expected, or the other way round.
    case wrongType
    /// The file is longer than the limit that it was read with.
    case tooLong(limitBytes: Int)
    /// The folder has more names than are taken.
    case tooManyNames(limit: Int)
    /// The path has a component such as `..` that could leave the root; see ``HostPath``.
    case outsideRoot
    /// Any other error number.
    case other(errno: Int32)

    /// The meaning of an error number of open(2), read(2) or readdir(3).
    public init(errno number: Int32) {
        self =
            switch number {
            case ENOENT, ENODEV, ENXIO, ESRCH: .absent
            case EACCES, EPERM: .denied
            case EAGAIN: .tryAgain
            case EBUSY: .busy
            case ENODATA: .noData
            case EINVAL: .invalid
            case EIO: .inputOutput
            case EOPNOTSUPP, ENOSYS: .notSupported
            case EISDIR, ENOTDIR: .wrongType
            default: .other(errno: number)
            }
    }
}

extension HostFileError: CustomStringConvertible {
    /// What is wrong, to stand after the path and a colon.
    public var description: String {
        switch self {
        case .absent: "not there"
        case .denied: "permission denied"
        case .tryAgain: "no value at this moment (EAGAIN)"
        case .busy: "switched off or in use (EBUSY)"
        case .noData: "the device has no value (ENODATA)"
        case .invalid: "the driver refuses to answer (EINVAL)"
        case .inputOutput: "the device does not answer (EIO)"
        case .notSupported: "the feature is off in this kernel (EOPNOTSUPP)"
        case .wrongType: "a folder where a file was expected, or a file where a folder was"
        case .tooLong(let limitBytes): "longer than \(limitBytes) bytes"
        case .tooManyNames(let limit): "more than \(limit) names in this folder"
        case .outsideRoot: "the path could leave its root"
        case .other(let number): "error number \(number)"
        }
    }
}
