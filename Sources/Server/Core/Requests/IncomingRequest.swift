import AtelierProtocol
import CreditLedger
import SignedObjects
import Synchronization

/// One request as far as its proof covers it.
struct IncomingRequest: Sendable {
    /// In capitals.
    let method: String
    /// Path and query as sent.
    let target: String
    /// The compact proof, where one was sent.
    let proof: String?
    /// Where it came from.
    let sender: Sender
    /// The whole body, and its digest.
    var body: [UInt8] = []
    var digest = Digest(of: [])
    /// The device that signed it, and its proof, as far as that was checked before the body was
    /// read; nil for requests of no account.
    var member: Member?

    /// Who signed a request.
    struct Member: Sendable {
        var caller: Caller
        let proof: RequestProof
    }
}

/// The device behind a verified proof.
struct Caller: Sendable {
    let account: AccountID
    let accountKey: VerifyingKey
    let device: DeviceID
    let deviceKey: VerifyingKey
    let state: AccountState
    /// What the account's ledger adds up to, read in the transaction of the request.
    var ledger: LedgerRow?
    /// What the statements gave that the request asked for beside, in order.
    var answers: [SQLAnswer] = []

    /// What the account's orders add up to; nobody else's device is in it.
    var standing: Standing { ledger?.standing ?? Standing() }
}

/// The accounts of the devices that asked lately, so that a proof can be checked before the
/// database is read.
///
/// A cached entry authorizes nothing: a device's key follows from its id, and the transaction of
/// the request checks that the device is still of that account, and what it may do. Several
/// instances may each have their own.
final class CallerCache: Sendable {
    private struct State {
        var callers: [DeviceID: Caller] = [:]
        /// The devices in the order in which they came, as a ring.
        var devices: [DeviceID] = []
        var next = 0
    }

    private let state = Mutex(State())
    private let limit: Int

    /// - Parameter limit: The most that are kept; the oldest give way.
    init(limit: Int) {
        self.limit = limit
    }

    /// Who has the device; nil where that is not known here.
    subscript(_ device: DeviceID) -> Caller? {
        state.withLock { $0.callers[device] }
    }

    /// Stores what the database returned.
    func keep(_ caller: Caller) {
        state.withLock { state in
            let known = state.callers.updateValue(caller, forKey: caller.device)
            guard known == nil else { return }
            if state.devices.count < limit {
                state.devices.append(caller.device)
            } else {
                state.callers[state.devices[state.next]] = nil
                state.devices[state.next] = caller.device
                state.next = (state.next + 1) % limit
            }
        }
    }

    /// The next question about the device goes to the database.
    func forget(_ device: DeviceID) {
        // Its slot in the ring stays until it is overwritten in turn.
        state.withLock { $0.callers[device] = nil }
    }
}

/// The cached account of a device is out of date.
struct StaleCaller: Error {}
