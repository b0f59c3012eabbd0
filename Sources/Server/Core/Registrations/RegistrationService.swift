import AtelierProtocol
import CreditLedger
import SignedObjects

/// What the server knows of the works that models were made of, and what receipts say of that.
package struct RegistrationService: ServerService {
    let environment: ServiceEnvironment
    let requests: RequestAuthenticator
    let cases: CaseService

    /// Reads the fingerprints that are stored, which nobody has to wait for later.
    func readFingerprints() throws {
        try database.read { db in try db.fingerprints.follow(in: db) }
    }

    /// Registers works and models of an account, and withdraws them; safe to repeat.
    ///
    /// Each work is compared with all that others have registered, reserved or claimed, in the
    /// transaction that stores it; what is near opens a case and has no other consequence.
    func register(
        _ request: RegistrationRequest, _ incoming: IncomingRequest
    ) async throws -> RegistrationReply {
        guard let member = incoming.member?.caller else {
            throw ServerError.refused(.proofMissing, detail: "A device has to sign this.")
        }
        // Before the transaction: signatures take longer than all that has to be done in turn.
        let works: [JWS<WorkRegistration>?] = request.works.map { Self.verified($0, by: member) }
        let models: [JWS<ModelRegistration>?] = request.models.map {
            Self.verified($0, by: member)
        }
        let withdrawals: [JWS<RegistrationWithdrawal>?] = request.withdrawals.map {
            Self.verified($0, by: member)
        }
        let (reply, near, changed) = try await requests.authorized(incoming) { db, caller, now in
            let opening = CaseOpening(db: db, now: now)
            var room: (works: Int?, models: Int?)
            var near = 0
            var told: [AccountID] = []
            let reply = RegistrationReply(
                works: try works.map { document in
                    try document.map {
                        try Self.register(
                            $0, room: &room.works, near: &near, opening, now: now)
                    } ?? Self.malformed
                },
                models: try models.map { document in
                    try document.map {
                        try RegistrationStore(db: db).register(
                            $0, room: &room.models, now: now)
                    } ?? Self.malformed
                },
                withdrawals: try withdrawals.map { document in
                    try document.map {
                        try self.withdraw($0.payload, told: &told, now: now, in: db)
                    } ?? Self.malformed
                })
            return (reply, near, opening.accounts + told)
        }
        metrics.registerNear(near)
        await cases.deliver(to: changed)
        return reply
    }

    private static func register(
        _ document: JWS<WorkRegistration>, room: inout Int?, near: inout Int,
        _ opening: CaseOpening, now: UnixTime
    ) throws -> RegistrationReply.Entry {
        let (entry, row) = try RegistrationStore(db: opening.db).register(
            document, room: &room, now: now)
        guard let row else { return entry }
        let payload = document.payload
        let compared = try opening.compare(
            payload.reading, .registration, owner: row, account: payload.account)
        if !compared.isAlone { near += 1 }
        return entry
    }

    /// Withdraws registrations, and the reservations that stand for them.
    private func withdraw(
        _ withdrawal: RegistrationWithdrawal, told: inout [AccountID], now: UnixTime,
        in db: Database
    ) throws -> RegistrationReply.Entry {
        let (entry, rows) = try RegistrationStore(db: db).withdraw(withdrawal, now: now)
        for row in rows { try FingerprintStore(db: db).withdraw(.registration, owner: row) }
        for work in withdrawal.works {
            guard
                let reservation = try ReservationStore(db: db).find(
                    work, of: withdrawal.account)
            else { continue }
            told += try cases.end(reservation: reservation.number, text: "", now: now, in: db)
        }
        return entry
    }

    private static func verified<Payload: RegistrationPayload>(
        _ text: String, by member: Caller
    ) -> JWS<Payload>? {
        guard let document = try? JWS<Payload>(verifying: text, with: member.deviceKey),
            document.payload.account == member.account, document.payload.device == member.device
        else { return nil }
        return document
    }

    private static let malformed = RegistrationReply.Entry(
        refused: .malformed, text: "It is not signed by this device for its account.")
}

/// What a device signs about works and models.
private protocol RegistrationPayload: SignedPayload {
    var account: AccountID { get }
    var device: DeviceID { get }
}

extension WorkRegistration: RegistrationPayload {}
extension ModelRegistration: RegistrationPayload {}
extension RegistrationWithdrawal: RegistrationPayload {}

extension RegistrationService {
    /// How a receipt stands now, signed; for anybody who has it.
    ///
    /// - Parameter receipt: SHA-256 of its compact text.
    /// - Throws: ``ServerError`` where this server has signed none of that name.
    func status(of receipt: Digest) async throws -> ReceiptStatusReply {
        let now = clock()
        let standing = try await database.read { db in try Self.standing(of: receipt, in: db) }
        guard let standing else {
            throw ServerError.refused(.notFound, detail: "This server knows no such receipt.")
        }
        let status = ReceiptStatus(
            receipt: receipt, standing: standing, time: now, until: now + Limits.statusLifetime)
        return ReceiptStatusReply(status: try JWS(signing: status, with: key).compact)
    }

    private static func standing(
        of receipt: Digest, in db: Database
    ) throws -> ReceiptStatus.Standing? {
        guard
            let row = try db.row(
                """
                SELECT t.account, t.model, a.state, m.withdrawn, m.model AS registered,
                    r.serial AS revoked
                FROM ledger_receipt AS t JOIN account AS a ON a.id = t.account
                LEFT JOIN model_registration AS m ON m.account = t.account AND m.model = t.model
                LEFT JOIN ledger_revocation AS r ON r.account = t.account AND r.device = t.device
                WHERE t.id = ?1
                """,
                [receipt.blob])
        else { return nil }
        let account: AccountID = try row.fixed("account")
        let withheld = WithholdingStore.statement(of: try row.fixed("model"), account)
        if try db.answers(to: [withheld]).contains(where: { !$0.rows.isEmpty }) {
            return .disputed
        }
        let isGone = try row["state"] as String == AccountState.purged.rawValue
        if try isGone || !row.isNull("withdrawn") { return .withdrawn }
        return try row.isNull("revoked") ? .good : .revokedDevice
    }
}
