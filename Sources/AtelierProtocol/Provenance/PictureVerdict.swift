import CreditLedger
import Foundation
public import Provenance
public import SignedObjects

/// What a picture file says of itself, and what of it holds; found without a network.
///
/// Its JSON form is what `verify --json` prints under `picture`.
public struct PictureVerdict: Encodable, Equatable, Sendable {
    /// What the file is.
    public enum Kind: String, Codable, Sendable {
        /// Whole, signed by a device of the server's community, and the server countersigned.
        case countersigned
        /// Whole and signed by a device of the server's community; there is no receipt in it.
        case signed
        /// Once signed, and changed since.
        case altered
        /// Anything else.
        case unknown
    }

    /// A work that a picture was made from.
    public struct Source: Encodable, Equatable, Sendable {
        /// SHA-256 of the work's file, hexadecimal.
        public let sha256: String
        /// Its title; left out unless the artist wanted titles in the picture.
        public let title: String?
    }

    /// What the file is.
    public let verdict: Kind
    /// Why it is not whole or not known, as a sentence; empty otherwise.
    public let reason: String
    /// The artist's name or pseudonym, as the server certified it.
    public fileprivate(set) var artist = ""
    /// The artist's account.
    public fileprivate(set) var account = ""
    /// How the picture came to be.
    public fileprivate(set) var origin: PictureCredential.Origin?
    /// The picture's title, where the artist wanted it there.
    public fileprivate(set) var title: String?
    /// What others may do with it.
    public fileprivate(set) var training: PictureCredential.TrainingWish?
    /// How many works its model learned from.
    public fileprivate(set) var works: Int?
    /// The digest over all of them.
    public fileprivate(set) var worksDigest: String?
    /// At most 16 of them.
    public fileprivate(set) var sources: [Source] = []
    /// The key of the server that certified the artist.
    public fileprivate(set) var serverKey: VerifyingKey?
    /// SHA-256 of the receipt's compact text, by which the server tells how it stands.
    public fileprivate(set) var receipt: Digest?
    /// Digest of the spend that was countersigned, or that the signer says was made for it.
    public fileprivate(set) var spend: Digest?
    /// When the server countersigned, by its clock.
    public fileprivate(set) var countersigned: UnixTime?

    /// Since when the signer's device is revoked, as far as the server's list is known; nothing but
    /// a receipt from before says that it signed the picture earlier.
    public fileprivate(set) var revoked: UnixTime?

    /// Whether the artist says that they made it by hand.
    public var isByHand: Bool { origin == .byHand }
    /// Whether models may learn from it.
    public var allowsTraining: Bool { training == .allowed }

    fileprivate init(_ verdict: Kind, because reason: String = "") {
        self.verdict = verdict
        self.reason = reason
    }
}

/// Judges picture files by the servers whose keys are known.
public struct PictureJudge: Sendable {
    /// The servers that are believed.
    public let servers: [ServerFingerprint]
    /// The present, for pictures that no server has dated.
    public let now: UnixTime
    /// The servers' lists of revoked certificates, as far as they are known.
    public let revocations: [Revocations]

    /// - Parameters:
    ///   - servers: Fingerprints of the keys of the servers that are believed.
    ///   - now: The present.
    ///   - revocations: Their lists of revoked certificates, as far as they are known.
    public init(
        believing servers: [ServerFingerprint], now: UnixTime, revocations: [Revocations] = []
    ) {
        self.servers = servers
        self.now = now
        self.revocations = revocations
    }

    /// Judges a whole file, which may be hostile.
    public func judge(_ file: [UInt8]) -> PictureVerdict {
        switch CredentialReading(of: file).state {
        case .none: PictureVerdict(.unknown, because: "It carries no manifest.")
        case .foreign(let reason):
            PictureVerdict(.unknown, because: "Its manifest is not judged: \(reason).")
        case .altered(let reason):
            PictureVerdict(.altered, because: "It was changed after it was signed: \(reason).")
        case .intact(let credential, let chain): judge(credential, chain)
        }
    }

