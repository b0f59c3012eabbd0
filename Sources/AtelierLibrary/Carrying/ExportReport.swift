/// What an export wrote. Its JSON form is what `export --json` prints.
public struct ExportReport: Codable, Equatable, Sendable {
    /// The folder.
    public let folder: String
    /// How many pictures were copied.
    public let pictures: Int
    /// Works and generations whose files lie on other devices: listed, not copied.
    public let elsewhere: Int
}
