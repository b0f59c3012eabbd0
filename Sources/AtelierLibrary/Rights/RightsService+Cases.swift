import AtelierProtocol
import CreditLedger
import Foundation
import GRDB
import SignedObjects
import SyncKit

extension RightsService {
    /// The account's cases as of the last sync, by number; offline.
    public func cases() throws -> [CaseReport] {
        let files = try context.storedCases()
        guard !files.isEmpty else { return [] }
        let works = Dictionary(
            try works.all().map { ($0.sha256, $0) }, uniquingKeysWith: { first, _ in first })
        let waiting = try ownReservations().filter { $0.state == .pending }
        let waitingByFile = Dictionary(
            waiting.compactMap { entry in entry.number.map { (entry.sha256, $0) } },
            uniquingKeysWith: { first, _ in first })
        let openings = try openingLetters()
        return files.map { file in
            CaseReport(
                file, worksByFile: works, opening: openings[Int(clamping: file.number)] ?? "",
                waiting: waitingByFile)
        }
    }

    /// The case of this number as of the last sync; offline.
    ///
    /// - Throws: ``LibraryError/unknown(_:name:)``.
    public func caseReport(_ number: Int) throws -> CaseReport {
        guard let found = try cases().first(where: { $0.number == number }) else {
            throw LibraryError.unknown(.rightsCase, name: String(number))
        }
        return found
    }

    /// Writes in a case; moderators and the other side read it.
    ///
    /// - Throws: ``LibraryError/badText(field:reason:)``; `HTTPFailure`, `Problem`.
    public func answer(_ number: Int, _ text: String) async throws -> CaseReport {
        try await write("answers", text, in: number)
    }

    /// Appeals against a decision; another moderator decides.
    ///
    /// - Throws: ``RightsError/notDecided(caseNumber:)``; otherwise as ``answer(_:_:)`` does.
    public func appeal(_ number: Int, _ text: String) async throws -> CaseReport {
        try await write("appeals", text, in: number)
    }

    /// Withdraws what the account asked for in a case, such as its objection to a reservation.
    ///
    /// - Throws: ``RightsError/nothingToWithdraw(caseNumber:)``; otherwise as ``answer(_:_:)``
    ///   does.
    public func withdraw(_ number: Int, _ text: String) async throws -> CaseReport {
        try await write("withdrawal", text, in: number)
    }

    /// Says that a reservation on the community's list is wrong: a moderator looks at it.
    ///
    /// - Returns: The case that this opened.
    /// - Throws: ``RightsError/contestedBefore(reservation:caseNumber:)`` where the account has
    ///   contested it before; otherwise as ``answer(_:_:)`` does.
    public func contest(reservation number: Int, _ text: String) async throws -> CaseReport {
        let text = try Self.checked(text)
        func isSame(_ file: CaseFile) -> Bool {
            file.kind == .contest && file.side == .claimant
                && file.reservation == Int64(clamping: number)
        }
        if let open = try context.storedCases().first(where: { isSame($0) && $0.state != .final }) {
            throw RightsError.contestedBefore(
                reservation: number, caseNumber: Int(clamping: open.number))
        }
        let connection = try account.connection()
        let opened = try await connection.post(
            "\(ReservationPage.target)/\(number)/contests", ContestRequest(text: text),
            as: CaseNumber.self)
        let file = try await connection.get(
            "\(CaseList.target)/\(opened.number)", as: CaseFile.self)
        try context.remember(connection.clock)
        let report = try keep(file)
        // Another device may have contested it: the words are in no case then.
        guard file.letters.contains(where: { $0.text == text }) else {
            throw RightsError.contestedBefore(reservation: number, caseNumber: report.number)
        }
        return report
    }

    /// What the letters said that told of cases, by number; those of the last contact.
    private func openingLetters() throws -> [Int: String] {
        guard context.membership.server != nil else { return [:] }
        let orders = try account.ledger.wallet.open().wallet.orders.lazy.map(\.payload)
        return Dictionary(
            orders.filter { $0.kind == .caseOpened }.compactMap { order in
                order.caseNumber.map { ($0, order.text) }
            }, uniquingKeysWith: { first, _ in first })
    }

