#if ATELIER_ZIP
    import CZip
#endif

/// The archive that an OpenRaster, Krita or Procreate file is.
///
/// Entries are found by their names and never written anywhere, so that no name can lead out of a
/// folder; an archive in an archive is not opened.
struct ArchiveFile {
    static let procreateThumbnail = "QuickLook/Thumbnail.png"
    private static let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    /// The mark of an entry in the archive's directory.
    private static let directoryMark: [UInt8] = [0x50, 0x4B, 1, 2]

    private let bytes: [UInt8]

    /// - Throws: ``ArtistFileError``; also where this build cannot open archives.
    init(_ bytes: [UInt8]) throws(ArtistFileError) {
        guard OptionalLibrary.libzip.isBuiltIn else { throw .missingLibrary(.libzip) }
        let limit = Limits.archiveEntries
        // The library allocates for each entry as it opens the archive.
        guard ByteSearch.count(Self.directoryMark, in: bytes, limit: limit + 1) <= limit else {
            throw .unsupported("it holds more than \(limit) entries")
        }
        self.bytes = bytes
    }

    /// A PNG file in the archive.
    func png(
        named name: String, limit: Int = Limits.entryBytes
    ) throws(ArtistFileError) -> [UInt8] {
        guard let entry = try entry(named: name, limit: limit) else {
            throw .unsupported(
                "it has no \(name)", remedy: "Save it again with its merged picture")
        }
        guard entry.starts(with: Self.pngSignature) else {
            throw .corrupt(reason: "its \(name) is no PNG")
        }
        return entry
    }

    /// The unpacked bytes of an entry, checked against its checksum; nil where there is none of
    /// this name.
    ///
    /// - Throws: ``ArtistFileError/unsupported(reason:remedy:)`` for one that is larger than
    ///   `limit`, before anything of it is unpacked.
    func entry(named name: String, limit: Int) throws(ArtistFileError) -> [UInt8]? {
        #if ATELIER_ZIP
            return try bytes.withUnsafeBufferPointer {
                buffer throws(ArtistFileError) -> [UInt8]? in
                try OpenArchive(UnsafeRawBufferPointer(buffer)).entry(named: name, limit: limit)
            }
        #else
            throw .missingLibrary(.libzip)
        #endif
    }
}

#if ATELIER_ZIP
    /// An archive that libzip has open.
    private final class OpenArchive {
        private let handle: OpaquePointer

        /// - Parameter bytes: The file; the memory must outlive the archive.
        init(_ bytes: UnsafeRawBufferPointer) throws(ArtistFileError) {
            var failure = zip_error_t()
            guard
                let source = zip_source_buffer_create(
                    bytes.baseAddress, zip_uint64_t(bytes.count), 0, &failure)
            else { throw .corrupt(reason: "its archive cannot be read") }
            guard let opened = zip_open_from_source(source, ZIP_RDONLY, &failure) else {
                zip_source_free(source)
                throw .corrupt(reason: "the directory of its archive is damaged or missing")
            }
            handle = opened
        }

        deinit { zip_discard(handle) }

        func entry(named name: String, limit: Int) throws(ArtistFileError) -> [UInt8]? {
            let place = zip_name_locate(handle, name, ZIP_FL_ENC_RAW)
            guard place >= 0 else { return nil }
            var facts = zip_stat_t()
            guard zip_stat_index(handle, zip_uint64_t(place), 0, &facts) == 0,
                facts.valid & zip_uint64_t(ZIP_STAT_SIZE) != 0,
                facts.valid & zip_uint64_t(ZIP_STAT_COMP_SIZE) != 0
            else { throw .corrupt(reason: "the directory of its archive is damaged") }
            guard facts.size <= limit else {
                throw .unsupported("its \(name) has more than \(limit) bytes")
            }
            // Deflate, which all these programs use, cannot pack more tightly.
            guard facts.size / zip_uint64_t(Limits.deflateRatio) <= facts.comp_size else {
                throw .corrupt(reason: "its \(name) lies about its size")
            }
            guard let entry = zip_fopen_index(handle, zip_uint64_t(place), 0) else {
                throw .corrupt(reason: "its \(name) cannot be unpacked")
            }
            defer { zip_fclose(entry) }
            let count = Int(facts.size)
            var isWhole = false
            let unpacked = [UInt8](unsafeUninitializedCapacity: count + 1) { buffer, used in
                // One more than there should be: the last call compares the checksum.
                var read = 0
                while read <= count, let base = buffer.baseAddress {
                    let part = zip_fread(entry, base + read, zip_uint64_t(count + 1 - read))
                    if part == 0 { isWhole = read == count }
                    guard part > 0 else { break }
                    read += Int(part)
                }
                used = min(read, count)
            }
            guard isWhole else {
                throw .corrupt(reason: "its \(name) is damaged: its checksum or length is wrong")
            }
            return unpacked
        }
    }
#endif
