import AtelierProtocol
import AtelierServer

/// What a moderator does about reservations.
enum ReservationAct: String, Codable, CaseIterable {
    /// Puts what waits on the list.
    case confirm
    /// Refuses what waits.
    case refuse
    /// Takes what is in force off the list.
    case takeOff = "take-off"

    /// How far a reservation is that this can be done about.
    var state: ReservationState { self == .takeOff ? .confirmed : .pending }

    /// Those for reservations that are so far.
    static func possible(in state: ReservationState) -> [ReservationAct] {
        allCases.filter { $0.state == state }
    }
}

/// What the form of a decision about reservations says.
struct ReservationForm: Decodable {
    var act: ReservationAct
    /// The numbers of the reservations, with spaces between them.
    var numbers: String
    /// Words to who made them.
    var text: String?
    /// The numbers of the cases that were shown and read, with spaces between them.
    var despite: String?

    /// The text with the line ends that are stored: browsers send other ones.
    var words: String { (text ?? "").replacing("\r\n", with: "\n") }

    /// What a list of numbers says; nil where it holds something else.
    static func numbers(_ text: String?) -> Set<Int64>? {
        let parts = (text ?? "").split(separator: " ")
        let numbers = parts.compactMap { Int64($0) }
        return numbers.count == parts.count ? Set(numbers) : nil
    }
}
