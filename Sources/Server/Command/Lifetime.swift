import ArgumentParser
import SignedObjects

/// A length of time on the command line: `90s`, `30m`, `12h`, `7d`, `4w`.
struct Lifetime: ExpressibleByArgument {
    let duration: Duration

    init(days: Int) {
        duration = .seconds(days * 86_400)
    }

    init(seconds: Int) {
        duration = .seconds(seconds)
    }

    var defaultValueDescription: String {
        let seconds = duration.components.seconds
        return seconds.isMultiple(of: 86_400) ? "\(seconds / 86_400)d" : "\(seconds)s"
    }

    init?(argument: String) {
        let seconds: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
        guard let unit = argument.last.flatMap({ seconds[$0] }),
            let count = Int64(argument.dropLast()), (1...10_000_000).contains(count)
        else { return nil }
        duration = .seconds(count * unit)
    }
}

/// A moment on the command line: RFC 3339, or a length of time from now.
enum Until: ExpressibleByArgument {
    case moment(UnixTime)
    case after(Duration)

    init?(argument: String) {
        if let moment = UnixTime(rfc3339: argument) {
            self = .moment(moment)
        } else if let lifetime = Lifetime(argument: argument) {
            self = .after(lifetime.duration)
        } else {
            return nil
        }
    }
}
