import Glibc
import Platform
import Testing

@Suite("Errors of the host's files")
struct HostFileErrorTests {
    @Test(
        "error numbers that a kernel file gives are told apart",
        arguments: [
            (ENOENT, HostFileError.absent), (ENODEV, .absent), (ESRCH, .absent), (EACCES, .denied), (EPERM, .denied),
            (EAGAIN, .tryAgain), (EBUSY, .busy), (ENODATA, .noData), (EINVAL, .invalid), (EIO, .inputOutput),
            (EOPNOTSUPP, .notSupported), (EISDIR, .wrongType), (ENOTDIR, .wrongType),
            (EMFILE, .other(errno: EMFILE)),
        ])
    func numbers(number: Int32, error: HostFileError) {
        #expect(HostFileError(errno: number) == error)
    }
}
