import Foundation

/// How many files and connections the system lets this program have open.
enum DescriptorLimit {
    /// Raises the limit as far as the system allows; says how far that is.
    static func raise() -> Int {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return usual }
        let soft = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        if setrlimit(resource, &limit) != 0 { limit.rlim_cur = soft }
        return Int(clamping: limit.rlim_cur)
    }

    /// How many connections leave enough descriptors for files and for those that are closing.
    static func connections(of descriptors: Int, policy: ConnectionPolicy) -> Int {
        max(1, min(policy.total, descriptors - min(Limits.reservedDescriptors, descriptors / 4)))
    }

    private static let usual = 1024
}
