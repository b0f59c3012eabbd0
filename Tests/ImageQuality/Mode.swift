/// The kinds of pictures that are judged.
package enum Mode: String, CaseIterable, Codable, Sendable {
    case remix
    case sketch
    case pattern
}
