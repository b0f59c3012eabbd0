/// What was measured in one case.
struct DrawingLine: Codable {
    let name: String
    var cpuSeconds: Double
    var wallSeconds: Double
    var floorSeconds: Double
    /// The most memory that the process had in use while it drew, in mebibytes; the model included.
    var peakMebibytes: Double
    /// The longest time from one question whether to stop to the next, in milliseconds.
    var longestPauseMilliseconds: Double
    var goalSeconds: Double?
    var largestFragment: Double

    var ratio: Double { cpuSeconds / floorSeconds }

    enum CodingKeys: String, CodingKey {
        case name
        case cpuSeconds = "cpu_seconds"
        case wallSeconds = "wall_seconds"
        case floorSeconds = "floor_seconds"
        case peakMebibytes = "peak_mebibytes"
        case longestPauseMilliseconds = "longest_pause_milliseconds"
        case goalSeconds = "goal_seconds"
        case largestFragment = "largest_piece"
    }
}
