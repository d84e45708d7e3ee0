/// Takes the body of a page as it comes from the network, on the thread that fetches.
public protocol HTTPBodySink: AnyObject {
    /// The head has come; before the first part of the body.
    func begin(status: Int, contentType: String?)
    /// The next part, unpacked. False ends the transfer: the fetch fails with ``HTTPFetchError/notTaken``.
    func take(_ bytes: UnsafeRawBufferPointer) -> Bool
}
