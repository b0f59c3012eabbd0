/// Why an artist's file was refused; nothing of it was kept.
package enum ArtistFileError: Error, Equatable {
    /// The file is damaged or truncated; the reason reads "it is …".
    case corrupt(reason: String)
    /// The file is valid but of a kind that is not read; `remedy` is what its program should do.
    case unsupported(reason: String, remedy: String?)
    /// This build lacks the library that reads such files.
    case missingLibrary(OptionalLibrary)

    static func unsupported(_ reason: String, remedy: String? = nil) -> ArtistFileError {
        .unsupported(reason: reason, remedy: remedy)
    }
}

/// A library without which this package is built all the same, and reads fewer kinds of files.
package enum OptionalLibrary: String, Sendable, CaseIterable {
    /// HEIC and AVIF.
    case libheif
    /// JPEG XL.
    case libjxl
    /// TIFF.
    case libtiff
    /// The archives of OpenRaster, Krita and Procreate.
    case libzip

    /// Whether this build has it.
    package var isBuiltIn: Bool {
        switch self {
        case .libheif:
            #if ATELIER_HEIF
                true
            #else
                false
            #endif
        case .libjxl:
            #if ATELIER_JXL
                true
            #else
                false
            #endif
        case .libtiff:
            #if ATELIER_TIFF
                true
            #else
                false
            #endif
        case .libzip:
            #if ATELIER_ZIP
                true
            #else
                false
            #endif
        }
    }
}
