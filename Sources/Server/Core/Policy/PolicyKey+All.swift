import AtelierProtocol
import CreditLedger
import Logging

extension PolicyKey {
    /// Every key, in the order in which they are shown; tables stay together.
    static let all = serving + credits + limits + retention

    private static let serving: [PolicyKey] = [
        .text("listen", "Where devices are answered: address:port.") {
            $0.serve.place.description
        } _: {
            guard let place = ServeSettings.Place($1) else { return "needs address:port" }
            $0.serve.place = place
            return nil
        },
        .text("metrics_listen", "Where Prometheus reads metrics: address:port.") {
            $0.serve.metrics?.description
        } _: {
            guard let place = ServeSettings.Place($1) else { return "needs address:port" }
            $0.serve.metrics = place
            return nil
        },
        .text("tls_cert", "The certificate and those that signed it, a PEM file.") {
            $0.tlsCertificate
        } _: {
            $0.tlsCertificate = $1
            return nil
        },
        .text("tls_key", "The certificate's private key, a PEM file.") {
            $0.tlsKey
        } _: {
            $0.tlsKey = $1
            return nil
        },
        .number("shutdown_grace_seconds", 0...3600, "How long what is under way may take to end") {
            Int($0.serve.grace.components.seconds)
        } _: {
            $0.serve.grace = .seconds($1)
        },
        .text("log_level", "trace, debug, info, notice, warning, error or critical.") {
            $0.logLevel.rawValue
        } _: {
            guard let level = ServerSettings.LogLevel(rawValue: $1) else {
                return "is no log level"
            }
            $0.logLevel = level
            return nil
        },
        .text("log_format", "text or json.") {
            $0.logFormat.rawValue
        } _: {
            guard let format = LogFormat(rawValue: $1) else { return "is text or json" }
            $0.logFormat = format
            return nil
        },
        .text("appeal", "Where a suspended artist can appeal.") {
            $0.policy.appeal.isEmpty ? nil : $0.policy.appeal
        } _: {
            $0.policy.appeal = $1
            return nil
        },
        .text("registration", "How accounts are opened: invite, approval or open.") {
            $0.policy.registration.rawValue
        } _: {
            guard let registration = Registration(rawValue: $1) else {
                return "is invite, approval or open"
            }
            $0.policy.registration = registration
            return nil
        },
        .text(
            "trusted_proxies",
            "Proxies in front whose word about senders is believed: 10.0.0.0/8, ::1."
        ) {
            let ranges = $0.policy.trustedProxies.ranges
            return ranges.isEmpty ? nil : ranges.map(\.description).joined(separator: ", ")
        } _: {
            let words = $1.split { $0 == "," || $0 == " " }
            let ranges = words.compactMap { NetworkRange(String($0)) }
            guard ranges.count == words.count else { return "needs addresses or ranges of them" }
            $0.policy.trustedProxies.ranges = ranges
            return nil
        },
        .text("forwarded_header", "The one that these proxies write: x-forwarded-for, forwarded.") {
            $0.policy.trustedProxies.header.rawValue
        } _: {
            guard let header = TrustedProxies.Header(rawValue: $1) else {
                return "is x-forwarded-for or forwarded"
            }
            $0.policy.trustedProxies.header = header
            return nil
        },
        .number("database_connections", ServerPolicy.databaseConnectionBounds, "To PostgreSQL") {
            $0.policy.databaseConnections
        } _: {
            $0.policy.databaseConnections = $1
        },
    ]

