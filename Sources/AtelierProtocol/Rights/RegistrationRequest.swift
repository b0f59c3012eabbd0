import SignedObjects

/// What a device registers or takes back: `POST /v1/registrations`; safe to repeat.
///
/// The entries are taken in the order works, models, withdrawals; one that is refused stops no
/// other.
public struct RegistrationRequest: Codable, Sendable, Equatable {
    /// Path of the request.
    public static let target = "/v1/registrations"

    /// Compact ``WorkRegistration``s.
    public let works: [String]
    /// Compact ``ModelRegistration``s, of works that are registered before or with them.
    public let models: [String]
    /// Compact ``RegistrationWithdrawal``s.
    public let withdrawals: [String]

    /// A request of at most ``ProtocolLimits/registrationsPerRequest`` entries of each kind and
    /// ``ProtocolLimits/messageBytes`` in all.
    public init(works: [String] = [], models: [String] = [], withdrawals: [String] = []) {
        self.works = works
        self.models = models
        self.withdrawals = withdrawals
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or holds too many entries.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        works = try container.entries(.works)
        models = try container.entries(.models)
        withdrawals = try container.entries(.withdrawals)
    }
}

/// The answer to a ``RegistrationRequest``: what became of each entry.
public struct RegistrationReply: Codable, Sendable, Equatable {
    /// What became of one entry.
    public enum Outcome: String, Codable, Sendable {
        /// Registered, or taken back.
        case accepted
        /// It was so before; nothing changed.
        case known
        /// Nothing was changed; see ``Entry/code``.
        case refused
    }

    /// Why an entry was refused.
    public enum Refusal: String, Codable, Sendable {
        /// The signature, the account or the form does not hold.
        case malformed
        /// The same work or model is registered with other contents.
        case conflict
        /// A work of the model is not registered, or was withdrawn.
        case unregisteredWork = "unregistered-work"
        /// The works are not in the order of the hashes of their pixels, or two have the same.
        case wrongOrder = "wrong-order"
        /// The account has registered as many works or models as it can.
        case limitReached = "limit-reached"
    }

    /// What became of one entry.
    public struct Entry: Codable, Sendable, Equatable {
        /// What became of it.
        public let outcome: Outcome
        /// Why it was refused; nil where it was not.
        public let code: Refusal?
        /// What happened and what to do, where it was refused, else empty.
        public let text: String

        /// An entry that was taken, or known.
        public init(_ outcome: Outcome) {
            (self.outcome, code, text) = (outcome, nil, "")
        }

        /// An entry that was refused.
        public init(refused code: Refusal, text: String) {
            (outcome, self.code, self.text) = (.refused, code, text)
        }
    }

    /// In the order of the request's works.
    public let works: [Entry]
    /// In the order of the request's models.
    public let models: [Entry]
    /// In the order of the request's withdrawals.
    public let withdrawals: [Entry]

    /// An answer with one entry for each of the request's.
    public init(works: [Entry], models: [Entry], withdrawals: [Entry]) {
        self.works = works
        self.models = models
        self.withdrawals = withdrawals
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or holds too many entries.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        works = try container.entries(.works)
        models = try container.entries(.models)
        withdrawals = try container.entries(.withdrawals)
    }
}

extension KeyedDecodingContainer {
    fileprivate func entries<Element: Decodable>(_ key: Key) throws -> [Element] {
        let entries = try decode([Element].self, forKey: key)
        guard entries.count <= ProtocolLimits.registrationsPerRequest else {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: self, debugDescription: "too many at once")
        }
        return entries
    }
}
