import Crypto

/// What a picture file's manifest says, and what of it holds.
public struct CredentialReading: Equatable, Sendable {
    /// What a file carries.
    public enum State: Equatable, Sendable {
        /// No manifest.
        case none
        /// A manifest of another program, or of a later version of this one, which is not judged.
        case foreign(reason: String)
        /// A manifest of this program that does not fit the file, for a reason that goes on after
        /// "it was changed:".
        case altered(reason: String)
        /// A manifest of this program: every byte of the file is as it was signed.
        case intact(PictureCredential, SignerCertificateChain)
    }

    /// What the file carries.
    public let state: State

    /// Reads a PNG or JPEG file; it may be hostile.
    ///
    /// Whether the signer's certificate was given by a server that somebody trusts is another
    /// question: ``SignerCertificateChain/isGiven(by:at:)``.
    ///
    /// - Parameter file: The whole file.
    public init(of file: [UInt8]) {
        let metadata = EmbeddedMetadata(of: file)
        guard let bytes = metadata.stores.first else {
            let damage = metadata.unreadable.first { $0.place == .manifest }
            state = damage.map { .foreign(reason: $0.reason) } ?? .none
            return
        }
        do throws(ManifestError) {
            let store = try ManifestStore(reading: bytes)
            let evidence = try ManifestContents.evidence(in: store)
            guard evidence.form == Evidence.currentForm else {
                state = .foreign(reason: "it was written by another version of the program")
                return
            }
            guard metadata.stores.count == 1 else {
                throw .malformed("it carries more than one manifest")
            }
            state = try Self.judged(store, in: file)
        } catch {
            let isOwn = Self.mentionsEvidence(bytes)
            state =
                isOwn ? .altered(reason: "\(error)") : .foreign(reason: "another program wrote it")
        }
    }

    /// Whether bytes that have no form of ours look as if they once had.
    private static func mentionsEvidence(_ bytes: ArraySlice<UInt8>) -> Bool {
        let label = Array(ManifestLabel.evidence.utf8) + [0]
        return bytes.withUnsafeBytes { buffer in
            guard buffer.count >= label.count else { return false }
            return (0...(buffer.count - label.count)).contains { start in
                buffer[start..<(start + label.count)].elementsEqual(label)
            }
        }
    }

    private static func judged(
        _ store: ManifestStore, in file: [UInt8]
    ) throws(ManifestError) -> State {
        guard let place = try? ManifestPlace(in: file) else {
            throw .malformed("the picture's structure is damaged")
        }
        let wrapped = place.wrapped(store.encoded)
        let range = place.offset..<(place.offset + wrapped.count)
        guard range.upperBound <= file.count, file[range].elementsEqual(wrapped) else {
            throw .malformed("its manifest stands in another place or form")
        }
        var hash = SHA256()
        hash.update(data: file[..<range.lowerBound])
        hash.update(data: file[range.upperBound...])
        let signature = try SignatureBox(reading: store.signature)
        let chain = try SignerCertificateChain(signature.certificates)
        guard signature.isValid(for: store.claim, by: chain.key) else {
            throw .malformed("its signature is not valid")
        }
        let credential = try ManifestContents.credential(in: store)
        // Everything follows from the credential and the picture: what does not was changed.
        let expected = try? ManifestContents(credential, picture: hash.finalize(), place: range)
        let found = (store.name, store.assertions, store.claim)
        guard let expected,
            found == (expected.name, expected.assertions, expected.claim)
        else { throw .malformed("the picture is not the one that was signed") }
        return .intact(credential, chain)
    }
}
