import AtelierProtocol
import CreditLedger
import Logging
import SignedObjects

extension PolicyKey {
    /// Every key, in the order in which they are shown; tables stay together.
    static let all = serving + credits + rights + limits + retention

    private static let rights: [PolicyKey] = [
        .choice(
            "rights.registration",
            "Receipts for registered models alone, or for others too: required or optional.",
            otherwise: "is required or optional", \.policy.rightsRegistration)
    ]

    private static let serving: [PolicyKey] = [
        .text("listen", "Where devices are answered: address:port.") {
            $0.serve.address.description
        } _: {
            guard let address = SocketAddress($1) else { return "needs address:port" }
            $0.serve.address = address
            return nil
        },
        .text("metrics_listen", "Where Prometheus reads metrics: address:port.") {
            $0.serve.metrics?.description
        } _: {
            guard let address = SocketAddress($1) else { return "needs address:port" }
            $0.serve.metrics = address
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
        .choice(
            "plain_http", "loopback, or anywhere: behind a proxy that speaks TLS.",
            otherwise: "is loopback or anywhere", \.plainHTTP),
        .number("shutdown_grace_seconds", 0...3600, "How long what is under way may take to end") {
            Int($0.serve.grace.components.seconds)
        } _: {
            $0.serve.grace = .seconds($1)
        },
        .choice(
            "log_level", "trace, debug, info, notice, warning, error or critical.",
            otherwise: "is no log level", \.logLevel),
        .choice(
            "log_format", "text or json.",
            otherwise: "is text or json", \.logFormat),
        .text("appeal", "Where a suspended artist can appeal.") {
            $0.policy.appeal.isEmpty ? nil : $0.policy.appeal
        } _: {
            $0.policy.appeal = $1
            return nil
        },
        .text(
            "site", "Where browsers find the server's pages, such as https://atelier.example."
        ) {
            $0.policy.site?.origin
        } _: {
            guard let site = PageSite($1) else {
                return "needs https:// or http://, a host in small letters, and no path"
            }
            $0.policy.site = site
            return nil
        },
        .text("operator", "Who runs the server, as its pages say; at most 80 characters.") {
            $0.policy.operatorName.isEmpty ? nil : $0.policy.operatorName
        } _: {
            guard $1.count <= Limits.operatorNameCharacters, PrintableText.line($1) == $1 else {
                return "needs a line of at most \(Limits.operatorNameCharacters) characters"
            }
            $0.policy.operatorName = $1
            return nil
        },
        .choice(
            "public_report", "Whether /report shows everybody what was done, by month: off or on.",
            otherwise: "is off or on", \.policy.publicReport),
        .choice(
            "registration", "How accounts are opened: invite, approval or open.",
            otherwise: "is invite, approval or open", \.policy.registration),
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
        .choice(
            "forwarded_header", "The one that these proxies write: x-forwarded-for, forwarded.",
            otherwise: "is x-forwarded-for or forwarded", \.policy.trustedProxies.header),
        .number(
            "database_connections", ServerPolicy.databaseConnectionBounds, "To PostgreSQL",
            \.policy.databaseConnections),
    ]

    private static let credits: [PolicyKey] = [
        .number("credits.free", 0...1000, "Credits of a new account", \.policy.ledger.freeCredits),
        .days(
            "credits.lease_days", 1...365, "How long a lent credit can be used offline",
            \.policy.ledger.lease),
        .days(
            "credits.grace_days", 0...365, "How long after that its spend is countersigned",
            \.policy.ledger.grace),
        .number(
            "credits.leases_per_device", 1...1000, "Credits that one device holds",
            \.policy.ledger.leasesPerDevice),
        .number(
            "credits.unused_leases_per_day", 1...LedgerLimits.rememberedLeases,
            "Leases without a receipt, after which an account waits",
            \.policy.ledger.unusedLeasesPerDay),
    ]

    private static let limits: [PolicyKey] = [
        .number(
            "limits.segments_per_minute", 1...1_000_000, "That one account pushes",
            \.policy.segmentsPerMinute),
        .number(
            "limits.chunks_per_minute", 1...1_000_000, "Of snapshots, each way, an account",
            \.policy.chunksPerMinute),
        .number(
            "limits.requests_per_minute", 1...1_000_000, "Other requests of one account",
            \.policy.requestsPerMinute),
        .number(
            "limits.device_requests_per_minute", 1...1_000_000, "Of all kinds, one device",
            \.policy.deviceRequestsPerMinute),
        .number(
            "limits.address_requests_per_minute", 1...1_000_000, "Of all kinds, one address",
            \.policy.addressRequestsPerMinute),
        .number(
            "limits.accounts_per_address", 1...1_000_000, "That one address opens in a day",
            \.policy.accountsPerAddress),
        .number(
            "limits.device_requests_per_address", 1...1_000_000,
            "New devices from one address in a day", \.policy.deviceRequestsPerAddress),
        .number(
            "limits.pending_accounts", 1...1_000_000, "That wait for the operator",
            \.policy.pendingAccounts),
        .number(
            "limits.guest_requests_per_minute", 1...1_000_000, "Without an account, one address",
            \.policy.guestRequestsPerMinute),
        .number(
            "limits.snapshots_per_day", 1...10_000, "That one account begins",
            \.policy.snapshotsPerDay),
        .number("limits.snapshot_mebibytes", 1...4096, "The largest snapshot") {
            Int($0.policy.snapshotBytes >> 20)
        } _: {
            $0.policy.snapshotBytes = Int64($1) << 20
        },
        .number(
            "limits.replicas_per_account", 1...1_000_000, "That one account ever pushes as",
            \.policy.replicasPerAccount),
        .number(
            "limits.reservations_per_day", 1...1_000_000, "That one account asks for",
            \.policy.reservationsPerDay),
        .number(
            "limits.contests_per_day", 1...1_000_000, "Of reservations, one account",
            \.policy.contestsPerDay),
        .number(
            "limits.holder_requests_per_day", 1...1_000_000,
            "For reservations without an account, one address", \.policy.holderRequestsPerDay),
        .number(
            "limits.inquiries_per_day", 1...1_000_000, "Without an account, one address",
            \.policy.inquiriesPerDay),
        .number(
            "limits.claims_per_day", 1...1_000_000, "Without an account, one address",
            \.policy.claimsPerDay),
        .number(
            "limits.claim_letters_per_day", 1...1_000_000,
            "Of claimants, one address and one claim", \.policy.claimLettersPerDay),
        .number(
            "moderation.case_days", 1...365, "Until an open case is overdue", \.policy.caseDays),
        .number(
            "limits.connections", 16...1_000_000,
            "In all; fewer where the system gives fewer descriptors", \.policy.connections.total),
        .number(
            "limits.connections_per_address", 1...1_000_000,
            "From one address but trusted proxies and this machine",
            \.policy.connections.perAddress),
        .number(
            "limits.strangers_per_address", 1...1_000_000,
            "Connections from one address without a signed request",
            \.policy.connections.strangersPerAddress),
        .seconds(
            "limits.header_seconds", 1...3600, "Until a connection's first header is there",
            \.policy.connections.header),
        .seconds(
            "limits.idle_seconds", 1...86_400, "Between two requests of a connection",
            \.policy.connections.idle),
        .seconds(
            "limits.stall_seconds", 1...3600, "Without a byte in a body or an answer",
            \.policy.connections.stall),
        .number(
            "limits.bytes_per_second", 1...1_000_000_000, "The least rate of bodies and answers",
            \.policy.connections.bytesPerSecond),
        .number("limits.body_mebibytes", 2...65_536, "Bodies in memory at a time, in all") {
            $0.policy.connections.bodyBytes >> 20
        } _: {
            $0.policy.connections.bodyBytes = $1 << 20
        },
        .number(
            "limits.bodies_per_sender", 1...10_000, "Bodies that one device sends at a time",
            \.policy.connections.bodiesPerSender),
        .number(
            "limits.watchers", 0...1_000_000, "Devices that watch their accounts here",
            \.policy.watchers),
    ]

    private static let retention: [PolicyKey] = [
        .days(
            "retention.compaction_days", 0...365, "How long segments stay that a snapshot holds",
            \.policy.compactionGrace),
        .days(
            "retention.contact_days", 0...3650,
            "How long contacts and pictures of claims stay after their cases can change no more",
            \.policy.contactRetention),
    ]
}
