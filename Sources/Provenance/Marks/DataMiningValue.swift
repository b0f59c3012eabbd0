/// The values of `plus:DataMining`.
///
/// - Note: PLUS LDF, *Data Mining* vocabulary, 2023; part of the IPTC Photo Metadata Standard since
///   2023.1.
package enum DataMiningValue: String, CaseIterable, Sendable {
    case unspecified = "DMI-UNSPECIFIED"
    case allowed = "DMI-ALLOWED"
    case prohibited = "DMI-PROHIBITED"
    case prohibitedTraining = "DMI-PROHIBITED-AIMLTRAINING"
    case prohibitedGenerative = "DMI-PROHIBITED-GENAIMLTRAINING"
    case prohibitedExceptSearch = "DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING"
    case seeConstraint = "DMI-PROHIBITED-SEECONSTRAINT"
    case seeEmbeddedRights = "DMI-PROHIBITED-SEEEMBEDDEDRIGHTSEXPR"
    case seeLinkedRights = "DMI-PROHIBITED-SEELINKEDRIGHTSEXPR"

    /// Where the vocabulary lives; a value follows.
    package static let vocabulary = "http://ns.useplus.org/ldf/vocab/"
    /// The namespace of the property.
    package static let namespace = "http://ns.useplus.org/ldf/xmp/1.0/"
    /// The property's local name.
    static let property = "DataMining"

    /// Reads a value in any of the spellings that programs write: with the vocabulary's address or
    /// without, in capitals or not. Nil for anything else.
    init?(spelled text: String) {
        let name = text.split { "/#: ".contains($0) }.last.map { $0.uppercased() } ?? ""
        self.init(rawValue: name)
    }

    /// Whether a namespace is the property's, whatever its scheme, capitals and ending slash.
    static func isNamespace(_ text: String) -> Bool {
        func essence(_ address: String) -> Substring {
            var rest = address.lowercased()[...]
            for scheme in ["http://", "https://"] where rest.hasPrefix(scheme) {
                rest = rest.dropFirst(scheme.count)
            }
            while rest.hasSuffix("/") { rest = rest.dropLast() }
            return rest
        }
        return essence(text) == essence(namespace)
    }

    /// What it means for training.
    var meaning: TrainingMark.Meaning {
        switch self {
        case .unspecified: .unspecified
        case .allowed: .allowed
        case .prohibited, .prohibitedTraining, .prohibitedGenerative, .prohibitedExceptSearch:
            .prohibited
        case .seeConstraint, .seeEmbeddedRights, .seeLinkedRights: .constrained
        }
    }
}
