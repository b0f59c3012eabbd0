import Crypto

/// A picture file that carries a signed manifest.
public struct SignedPicture: Equatable, Sendable {
    /// The file.
    public let bytes: [UInt8]

    /// Adds a manifest to a PNG or JPEG file. The same input gives the same bytes.
    ///
    /// - Parameters:
    ///   - file: The whole file, without a manifest; every byte of it is covered.
    ///   - credential: What the manifest says.
    ///   - signer: The key, and the certificate that names its holder.
    /// - Throws: ``CredentialError``.
    public init(
        _ file: [UInt8], saying credential: PictureCredential, by signer: CredentialSigner
    ) throws(CredentialError) {
        let place = try ManifestPlace(in: file)
        guard EmbeddedMetadata(of: file).stores.isEmpty else { throw .alreadySigned }
        guard (1...Limits.certificates).contains(signer.certificates.count) else {
            throw .signer("it needs 1 to \(Limits.certificates) certificates")
        }
        let picture = SHA256.hash(data: file)
        var length = 0
        // The manifest tells its own length: a number of other length changes it once or twice.
        for _ in 0..<Limits.lengthRounds {
            let store = try Self.store(
                credential, signer, picture: picture, place: place.offset..<(place.offset + length))
            let wrapped = place.wrapped(store.encoded)
            if wrapped.count == length {
                bytes = file[..<place.offset] + wrapped + file[place.offset...]
                return
            }
            length = wrapped.count
        }
        throw .tooLarge(limit: Limits.storeBytes)
    }

    private static func store(
        _ credential: PictureCredential, _ signer: CredentialSigner, picture: SHA256.Digest,
        place: Range<Int>
    ) throws(CredentialError) -> ManifestStore {
        do {
            let contents = try ManifestContents(credential, picture: picture, place: place)
            return ManifestStore(
                name: contents.name, assertions: contents.assertions, claim: contents.claim,
                signature: try SignatureBox(signing: contents.claim, by: signer).encoded)
        } catch ManifestError.tooLarge(let limit) {
            throw .tooLarge(limit: limit)
        } catch {
            throw .signer("\(error)")
        }
    }
}
