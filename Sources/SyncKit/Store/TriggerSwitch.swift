import CSQLite
import GRDB

/// Switches a connection's triggers off while changes of other replicas are applied.
///
/// The app's own triggers rest too: what they did on the writing replica arrives as changes.
enum TriggerSwitch {
    static func withTriggersOff<Value>(_ db: Database, _ body: () throws -> Value) throws -> Value {
        try setTriggers(enabled: false, in: db)
        do {
            let value = try body()
            try setTriggers(enabled: true, in: db)
            return value
        } catch {
            try setTriggers(enabled: true, in: db)
            throw error
        }
    }

    private static func setTriggers(enabled: Bool, in db: Database) throws {
        let code = atelier_sqlite_set_triggers_enabled(db.sqliteConnection, enabled ? 1 : 0)
        guard code == SQLITE_OK else {
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code), message: "SQLITE_DBCONFIG_ENABLE_TRIGGER")
        }
    }
}
