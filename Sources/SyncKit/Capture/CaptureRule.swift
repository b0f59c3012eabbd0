/// Writes that cannot be synced, and what is said of them; each capture route enforces them alike.
enum CaptureRule: String {
    case keyShape = "the id of a synced row is a blob of 16 bytes, such as randomblob(16)"
    case lastRowID = "the last rowid that SQLite has cannot be used in a synced table"
    case fixedKey = "the id of a synced row never changes: delete it and insert another"
    case rowSize = "a synced row holds at most 393216 bytes"
    case firstWriter = "this column is written once: a value that is there never changes"
    case maximum = "this column only grows: a lesser value cannot take the place of a greater one"
    case counter = "this column is a counter: it holds integers only"
}
