import CreditLedger
import Foundation
import SignedObjects
import SyncKit

extension LibraryEnvironment {
    /// This machine's clock, random numbers, processors and network.
    public static var system: LibraryEnvironment {
        var environment = LibraryEnvironment(
            now: {
                UnixTime(
                    milliseconds: Int64(
                        clamping: Int(rounding: Date().timeIntervalSince1970 * 1000)))
            },
            random: { count in
                var generator = SystemRandomNumberGenerator()
                return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            },
            threads: max(1, ProcessInfo.processInfo.activeProcessorCount),
            connect: { address in
                let client = try HTTPClient(address: address, authorities: authorities)
                return { try await client.send($0) }
            })
        environment.boot = { BootTime.present }
        return environment
    }

    /// What both clocks say now.
    var reading: ClockReading { ClockReading(time: now(), boot: boot()) }

    /// A PEM file of authorities to believe instead of the system's, for a server with a
    /// certificate of one's own making.
    static var authorities: String? {
        ProcessInfo.processInfo.environment["ATELIER_CA_FILE"].flatMap { $0.isEmpty ? nil : $0 }
    }
}
