public import AtelierProtocol
public import CreditLedger
import Foundation
import GRDB
import SignedObjects
import SyncKit

/// A case that the account is a side of. Its JSON form is what `cases show --json` prints.
public struct CaseReport: Codable, Equatable, Sendable {
    /// Something that was written in it.
    public struct Letter: Codable, Equatable, Sendable {
        /// Who wrote it: `you`, `the other side` or `a moderator`.
        public let from: String
        /// What it is.
        public let kind: CaseLetter.Kind
        /// The words.
        public let text: String
        /// Server time.
        public let time: Moment
    }

    /// What was decided.
    public struct Decision: Codable, Equatable, Sendable {
        /// What it does.
        public let act: CaseAct
        /// Whether it is done to this account.
        public let isAboutYou: Bool
        /// The policy's code.
        public let code: String
        /// Server time.
        public let time: Moment
        /// When a suspension ends by itself; left out otherwise.
        public let until: Moment?
        /// Until when each side may appeal; left out where none can any more.
        public let appealUntil: Moment?
        /// Whether it was undone, or overturned on appeal.
        public let isUndone: Bool
    }

    /// Its number.
    public let number: Int
    /// Why it was opened.
    public let kind: CaseKind
    /// Which side the account is.
    public let side: CaseSide
    /// How far it is.
    public let state: CaseState
    /// Whether a question waits for this account.
    public let waitsForYou: Bool
    /// The account's work that it is about; left out where it is about none that is in the library.
    public let work: WorkID?
    /// The title of that work; empty without one.
    public let title: String
    /// The reservation that it is about; left out where it is about none.
    public let reservation: Int?
    /// In how many of 256 bits the two fingerprints differ; left out where none were compared.
    public let differingBits: Int?
    /// When the claimant's side registered, reserved or claimed; left out where unknown.
    public let claimantSince: Moment?
    /// When the respondent's side did; left out where unknown.
    public let respondentSince: Moment?
    /// When it was opened.
    public let openedAt: Moment
    /// What was written, oldest first.
    public let letters: [Letter]
    /// What was decided last; left out before a decision.
    public let decision: Decision?
    /// Whether the account may write now.
    public let canAnswer: Bool
    /// Whether it may appeal now.
    public let canAppeal: Bool
    /// Whether it may withdraw now what it asked for.
    public let canWithdraw: Bool

    init(_ file: CaseFile, worksByFile: [String: Work]) {
        number = Int(clamping: file.number)
        (kind, side, state) = (file.kind, file.side, file.state)
        waitsForYou = file.state == .waiting && file.waitsFor == file.side
        let own = file.work.flatMap { worksByFile[$0.description] }
        work = own?.id
        title = own?.title ?? ""
        reservation = file.reservation.map { Int(clamping: $0) }
        differingBits = file.distance
        claimantSince = file.claimantSince.map { Moment($0) }
        respondentSince = file.respondentSince.map { Moment($0) }
        openedAt = Moment(file.opened)
        letters = file.letters.map { letter in
            let from =
                letter.from.map { $0 == file.side ? "you" : "the other side" } ?? "a moderator"
            return Letter(
                from: from, kind: letter.kind, text: CheckedText.shown(letter.text),
                time: Moment(letter.time))
        }
        decision = file.decision.map { decision in
            Decision(
                act: decision.act, isAboutYou: decision.side == file.side,
                code: CheckedText.shown(decision.code), time: Moment(decision.time),
                until: decision.until.map { Moment($0) },
                appealUntil: decision.appealUntil.map { Moment($0) }, isUndone: decision.isUndone)
        }
        (canAnswer, canAppeal, canWithdraw) = (file.canAnswer, file.canAppeal, file.canWithdraw)
    }
}

/// A letter to the account in a case, as it came with a sync.
public struct CaseNote: Codable, Equatable, Sendable {
    /// The case's number.
    public let number: Int
    /// What it is: a case was opened, words, a decision, or what a decision does.
    public let kind: Order.Kind
    /// The words; may be empty.
    public let text: String
    /// Server time.
    public let time: Moment

    /// The letter of an order; nil for an order that belongs to no case.
    init?(_ order: Order) {
        guard let number = order.caseNumber else { return nil }
        self.number = number
        kind = order.kind
        text = CheckedText.shown(order.text)
        time = Moment(order.time)
    }

    /// What it is, in words.
    public var title: String {
        switch kind {
        case .caseOpened: "opened"
        case .caseDecision: "decided"
        case .withhold: "receipts withheld"
        case .release: "receipts released"
        default: "letter"
        }
    }
}

extension RightsService {
    /// The account's cases as of the last sync, by number; offline.
    public func cases() throws -> [CaseReport] {
        let files = try storedCases()
        guard !files.isEmpty else { return [] }
        let works = Dictionary(
            try works.all().map { ($0.sha256, $0) }, uniquingKeysWith: { first, _ in first })
        return files.map { CaseReport($0, worksByFile: works) }
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
    /// - Throws: As ``answer(_:_:)`` does.
    public func appeal(_ number: Int, _ text: String) async throws -> CaseReport {
        try await write("appeals", text, in: number)
    }

    /// Withdraws what the account asked for in a case, such as its objection to a reservation.
    ///
    /// - Throws: As ``answer(_:_:)`` does.
    public func withdraw(_ number: Int, _ text: String) async throws -> CaseReport {
        try await write("withdrawal", text, in: number)
    }

    /// Says that a reservation on the community's list is wrong: a moderator looks at it.
    ///
    /// - Returns: The case that this opened or joined.
    /// - Throws: As ``answer(_:_:)`` does.
    public func contest(reservation number: Int, _ text: String) async throws -> CaseReport {
        let text = try Self.checked(text)
        let connection = try account.connection()
        let opened = try await connection.post(
            "\(ReservationPage.target)/\(number)/contests", ContestRequest(text: text),
            as: CaseNumber.self)
        let file = try await connection.get(
            "\(CaseList.target)/\(opened.number)", as: CaseFile.self)
        try context.remember(connection.clock)
        return try keep(file)
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
        let stored = try storedCases()
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
        let file = try await connection.post(
            "\(CaseList.target)/\(number)/\(what)", words, as: CaseFile.self)
        try context.remember(connection.clock)
        return try keep(file)
    }

    private static func checked(_ text: String) throws -> String {
        let text = try CheckedText.block(text, field: "text", limit: RightsLimits.textBytes)
        guard !text.isEmpty else { throw LibraryError.badText(field: "text", reason: "is empty") }
        return text
    }

    private func keep(_ file: CaseFile) throws -> CaseReport {
        let others = try storedCases().filter { $0.number != file.number }
        try save((others + [file]).sorted { $0.number < $1.number }, order: nil)
        return try caseReport(Int(clamping: file.number))
    }

    private func storedCases() throws -> [CaseFile] {
        let text = try context.store.read { try LocalValue.cases.read($0) }
        return text.flatMap {
            try? CanonicalJSON.decode([CaseFile].self, from: Data($0.utf8))
        } ?? []
    }

    private func save(_ files: [CaseFile], order: Int64?) throws {
        let json = try CanonicalJSON.encoder.encode(files)
        try context.store.write { database in
            try LocalValue.cases.write(String(decoding: json, as: UTF8.self), database)
            if let order { try LocalValue.caseOrder.write(String(order), database) }
        }
    }
}
