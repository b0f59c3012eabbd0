import AtelierProtocol
import CreditLedger
import Foundation
import GRDB
import SignedObjects
import SyncKit

/// What gets no receipts by the decisions of moderators, as of the last sync, and in which cases
/// that was decided.
public struct WithheldReceipts: Sendable {
    private var casesByWork: [String: Set<Int>] = [:]
    private var casesByModel: [String: Set<Int>] = [:]
    /// The cases in which the account may appeal now.
    public let appealable: Set<Int>

    /// The cases in which something is withheld, by number.
    public var cases: [Int] {
        Set(casesByWork.values.joined()).union(casesByModel.values.joined()).sorted()
    }

    /// What is withheld from the account; nothing before it has an account on a server.
    init(_ wallet: Wallet, _ registrar: Registrar) throws {
        let context = wallet.context
        appealable = Set(
            try context.storedCases().filter(\.canAppeal).map { Int(clamping: $0.number) })
        guard context.membership.server != nil else { return }
        let withholdings = try wallet.open().wallet.standing.withholdings
        guard !withholdings.isEmpty else { return }
        for withholding in withholdings {
            switch withholding.subject {
            case .work(let work):
                casesByWork[work.description, default: []].insert(withholding.caseNumber)
            case .model(let model):
                casesByModel[model.description, default: []].insert(withholding.caseNumber)
            }
        }
        guard !casesByWork.isEmpty else { return }
        for (model, work) in try registrar.learnedWorks() {
            guard let cases = casesByWork[work] else { continue }
            casesByModel[model, default: []].formUnion(cases)
        }
    }

    /// The cases in which a model, or a work that it learned from, is withheld; empty for none.
    public func cases(_ model: Model) -> [Int] { casesByModel[model.digest, default: []].sorted() }

    /// Tells models in which cases they are withheld.
    public func marking(_ models: [Model]) -> [Model] {
        models.map { model in
            var model = model
            model.withheldIn = casesByModel[model.digest]?.sorted()
            return model
        }
    }

    /// Tells works in which cases they are withheld.
    public func marking(_ works: [Work]) -> [Work] {
        works.map { work in
            var work = work
            work.withheldIn = casesByWork[work.sha256]?.sorted()
            return work
        }
    }

    /// Tells generations without a receipt in which cases it is withheld.
    public func marking(_ generations: [Generation]) -> [Generation] {
        generations.map { generation in
            var generation = generation
            generation.withheldIn =
                generation.standing == .waiting
                ? casesByModel[generation.modelDigest]?.sorted() : nil
            return generation
        }
    }
}

extension Library {
    /// What gets no receipts by the decisions of moderators; offline.
    public func withheldReceipts() throws -> WithheldReceipts {
        try WithheldReceipts(wallet, rights.registrar)
    }
}

extension Registrar {
    /// The works that models learned from, by the digests of their files: those of the library, and
    /// those of models that were removed and may still have generations.
    fileprivate func learnedWorks() throws -> [(model: String, work: String)] {
        try context.store.read { database in
            let linked = try Row.fetchAll(
                database,
                sql: """
                    SELECT DISTINCT models.digest, works.sha256 FROM models
                    JOIN model_works ON model_works.model_id = models.id
                    JOIN works ON works.id = model_works.work_id
                    """
            ).compactMap { row -> (model: String, work: String)? in
                guard let model = String.fromDatabaseValue(row[0]),
                    let work = String.fromDatabaseValue(row[1])
                else { return nil }
                return (model, work)
            }
            let registered = try String.fetchAll(
                database,
                sql: "SELECT compact FROM registrations WHERE kind = 'model' AND compact <> ''"
            ).compactMap { try? JWS<ModelRegistration>.unverifiedPayload(of: $0) }
            return linked
                + registered.flatMap { model in
                    model.works.map { (model.model.description, $0.description) }
                }
        }
    }
}
