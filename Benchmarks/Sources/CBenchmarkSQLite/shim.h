#pragma once
#include <sqlite3.h>

// The library has the preupdate hook; its header shows it only where this is defined before the
// first reader of the header, which may be another module.
#ifndef SQLITE_ENABLE_PREUPDATE_HOOK
SQLITE_API void *sqlite3_preupdate_hook(
    sqlite3 *db,
    void (*xPreUpdate)(
        void *context, sqlite3 *db, int operation, char const *database, char const *table,
        sqlite3_int64 oldRowID, sqlite3_int64 newRowID),
    void *context);
SQLITE_API int sqlite3_preupdate_old(sqlite3 *, int, sqlite3_value **);
SQLITE_API int sqlite3_preupdate_new(sqlite3 *, int, sqlite3_value **);
#endif

// Swift cannot call variadic C functions.
static inline int atelier_sqlite_set_triggers_enabled(sqlite3 *connection, int enabled) {
    return sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_TRIGGER, enabled, (int *)0);
}
