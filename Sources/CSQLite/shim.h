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

// For a database of strangers: its schema may neither call functions nor run triggers and views,
// and its pages are checked as they are read.
static inline void atelier_sqlite_distrust(sqlite3 *connection) {
    sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
    sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)0);
    sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, (int *)0);
    sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_VIEW, 0, (int *)0);
    sqlite3_exec(connection, "PRAGMA cell_size_check = ON", 0, 0, 0);
}
