internal import Platform

/// Says what others can do with the web server that its operator may not have thought of.
enum WebExposure {
    /// One line for the log; nil where the pages are for this host only, or where clients must say who they are.
    static func warning(_ address: ListenAddress, _ access: WebAccessConfiguration?) -> String? {
        guard !isLoopback(address.host) else { return nil }
        let hasUsers = access?.users.isEmpty == false
        let exposure = "web.listen_address \(address) can be reached from other hosts"
        if !hasUsers, access?.tls?.clientAuthentication.isRequired != true {
            return
                "\(exposure), and whoever reaches it may read every page and reload the configuration: no password and "
                + "no client certificate is asked for; name a file with basic_auth_users or client certificates by "
                + "web.config_file (docs/web.md), or listen on 127.0.0.1"
        }
        if access?.tls == nil {
            return "\(exposure), and passwords travel in clear text: add tls_server_config to the file of "
                + "web.config_file (docs/web.md)"
        }
        return nil
    }

    static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || (host.hasPrefix("127.") && IPAddress.canonical(host) != nil)
    }
}
