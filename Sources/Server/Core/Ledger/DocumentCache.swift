package import SignedObjects
import Synchronization

/// Signed documents that were read from the database before, by their text.
///
/// A device comes back for the documents that were made for it, and reading one costs more than
/// finding it. A text always reads as the same document, so nothing here can be out of date.
package final class DocumentCache: Sendable {
    private struct State {
        var documents: [String: any Sendable] = [:]
        /// The texts in the order in which they came, as a ring.
        var texts: [String] = []
        var next = 0
    }

    /// What every ledger of this program shares.
    static let shared = DocumentCache(limit: Limits.cachedDocuments)

    private let state = Mutex(State())
    private let limit: Int

    /// An empty one.
    ///
    /// - Parameter limit: The most documents that are kept; the oldest give way.
    package init(limit: Int) {
        self.limit = limit
    }

    /// How many are kept.
    package var count: Int { state.withLock { $0.documents.count } }

    /// The document that `text` is, which this server stored itself.
    package func document<Payload>(_ text: String) throws -> JWS<Payload> {
        if let known = state.withLock({ $0.documents[text] }) as? JWS<Payload> { return known }
        let document = try JWS<Payload>(stored: text)
        keep(document)
        return document
    }

    /// Keeps a document that was just made, or read.
    func keep<Payload>(_ document: JWS<Payload>) {
        let text = document.compact
        state.withLock { state in
            guard state.documents.updateValue(document, forKey: text) == nil else { return }
            if state.texts.count < limit {
                state.texts.append(text)
            } else {
                state.documents[state.texts[state.next]] = nil
                state.texts[state.next] = text
                state.next = (state.next + 1) % limit
            }
        }
    }
}
