/// One key of a policy file.
struct PolicyKey: Sendable {
    /// With its table's name, such as `credits.free`.
    let name: String
    /// One line for `serve --print-config`.
    let help: String
    /// The value that is set; nil where there is none.
    let read: @Sendable (ServerSettings) -> PolicyText.Value?
    /// Sets it; what is wrong with the value, else nil.
    let write: @Sendable (inout ServerSettings, PolicyText.Value) -> String?

    /// A number within bounds.
    static func number(
        _ name: String, _ bounds: ClosedRange<Int>, _ help: String,
        _ read: @escaping @Sendable (ServerSettings) -> Int,
        _ write: @escaping @Sendable (inout ServerSettings, Int) -> Void
    ) -> PolicyKey {
        PolicyKey(
            name: name, help: "\(help) (\(bounds.lowerBound) to \(bounds.upperBound))",
            read: { .integer(read($0)) },
            write: { settings, value in
                guard case .integer(let number) = value, bounds.contains(number) else {
                    return "needs a number from \(bounds.lowerBound) to \(bounds.upperBound)"
                }
                write(&settings, number)
                return nil
            })
    }

    /// A number within bounds that stands at `path` as it is.
    static func number(
        _ name: String, _ bounds: ClosedRange<Int>, _ help: String,
        _ path: any WritableKeyPath<ServerSettings, Int> & Sendable
    ) -> PolicyKey {
        number(name, bounds, help) {
            $0[keyPath: path]
        } _: {
            $0[keyPath: path] = $1
        }
    }

    /// A number of days within bounds.
    static func days(
        _ name: String, _ bounds: ClosedRange<Int>, _ help: String,
        _ path: any WritableKeyPath<ServerSettings, Duration> & Sendable
    ) -> PolicyKey {
        number(name, bounds, help) {
            Int($0[keyPath: path].components.seconds / 86_400)
        } _: {
            $0[keyPath: path] = .seconds($1 * 86_400)
        }
    }

    /// A number of seconds within bounds.
    static func seconds(
        _ name: String, _ bounds: ClosedRange<Int>, _ help: String,
        _ path: any WritableKeyPath<ServerSettings, Duration> & Sendable
    ) -> PolicyKey {
        number(name, bounds, help) {
            Int($0[keyPath: path].components.seconds)
        } _: {
            $0[keyPath: path] = .seconds($1)
        }
    }

    /// One of a few words; `reason` is what is wrong with every other one.
    static func choice<Value: RawRepresentable<String> & SendableMetatype>(
        _ name: String, _ help: String, otherwise reason: String,
        _ path: any WritableKeyPath<ServerSettings, Value> & Sendable
    ) -> PolicyKey {
        text(name, help) {
            $0[keyPath: path].rawValue
        } _: {
            guard let value = Value(rawValue: $1) else { return reason }
            $0[keyPath: path] = value
            return nil
        }
    }

    /// A text; `write` says what is wrong with it.
    static func text(
        _ name: String, _ help: String,
        _ read: @escaping @Sendable (ServerSettings) -> String?,
        _ write: @escaping @Sendable (inout ServerSettings, String) -> String?
    ) -> PolicyKey {
        PolicyKey(
            name: name, help: help, read: { read($0).map { .text($0) } },
            write: { settings, value in
                guard case .text(let text) = value else { return "needs a \"text\"" }
                return write(&settings, text)
            })
    }
}
