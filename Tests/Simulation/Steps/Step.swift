import TestSupport

/// One thing that happens in a run. Steps mean the same whatever other steps are taken out, so
/// that a failing run can be made shorter: replicas are counted around.
struct Step: Hashable, Sendable {
    /// Who writes.
    enum Program: String, Hashable, Sendable {
        case app
        case other
    }

    /// One transaction.
    struct Write: Hashable, Sendable {
        let program: Program
        let statements: [Statement]
        /// It is undone by a throw at its end.
        let aborts: Bool
    }

    /// One exchange with the server.
    struct Exchange: Hashable, Sendable {
        let weather: SimulatedNetwork.Weather
        let seed: UInt64
        /// Whether the device asks first how the account stands.
        let asksStanding: Bool
        /// A snapshot is due when so many segments have come after the last.
        let snapshotTail: Int
        /// A write during it.
        let meanwhile: Write?
        let meanwhileAt: Moment

        /// When another write comes.
        enum Moment: Hashable, Sendable {
            /// After so many steps.
            case after(steps: Int)
            /// Once everything is received, as what the app itself does about it.
            case pulled
        }
    }

    /// What a replica does, and may be broken off.
    enum Action: Hashable, Sendable {
        case write(Write)
        /// One transaction on the tables of ``Annex``.
        case writeAnnex(AnnexWrite)
        /// One of the conflicts that are listed is restored; they are counted around.
        case restore(Int)
        case exchange(Exchange)
        /// The app is closed and opened again.
        case reopen
        /// The app is closed and opened with the newest schema.
        case upgrade
        /// Another program runs VACUUM.
        case vacuum
    }

    /// What happens.
    enum Event: Hashable, Sendable {
        /// A replica acts; a fault may strike its disk meanwhile.
        case act(Action, DiskFault?)
        case cutPower
        case jump(milliseconds: Int64)
        case setCut(Bool)
        case setSuspended(Bool)
        case setServerClock(ahead: UInt64)
        /// The replica makes a new library key, which the others do not have yet.
        case makeKey
        /// The replica is handed all keys.
        case takeKeys
        case join
        case fork
        case keepCopy
        case goBackToCopy
        case serverKeepsCopy
        case serverGoesBackToCopy(raisingEpoch: Bool)
        case serverIsWiped
        case serverCompacts
    }

    /// Counted around the replicas that there are.
    let replica: Int
    let event: Event
    /// How much time passes before it, in milliseconds.
    let pause: UInt64
}

extension Step: CustomStringConvertible {
    /// One line of a trace.
    var description: String {
        switch event {
        case .act(let action, let fault):
            "\(action)" + (fault.map { ", \($0.kind) at operation \($0.operation)" } ?? "")
        case .cutPower: "power cut"
        case .jump(let milliseconds): "clock jumps by \(milliseconds) ms"
        case .setCut(let isCut): isCut ? "is cut off" : "is let in again"
        case .setSuspended(let isSuspended): isSuspended ? "is suspended" : "is reinstated"
        case .setServerClock(let ahead): "server's clock is \(ahead) ms ahead"
        case .makeKey: "makes a new key"
        case .takeKeys: "is handed all keys"
        case .join: "another device joins"
        case .fork: "database copied to a new device"
        case .keepCopy: "backup made"
        case .goBackToCopy: "backup restored"
        case .serverKeepsCopy: "server backup made"
        case .serverGoesBackToCopy(true): "server backup restored"
        case .serverGoesBackToCopy(false): "server backup restored, and nobody told"
        case .serverIsWiped: "server wiped"
        case .serverCompacts: "server compacts"
        }
    }
}

extension Step.Action {
    /// Whether it writes what comes from others.
    var merges: Bool {
        switch self {
        case .exchange: true
        case .write, .writeAnnex, .restore, .reopen, .upgrade, .vacuum: false
        }
    }

    /// Whether it is one transaction on the tables of ``Studio``.
    var isOneWrite: Bool {
        switch self {
        case .write, .restore: true
        case .writeAnnex, .exchange, .reopen, .upgrade, .vacuum: false
        }
    }
}

extension Step.Action: CustomStringConvertible {
    var description: String {
        switch self {
        case .write(let write): "\(write)"
        case .writeAnnex(let write): "\(write)"
        case .restore(let number): "restores conflict \(number)"
        case .exchange(let exchange):
            "syncs"
                + (exchange.asksStanding ? "" : " without asking how it stands")
                + (exchange.snapshotTail > 99 ? "" : ", snapshot after \(exchange.snapshotTail)")
                + (exchange.weather == .fine ? "" : " over a bad network")
                + (exchange.meanwhile.map { "; meanwhile \(exchange.meanwhileAt): \($0)" } ?? "")
        case .reopen: "reopens"
        case .upgrade: "upgrades"
        case .vacuum: "other program vacuums"
        }
    }
}

extension Step.Write: CustomStringConvertible {
    var description: String {
        "\(program) writes\(aborts ? " and aborts" : ""): "
            + statements.map(\.description).joined(separator: "; ")
    }
}
