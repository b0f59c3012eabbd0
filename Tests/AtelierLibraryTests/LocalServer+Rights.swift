import AtelierLibrary
import AtelierProtocol
import CreditLedger
import Fingerprints
import Foundation
import SignedObjects
import Synchronization
import SyncKitHTTP

extension LocalServer {
    /// What a server knows of rights: registrations, the list of reservations, cases.
    struct Rights {
        var works: [Digest: WorkRegistration] = [:]
        var modelsByDigest: [Digest: ModelRegistration] = [:]
        var withdrawn: Set<Digest> = []
        /// The list's entries by the serial of their last change.
        var list: [(serial: Int64, entry: ReservationEntry)] = []
        var serial: Int64 = 0
        var epoch = 1
        var pageSize = 2
        var cases: [CaseFile] = []
        /// Targets that were asked for, in order.
        var targets: [String] = []
        var isRefusingRegistrations = false
        /// Whether no case takes anything.
        var isRefusingMoves = false
        /// Whether new reservations wait for a moderator.
        var isPending = false
        /// What a question about reservations is answered, where it is not that they are unknown.
        var status: (state: ReservationState, text: String)?
        /// How many works the server says that it knows with other contents.
        var conflicts = 0

        /// What the ledger has to know of the registered models.
        var models: [Digest: ModelRights] {
            modelsByDigest.mapValues { model in
                let works = model.works.map { self.works[$0]?.pixels }
                let isWhole = works.allSatisfy { $0 != nil }
                return ModelRights(
                    works: isWhole
                        ? ModelRegistration.worksDigest(ofPixels: works.compactMap { $0 }) : nil,
                    workCount: works.count, isWithheld: false)
            }
        }
    }

    /// What was registered, and what was withdrawn.
    var rights: Rights { state.withLock { $0.rights } }

    func changeRights(_ change: (inout Rights) -> Void) { state.withLock { change(&$0.rights) } }

    /// From now on a model of the account gets no receipts, or does again.
    func withhold(_ model: Digest, caseNumber: Int, isReleased: Bool = false) throws {
        try state.withLock { state in
            let subject = Withholding(.model(model), caseNumber: caseNumber)
            let signer = LedgerSigner(key: key)
            if isReleased {
                _ = try state.ledger?.release(
                    subject, reason: "released", text: "It is yours again.", now: now,
                    signer: signer)
            } else {
                _ = try state.ledger?.withhold(
                    subject, reason: "not-own-work", text: "A moderator withholds it.", now: now,
                    signer: signer)
            }
        }
    }

    /// From now on models of the account with a work get no receipts.
    func withhold(work: Digest, caseNumber: Int) throws {
        _ = try state.withLock { state in
            try state.ledger?.withhold(
                Withholding(.work(work), caseNumber: caseNumber), reason: "not-own-work",
                text: "A moderator withholds it.", now: now, signer: LedgerSigner(key: key))
        }
    }

    /// Tells the account of a case.
    func tell(_ kind: ServerLedger.Letter, caseNumber: Int, _ text: String) throws {
        _ = try state.withLock { state in
            try state.ledger?.tell(
                kind, caseNumber: caseNumber, reason: "case", text: text, now: now,
                signer: LedgerSigner(key: key))
        }
    }

    /// Puts a reservation on the list, or takes it off.
    func setReservation(
        _ number: Int64, _ fingerprint: Fingerprint, of account: AccountID?, isInForce: Bool = true
    ) {
        changeRights { rights in
            rights.serial += 1
            rights.list.removeAll { $0.entry.number == number }
            rights.list.append(
                (
                    rights.serial,
                    ReservationEntry(
                        number: number, isInForce: isInForce, account: account,
                        fingerprint: fingerprint)
                ))
        }
    }

    /// Answers what is about rights; nil for anything else.
    func rights(
        _ message: HTTPMessage, _ path: [String], _ device: DeviceCertificate,
        _ state: inout State
    ) throws -> HTTPReply? {
        guard path.count > 1 else { return nil }
        switch (message.method, path[1]) {
        case ("POST", "registrations"):
            state.rights.targets.append(message.target)
            guard !state.rights.isRefusingRegistrations else { throw problem(.unavailable, 503) }
            return try register(try body(of: message), by: device.deviceKey, &state.rights)
        case ("POST", "ledger"):
            state.rights.targets.append(message.target)
            return nil
        case ("GET", "reservations"):
            return try list(after: Int64(Self.start(of: message)), state.rights)
        case ("POST", "reservations") where path.count == 2:
            return try reserve(try body(of: message), by: device, &state)
        case ("POST", "reservations"):
            let request: ContestRequest = try body(of: message)
            if let known = state.rights.cases.first(where: {
                $0.side == .claimant && $0.reservation.map(String.init) == path[2]
            }) {
                return try reply(CaseNumber(number: known.number), status: 201)
            }
            let number = Int64(state.rights.cases.count + 1)
            state.rights.cases.append(
                Self.file(number, kind: .contest, letters: [request.text], now: now))
            return try reply(CaseNumber(number: number), status: 201)
        case ("GET", "cases") where path.count == 2:
            let after = Int64(Self.start(of: message))
            return try reply(
                CaseList(cases: state.rights.cases.filter { $0.number > after }))
        case ("GET", "cases"):
            return try reply(try file(path[2], state.rights))
        case ("POST", "cases"):
            let words: CaseWords = try body(of: message)
            let old = try file(path[2], state.rights)
            if state.rights.isRefusingMoves { throw problem(.caseState, 409) }
            let letters = old.letters.map(\.text) + [words.text]
            let new = Self.file(
                old.number, kind: old.kind, letters: letters,
                isAppealed: path[3] == "appeals", now: now)
            state.rights.cases.removeAll { $0.number == old.number }
            state.rights.cases.append(new)
            return try reply(new)
        default: return nil
        }
    }

