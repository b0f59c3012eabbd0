public import SignedObjects

/// What is known of one model of the account, as whoever keeps the registrations knows it.
public struct ModelRights: Hashable, Sendable {
    /// The digest of its works as it follows from their registrations, which a spend has to name;
    /// nil where the model or a work of it is not registered, or was withdrawn.
    public let works: Digest?
    /// How many registered works it learned from.
    public let workCount: Int
    /// The engine that it is registered with, which a spend has to name; nil where that is not
    /// compared.
    public let engine: String?
    /// Whether it, or a work that it learned from, is withheld; but for
    /// ``LedgerNeeds/withholdings``, about which the ledger's own orders decide.
    public let isWithheld: Bool
    /// Those of ``LedgerNeeds/withheldWorks`` that it learned from.
    package let namedWorks: Set<Digest>

    /// A model, and the works of it that a contact names.
    package init(
        works: Digest?, workCount: Int, engine: String? = nil, isWithheld: Bool,
        namedWorks: Set<Digest> = []
    ) {
        self.works = works
        self.workCount = workCount
        self.engine = engine
        self.isWithheld = isWithheld
        self.namedWorks = namedWorks
    }
}

/// What one contact knows of models, and whether that is asked for.
struct RightsTerms {
    let models: [Digest: ModelRights]
    let isRequired: Bool

    /// What keeps a spend from its receipt as far as its model goes, if anything.
    ///
    /// A spend that names other works or another engine than its model is registered with is of no
    /// registered model: its body is not what the registration says.
    ///
    /// - Parameter standing: With what was handed in since the models were looked up.
    func hold(of spend: Spend, _ standing: Standing) -> LedgerReply.HoldReason? {
        let model = spend.parts.model
        let rights = models[model]
        let isWithheld =
            rights?.isWithheld ?? false
            || standing.isWithheld(model: model, works: rights?.namedWorks ?? [])
        if isWithheld { return .withheld }
        guard isRequired else { return nil }
        return isRegistered(rights, for: spend) ? nil : .unregistered
    }

    /// How many registered works a spend's model learned from; nil where it has none.
    func workCount(of spend: Spend) -> Int? {
        let rights = models[spend.parts.model]
        return isRegistered(rights, for: spend) ? rights?.workCount : nil
    }

    private func isRegistered(_ rights: ModelRights?, for spend: Spend) -> Bool {
        guard let works = rights?.works else { return false }
        return works == spend.parts.works
            && rights?.engine.map { $0 == spend.parts.engine } ?? true
    }
}

extension LedgerNeeds {
    /// The works that handed-in orders withhold or release.
    package var withheldWorks: Set<Digest> {
        Set(
            withholdings.compactMap { withholding in
                if case .work(let work) = withholding.subject { work } else { nil }
            })
    }
}

extension ServerLedger {
    /// The models whose rights a contact depends on: those of its own spends, and of those that
    /// wait.
    package func models(of needs: LedgerNeeds) -> Set<Digest> {
        let waiting = leases.compactMap { record in
            record.claim?.outcome == .held ? record.claim?.spend.payload.parts.model : nil
        }
        return needs.models.union(waiting)
    }
}
