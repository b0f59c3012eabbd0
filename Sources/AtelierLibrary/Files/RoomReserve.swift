import Crypto
import Foundation
import GRDB

/// Room on the disk that is kept for removing: to record what is removed, the database has to write
/// a little.
enum RoomReserve {
    /// Keeps the room where it is not kept yet; without enough room, another time.
    static func keep(in folder: LibraryFolder) {
        guard !LibraryFile.exists(folder.reserve) else { return }
        // Sealed with a key that is forgotten at once, so that no file system compresses it.
        let sealed = try? ChaChaPoly.seal(
            Data(count: Limits.reserveBytes), using: SymmetricKey(size: .bits256))
        guard let sealed else { return }
        try? LibraryFile.write(Array(sealed.ciphertext), to: folder.reserve, mode: 0o600)
    }

    /// Gives the room up, until a library is opened that does not need it.
    ///
    /// - Returns: False where none was kept.
    static func release(in folder: LibraryFolder) -> Bool {
        guard LibraryFile.exists(folder.reserve) else { return false }
        return (try? LibraryFile.remove(folder.reserve)) != nil
    }
}

extension LibraryContext {
    /// Does something that makes room; where there is none for it, with the room kept for that.
    func freeingRoom<Result>(_ act: () throws -> Result) throws -> Result {
        do {
            return try act()
        } catch let error as DatabaseError
            where error.isUnwritable && RoomReserve.release(in: folder)
        {
            return try act()
        }
    }
}
