/// The kinds of files that drawing programs, scanners and telephones write, beside PNG, JPEG and
/// WebP.
package enum ArtistFileKind: Sendable, Equatable, CaseIterable {
    /// OpenRaster, of MyPaint, GIMP and Krita.
    case openRaster
    /// Krita's own.
    case krita
    /// Photoshop's own, up to 30,000 pixels a side.
    case photoshop
    /// Photoshop's own for larger documents.
    case photoshopBig
    /// TIFF, classic or big.
    case tiff
    /// HEIF with HEVC.
    case heic
    /// HEIF with AV1.
    case avif
    /// JPEG XL.
    case jpegXL
    /// Clip Studio Paint's own.
    case clipStudio
    /// Procreate's own.
    case procreate

    private static let archive: [UInt8] = [0x50, 0x4B, 3, 4]
    private static let jpegXLBox: [UInt8] = [
        0, 0, 0, 0x0C, 0x4A, 0x58, 0x4C, 0x20, 0x0D, 0x0A, 0x87, 0x0A,
    ]

    /// Tells the kind by the bytes of a file.
    ///
    /// - Returns: nil for any other file.
    package init?(sniffing bytes: [UInt8]) {
        let file = UntrustedBytes(bytes)
        if file.starts(with: Array("8BPS\0".utf8)) {
            self = file.number(at: 5, bytes: 1) == 2 ? .photoshopBig : .photoshop
        } else if [
            [0x49, 0x49, 0x2A, 0], [0x4D, 0x4D, 0, 0x2A], [0x49, 0x49, 0x2B, 0],
            [0x4D, 0x4D, 0, 0x2B],
        ].contains(where: file.starts) {
            self = .tiff
        } else if file.starts(with: [0xFF, 0x0A]) || file.starts(with: Self.jpegXLBox) {
            self = .jpegXL
        } else if file.starts(with: ClipStudioFile.signature) {
            self = .clipStudio
        } else if let kind = Self.heif(file) ?? Self.archive(file, bytes) {
            self = kind
        } else {
            return nil
        }
    }

    /// By the brands of the first box (ISO/IEC 23008-12, annex B).
    private static func heif(_ file: UntrustedBytes) -> ArtistFileKind? {
        guard file.part(at: 4, bytes: 4)?.starts(with: Array("ftyp".utf8)) == true,
            let length = file.number(at: 0, bytes: 4), (16...4_096).contains(length)
        else { return nil }
        let brands = [8] + stride(from: 16, to: length - 3, by: 4)
        for offset in brands {
            switch file.part(at: offset, bytes: 4).map({ String(decoding: $0.bytes, as: UTF8.self) }
            ) {
            case "avif", "avis": return .avif
            case "heic", "heix", "heim", "heis", "hevc", "hevx": return .heic
            default: continue
            }
        }
        return nil
    }

    /// OpenRaster and Krita begin with their type, stored; Procreate has none, but a thumbnail.
    private static func archive(_ file: UntrustedBytes, _ bytes: [UInt8]) -> ArtistFileKind? {
        guard file.starts(with: archive) else { return nil }
        if let name = file.number(at: 26, bytes: 2, isLittle: true), name == 8,
            let extra = file.number(at: 28, bytes: 2, isLittle: true),
            file.part(at: 30, bytes: 8)?.starts(with: Array("mimetype".utf8)) == true
        {
            let type = file.dropping(38 + extra)
            if type.starts(with: Array("image/openraster".utf8)) { return .openRaster }
            if type.starts(with: Array("application/x-krita".utf8)) { return .krita }
        }
        return contains(bytes, Array(ArchiveFile.procreateThumbnail.utf8)) ? .procreate : nil
    }

    /// Whether a run of bytes occurs somewhere.
    private static func contains(_ bytes: [UInt8], _ run: [UInt8]) -> Bool {
        ByteSearch.count(run, in: bytes, limit: 1) > 0
    }
}
