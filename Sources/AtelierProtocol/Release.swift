/// The release that these sources make.
public enum Release {
    /// Its number, of semantic versioning.
    public static let version = "0.1.0"
}