    private func file(_ number: String, _ rights: Rights) throws -> CaseFile {
        guard let file = rights.cases.first(where: { "\($0.number)" == number }) else {
            throw problem(.notFound, 404)
        }
        return file
    }

    /// A case as its respondent reads it.
    static func file(
        _ number: Int64, kind: CaseKind = .match, letters: [String], isAppealed: Bool = false,
        now: UnixTime
    ) -> CaseFile {
        CaseFile(
            number: number, kind: kind, side: .respondent, state: isAppealed ? .appealed : .waiting,
            waitsFor: isAppealed ? nil : .respondent, work: nil, reservation: nil, distance: 4,
            claimantSince: now, respondentSince: now, opened: now,
            letters: letters.map { CaseLetter(from: nil, kind: .question, text: $0, time: now) },
            decision: nil, canAnswer: true, canAppeal: !isAppealed, canWithdraw: false)
    }

    private func register(
        _ request: RegistrationRequest, by key: VerifyingKey, _ rights: inout Rights
    ) throws -> HTTPReply {
        let works = try request.works.map { text in
            let work = try JWS<WorkRegistration>(verifying: text, with: key).payload
            let isKnown = rights.works.updateValue(work, forKey: work.work) != nil
            if rights.conflicts > 0 {
                rights.conflicts -= 1
                return RegistrationReply.Entry(refused: .conflict, text: "It has other contents.")
            }
            return RegistrationReply.Entry(isKnown ? .known : .accepted)
        }
        let models = try request.models.map { text in
            let model = try JWS<ModelRegistration>(verifying: text, with: key).payload
            guard model.works.allSatisfy({ rights.works[$0] != nil }) else {
                return RegistrationReply.Entry(
                    refused: .unregisteredWork, text: "A work is not registered.")
            }
            let isKnown = rights.modelsByDigest.updateValue(model, forKey: model.model) != nil
            return RegistrationReply.Entry(isKnown ? .known : .accepted)
        }
        let withdrawals = try request.withdrawals.map { text in
            let withdrawal = try JWS<RegistrationWithdrawal>(verifying: text, with: key).payload
            for work in withdrawal.works { rights.works[work] = nil }
            for model in withdrawal.models { rights.modelsByDigest[model] = nil }
            rights.withdrawn.formUnion(withdrawal.works + withdrawal.models)
            return RegistrationReply.Entry(.accepted)
        }
        return try reply(
            RegistrationReply(works: works, models: models, withdrawals: withdrawals))
    }

    private func reserve(
        _ submission: ReservationSubmission, by device: DeviceCertificate, _ state: inout State
    ) throws -> HTTPReply {
        let request = try JWS<ReservationRequest>(
            verifying: submission.request, with: device.deviceKey
        ).payload
        let entries = request.works.map { work in
            guard let known = state.rights.works[work] else {
                return ReservationReply.Entry(
                    work: work, number: nil, state: nil, refusal: .notRegistered)
            }
            if request.act == .status {
                let told = state.rights.status
                return ReservationReply.Entry(
                    work: work, number: nil, state: told?.state, refusal: nil,
                    text: told?.text ?? "")
            }
            state.rights.serial += 1
            let number = Int64(state.rights.list.count + 100)
            let isInForce = request.act == .reserve
            if isInForce, state.rights.isPending {
                return ReservationReply.Entry(
                    work: work, number: number, state: .pending, refusal: nil)
            }
            state.rights.list.append(
                (
                    state.rights.serial,
                    ReservationEntry(
                        number: number, isInForce: isInForce, account: request.account,
                        fingerprint: known.fingerprint)
                ))
            return ReservationReply.Entry(
                work: work, number: number, state: isInForce ? .confirmed : .withdrawn,
                refusal: nil)
        }
        return try reply(ReservationReply(entries: entries))
    }

    private func list(after serial: Int64, _ rights: Rights) throws -> HTTPReply {
        let page = rights.list.filter { $0.serial > serial }.sorted { $0.serial < $1.serial }
            .prefix(rights.pageSize)
        let isLast = page.count < rights.pageSize
        return try reply(
            Self.page(
                page.map(\.entry), after: serial,
                through: isLast ? rights.serial : page.last?.serial ?? serial,
                last: rights.serial, epoch: rights.epoch, signedBy: key, now: now))
    }

    /// A page of the list.
    static func page(
        _ entries: [ReservationEntry], after: Int64, through: Int64, last: Int64, epoch: Int = 1,
        signedBy key: SigningKey, now: UnixTime
    ) throws -> ReservationPage {
        let head = ReservationListHead(
            after: after, through: through, last: last, epoch: epoch,
            entries: ReservationPage.digest(of: entries), time: now)
        return ReservationPage(head: try JWS(signing: head, with: key), entries: entries)
    }
}