    /// Fetches the account's cases, where orders say that there is something new or one is open.
    ///
    /// - Parameter orders: The orders that this device has received, oldest first.
    /// - Throws: `HTTPFailure`, `Problem`.
    func pullCases(
        over connection: ServerConnection, orders: [Order]
    ) async throws {
        let about = orders.last { $0.caseNumber != nil }?.serial ?? 0
        let known = try context.store.read {
            try LocalValue.caseOrder.readNumber(in: NumberRange.sequence, $0) ?? 0
        }
        let stored = try context.storedCases()
        let isNew = Int64(clamping: about) > known
        guard isNew || stored.contains(where: { $0.state != .final }) else { return }
        var files: [CaseFile] = []
        for _ in 0..<Limits.casePages {
            let list = try await connection.get(
                "\(CaseList.target)?after=\(files.last?.number ?? 0)", as: CaseList.self)
            let numbers = list.cases.map(\.number)
            guard numbers.first ?? .max > files.last?.number ?? 0, numbers == numbers.sorted(),
                Set(numbers).count == numbers.count
            else { throw AccountError.unexpectedReply("the list of cases") }
            // A page with much in it is shorter than others: only an empty one is the end.
            if list.cases.isEmpty { break }
            files += list.cases
        }
        try save(files, order: Int64(clamping: about))
    }

    private func write(
        _ what: String, _ text: String, in number: Int
    ) async throws -> CaseReport {
        let words = CaseWords(text: try Self.checked(text))
        let connection = try account.connection()
        let file: CaseFile
        do {
            file = try await connection.post(
                "\(CaseList.target)/\(number)/\(what)", words, as: CaseFile.self)
        } catch let problem as Problem where problem.type == .caseState {
            // What the server says is said to moderators too, who can do something else about it.
            let now = try await connection.get(
                "\(CaseList.target)/\(number)", as: CaseFile.self)
            _ = try keep(now)
            throw Self.refusal(of: what, in: now) ?? problem
        }
        try context.remember(connection.clock)
        return try keep(file)
    }

    /// Why a side cannot do something in a case; nil where the server's words say it.
    private static func refusal(of what: String, in file: CaseFile) -> RightsError? {
        let number = Int(clamping: file.number)
        return switch (what, file.state) {
        case (_, .final): .caseEnded(caseNumber: number)
        case ("appeals", .open), ("appeals", .waiting): .notDecided(caseNumber: number)
        case ("withdrawal", _): .nothingToWithdraw(caseNumber: number)
        default: nil
        }
    }

    private static func checked(_ text: String) throws -> String {
        let text = try CheckedText.block(text, field: "text", limit: RightsLimits.textBytes)
        guard !text.isEmpty else { throw LibraryError.badText(field: "text", reason: "is empty") }
        return text
    }

    private func keep(_ file: CaseFile) throws -> CaseReport {
        let others = try context.storedCases().filter { $0.number != file.number }
        try save((others + [file]).sorted { $0.number < $1.number }, order: nil)
        return try caseReport(Int(clamping: file.number))
    }

    private func save(_ files: [CaseFile], order: Int64?) throws {
        let json = try CanonicalJSON.encoder.encode(files)
        try context.store.write { database in
            try LocalValue.cases.write(String(decoding: json, as: UTF8.self), database)
            if let order { try LocalValue.caseOrder.write(String(order), database) }
        }
    }
}

extension LibraryContext {
    /// The account's cases as the server told them at the last sync, by number.
    func storedCases() throws -> [CaseFile] {
        let text = try store.read { try LocalValue.cases.read($0) }
        return text.flatMap {
            try? CanonicalJSON.decode([CaseFile].self, from: Data($0.utf8))
        } ?? []
    }
}
