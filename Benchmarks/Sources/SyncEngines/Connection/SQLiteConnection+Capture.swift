import CBenchmarkSQLite

extension SQLiteConnection {
    /// Calls `observer` before each change of a row of `works`, with the row's rowid.
    func observeChanges(_ observer: @escaping (RowOperation, Int64) -> Void) {
        changeObserver = observer
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_preupdate_hook(
            handle,
            { context, _, operation, _, table, oldRowID, newRowID in
                // Of the tables with prototypes only `works` begins so.
                guard let context, let table, table[0] == 0x77, table[1] == 0x6F else { return }
                let connection = Unmanaged<SQLiteConnection>.fromOpaque(context)
                    .takeUnretainedValue()
                switch operation {
                case SQLITE_INSERT: connection.changeObserver?(.insert, newRowID)
                case SQLITE_UPDATE: connection.changeObserver?(.update, oldRowID)
                default: connection.changeObserver?(.delete, oldRowID)
                }
            }, context)
    }

    /// While a change is observed: the value that column `index` had.
    func oldValue(_ index: Int) -> SQLiteValue {
        var value: OpaquePointer?
        sqlite3_preupdate_old(handle, Int32(index), &value)
        return SQLiteValue(handle: value)
    }

    /// While a change is observed: the value that column `index` gets.
    func newValue(_ index: Int) -> SQLiteValue {
        var value: OpaquePointer?
        sqlite3_preupdate_new(handle, Int32(index), &value)
        return SQLiteValue(handle: value)
    }

    /// Makes the SQL function `transaction_stamp()`, which gives ``transactionStamp``.
    func addTransactionStampFunction() throws {
        let context = Unmanaged.passUnretained(self).toOpaque()
        let flags = SQLITE_UTF8 | SQLITE_INNOCUOUS
        let code = sqlite3_create_function_v2(
            handle, "transaction_stamp", 0, flags, context,
            { call, _, _ in
                guard let context = sqlite3_user_data(call) else { return }
                let connection = Unmanaged<SQLiteConnection>.fromOpaque(context)
                    .takeUnretainedValue()
                sqlite3_result_int64(call, connection.transactionStamp)
            }, nil, nil, nil)
        try check(code, "sqlite3_create_function_v2")
    }

    /// Switches all triggers on or off for this connection.
    func setTriggersEnabled(_ enabled: Bool) throws {
        try check(
            atelier_sqlite_set_triggers_enabled(handle, enabled ? 1 : 0), "sqlite3_db_config")
    }
}
