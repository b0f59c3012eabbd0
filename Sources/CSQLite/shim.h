#pragma once
// What Debian's SQLite is built with, and its header hides unless asked.
#define SQLITE_ENABLE_PREUPDATE_HOOK 1
#include <sqlite3.h>

// Swift cannot call variadic C functions.
static inline int atelier_sqlite_set_triggers_enabled(sqlite3 *connection, int enabled) {
    return sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_TRIGGER, enabled, (int *)0);
}

// Both must be called before SQLite is used.
static inline int atelier_sqlite_set_memory_statistics(int enabled) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, enabled);
}
static inline int atelier_sqlite_set_lookaside(int slot_bytes, int slots) {
    return sqlite3_config(SQLITE_CONFIG_LOOKASIDE, slot_bytes, slots);
}