    private static let credits: [PolicyKey] = [
        .number("credits.free", 0...1000, "Credits of a new account") {
            $0.policy.ledger.freeCredits
        } _: {
            $0.policy.ledger.freeCredits = $1
        },
        .number("credits.lease_days", 1...365, "How long a lent credit can be used offline") {
            Int($0.policy.ledger.lease.components.seconds / 86_400)
        } _: {
            $0.policy.ledger.lease = .seconds($1 * 86_400)
        },
        .number("credits.grace_days", 0...365, "How long after that its spend is countersigned") {
            Int($0.policy.ledger.grace.components.seconds / 86_400)
        } _: {
            $0.policy.ledger.grace = .seconds($1 * 86_400)
        },
        .number("credits.leases_per_device", 1...1000, "Credits that one device holds") {
            $0.policy.ledger.leasesPerDevice
        } _: {
            $0.policy.ledger.leasesPerDevice = $1
        },
        .number(
            "credits.unused_leases_per_day", 1...LedgerLimits.rememberedLeases,
            "Leases without a receipt, after which an account waits"
        ) {
            $0.policy.ledger.unusedLeasesPerDay
        } _: {
            $0.policy.ledger.unusedLeasesPerDay = $1
        },
    ]

    private static let limits: [PolicyKey] = [
        .number("limits.segments_per_minute", 1...1_000_000, "That one account pushes") {
            $0.policy.segmentsPerMinute
        } _: {
            $0.policy.segmentsPerMinute = $1
        },
        .number("limits.chunks_per_minute", 1...1_000_000, "Of snapshots, each way, an account") {
            $0.policy.chunksPerMinute
        } _: {
            $0.policy.chunksPerMinute = $1
        },
        .number("limits.requests_per_minute", 1...1_000_000, "Other requests of one account") {
            $0.policy.requestsPerMinute
        } _: {
            $0.policy.requestsPerMinute = $1
        },
        .number("limits.device_requests_per_minute", 1...1_000_000, "Of all kinds, one device") {
            $0.policy.deviceRequestsPerMinute
        } _: {
            $0.policy.deviceRequestsPerMinute = $1
        },
        .number("limits.address_requests_per_minute", 1...1_000_000, "Of all kinds, one address") {
            $0.policy.addressRequestsPerMinute
        } _: {
            $0.policy.addressRequestsPerMinute = $1
        },
        .number("limits.accounts_per_address", 1...1_000_000, "That one address opens in a day") {
            $0.policy.accountsPerAddress
        } _: {
            $0.policy.accountsPerAddress = $1
        },
        .number(
            "limits.device_requests_per_address", 1...1_000_000,
            "New devices from one address in a day"
        ) {
            $0.policy.deviceRequestsPerAddress
        } _: {
            $0.policy.deviceRequestsPerAddress = $1
        },
        .number("limits.pending_accounts", 1...1_000_000, "That wait for the operator") {
            $0.policy.pendingAccounts
        } _: {
            $0.policy.pendingAccounts = $1
        },
        .number(
            "limits.guest_requests_per_minute", 1...1_000_000, "Without an account, one address"
        ) {
            $0.policy.guestRequestsPerMinute
        } _: {
            $0.policy.guestRequestsPerMinute = $1
        },
        .number("limits.snapshots_per_day", 1...10_000, "That one account begins") {
            $0.policy.snapshotsPerDay
        } _: {
            $0.policy.snapshotsPerDay = $1
        },
        .number("limits.snapshot_mebibytes", 1...4096, "The largest snapshot") {
            Int($0.policy.snapshotBytes >> 20)
        } _: {
            $0.policy.snapshotBytes = Int64($1) << 20
        },
        .number("limits.replicas_per_account", 1...1_000_000, "That one account ever pushes as") {
            $0.policy.replicasPerAccount
        } _: {
            $0.policy.replicasPerAccount = $1
        },
        .number("limits.watchers", 0...1_000_000, "Devices that watch their accounts here") {
            $0.policy.watchers
        } _: {
            $0.policy.watchers = $1
        },
    ]

    private static let retention: [PolicyKey] = [
        .number(
            "retention.compaction_days", 0...365, "How long segments stay that a snapshot holds"
        ) {
            Int($0.policy.compactionGrace.components.seconds / 86_400)
        } _: {
            $0.policy.compactionGrace = .seconds($1 * 86_400)
        }
    ]
}