    private func judge(
        _ credential: PictureCredential, _ chain: SignerCertificateChain
    ) -> PictureVerdict {
        let evidence = credential.evidence
        guard let key = evidence.serverKey.flatMap({ VerifyingKey(hex: $0) }) else {
            return PictureVerdict(.unknown, because: "It names no server.")
        }
        let server = ServerFingerprint(key: key)
        guard servers.contains(server) else {
            return PictureVerdict(
                .unknown,
                because: "It is whole, and names a server that is not known here, with the key's "
                    + "fingerprint \(server).")
        }
        guard let root = try? JWS<CommunityRoot>(verifying: evidence.authority ?? "", with: key),
            let der = root.payload.der
        else {
            return PictureVerdict(
                .unknown, because: "The server that it names did not sign its root certificate.")
        }
        var receipt: JWS<Receipt>?
        if let compact = evidence.receipt {
            receipt = try? JWS(verifying: compact, with: key)
            guard let payload = receipt?.payload, fits(payload, credential, chain) else {
                return PictureVerdict(
                    .unknown, because: "Its receipt is not one that the server gave for it.")
            }
        }
        // The artist may have joined with this device after the server countersigned.
        let dated = receipt.map { max(Self.date($0.payload.time), chain.start) }
        guard chain.isGiven(by: [der], at: dated ?? Self.date(now)) else {
            return PictureVerdict(
                .unknown, because: "The server that it names did not certify its signer.")
        }
        let list = revocations.first { $0.server == server }
        if let time = list?.time(ofRoot: root.payload.number) {
            return PictureVerdict(
                .unknown,
                because: "The server withdrew the root certificate of its signer on "
                    + "\(time.rfc3339.prefix(10)): others may have its key. Its artist can export "
                    + "it again.")
        }
        let revoked = VerifyingKey(chain.publicKey).flatMap { list?.time(of: DeviceID(key: $0)) }
        if let revoked, let receipt, receipt.payload.time > revoked {
            return PictureVerdict(
                .unknown,
                because: "Its signer's device was revoked on \(revoked.rfc3339.prefix(10)), before "
                    + "its receipt was made.")
        }
        var verdict = verdict(of: credential, chain, key, receipt)
        verdict.revoked = revoked
        return verdict
    }

    /// Whether a receipt that the server signed is about this picture and this artist.
    private func fits(
        _ receipt: Receipt, _ credential: PictureCredential, _ chain: SignerCertificateChain
    ) -> Bool {
        let evidence = credential.evidence
        guard credential.origin == .trainedModel, receipt.account.description == chain.account,
            receipt.works == nil || receipt.works == evidence.works
        else { return false }
        // Another device of the account may have spent the credit: its order is not here then.
        guard let compact = evidence.spend else { return true }
        guard let spend = try? JWS<Spend>.unverifiedPayload(of: compact) else { return false }
        // The server has verified the order whose digest it signed.
        return Digest(of: compact) == receipt.spend && spend.body == receipt.body
            && spend.parts.works.description == evidence.worksDigest
    }

    private func verdict(
        of credential: PictureCredential, _ chain: SignerCertificateChain, _ key: VerifyingKey,
        _ receipt: JWS<Receipt>?
    ) -> PictureVerdict {
        var verdict = PictureVerdict(receipt == nil ? .signed : .countersigned)
        verdict.artist = chain.name
        verdict.account = chain.account
        verdict.origin = credential.origin
        verdict.title = credential.title
        verdict.training = credential.training
        verdict.works = credential.evidence.works
        verdict.worksDigest = credential.evidence.worksDigest
        verdict.sources = credential.sources.map { .init(sha256: $0.sha256, title: $0.title) }
        verdict.serverKey = key
        verdict.receipt = receipt?.digest
        verdict.spend =
            receipt?.payload.spend ?? credential.evidence.spend.map { Digest(of: $0.utf8) }
        verdict.countersigned = receipt?.payload.time
        return verdict
    }

    private static func date(_ time: UnixTime) -> Date {
        Date(timeIntervalSince1970: Double(time.milliseconds) / 1000)
    }
}
