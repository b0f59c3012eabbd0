/// What is wrong with a library. Its JSON form is what `doctor --json` prints.
public struct DoctorReport: Codable, Equatable, Sendable {
    /// One thing that is wrong.
    public struct Finding: Codable, Equatable, Sendable {
        /// What kind of thing.
        public enum Code: String, Codable, Sendable {
            /// SQLite finds the database damaged.
            case database
            /// The spend journal cannot be read.
            case journal
            /// Others may read a key file.
            case openKeys = "open-keys"
            /// A file that a row of this device names is not there.
            case missingFile = "missing-file"
            /// A file is not what its name says.
            case damagedFile = "damaged-file"
            /// A crash left half a file.
            case leftover
            /// A whole file that no row names.
            case unnamedFile = "unnamed-file"
            /// What this device was sent does not fit together, see ``SyncDoubt``.
            case doubt
            /// This device's clock is wrong.
            case clock
            /// A paid picture was not drawn to the end.
            case unfinished
        }

        /// What kind of thing.
        public let code: Code
        /// The file; empty where it is none.
        public let path: String
        /// What it means and what to do.
        public let text: String
        /// What may help; left out where the text says all.
        public let nextStep: NextStep?
        /// Whether this examination repaired it.
        public internal(set) var isRepaired = false

        init(code: Code, path: String = "", text: String, nextStep: NextStep? = nil) {
            self.code = code
            self.path = path
            self.text = text
            self.nextStep = nextStep
        }

        init(_ doubt: SyncDoubt) {
            self.init(code: .doubt, text: doubt.text, nextStep: doubt.nextStep)
        }
    }

    /// How many files were read whole and compared with their names.
    public internal(set) var filesChecked = 0
    /// What was found.
    public internal(set) var findings: [Finding] = []

    /// Whether nothing is wrong any more.
    public var isWell: Bool { findings.allSatisfy(\.isRepaired) }
}
