import GRDB

/// Any error of the library in words: what happened, and what to do next.
public enum ErrorText {
    /// The words for `error`; never a statement, which may hold what an artist wrote.
    public static func of(_ error: any Error) -> String {
        guard let error = error as? DatabaseError else { return "\(error)" }
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return "Another program has used the library's database for too long. Try again."
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN:
            return "The library's database cannot be opened or written. Check the rights of the "
                + "library's folder and of library.sqlite in it. Nothing was changed."
        case .SQLITE_FULL, .SQLITE_IOERR:
            return "The library's database cannot be read or written: the disk is full or fails. "
                + "Make room, then try again. Nothing was changed."
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            return "The library's database is damaged. Restore it from a backup: atelier restore."
        case let code:
            return "The library's database refused (\(error.message ?? "\(code)"))."
        }
    }
}
