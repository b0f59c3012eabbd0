/// A drawing program's file, up to the picture that it shows.
package struct ArtistFile: Sendable {
    /// Where the picture is.
    package enum Content: Sendable {
        /// A PNG file that lies in this one.
        case png([UInt8])
        /// Samples of its own.
        case samples(any PictureSamples)
    }

    /// The picture.
    package let content: Content
    /// What the artist may want to know.
    package let notes: [ArtistFileNote]

    /// Finds the picture in a file.
    ///
    /// - Parameter bytes: The whole file; it may be hostile.
    package init(_ bytes: [UInt8], kind: ArtistFileKind) throws(ArtistFileError) {
        switch kind {
        case .openRaster, .krita, .procreate:
            (content, notes) = try Self.picture(inArchive: bytes, kind)
        case .clipStudio:
            let file = try ClipStudioFile(bytes)
            content = .png(file.preview)
            notes = [try Self.note(ofPreview: file.preview, canvas: file.canvas)]
        case .photoshop, .photoshopBig:
            let samples = try PhotoshopFile(bytes)
            (content, notes) = (.samples(samples), samples.layout.notes)
        case .tiff:
            #if ATELIER_TIFF
                let samples = try TIFFFile(bytes)
                (content, notes) = (.samples(samples), samples.layout.notes)
            #else
                throw .missingLibrary(.libtiff)
            #endif
        case .heic, .avif:
            #if ATELIER_HEIF
                let samples = try HEIFFile(bytes)
                (content, notes) = (.samples(samples), samples.layout.notes)
            #else
                throw .missingLibrary(.libheif)
            #endif
        case .jpegXL:
            #if ATELIER_JXL
                let samples = try JPEGXLFile(bytes)
                (content, notes) = (.samples(samples), samples.layout.notes)
            #else
                throw .missingLibrary(.libjxl)
            #endif
        }
    }

    private static func picture(
        inArchive bytes: [UInt8], _ kind: ArtistFileKind
    ) throws(ArtistFileError) -> (Content, [ArtistFileNote]) {
        let archive = try ArchiveFile(bytes)
        if kind == .procreate {
            let preview = try archive.png(
                named: ArchiveFile.procreateThumbnail, limit: Limits.previewBytes)
            return (.png(preview), [try note(ofPreview: preview, canvas: nil)])
        }
        do throws(ArtistFileError) {
            return (.png(try archive.png(named: "mergedimage.png")), [])
        } catch .unsupported where kind == .krita {
            let preview = try archive.png(named: "preview.png", limit: Limits.previewBytes)
            return (.png(preview), [try note(ofPreview: preview, canvas: nil)])
        }
    }

    private static func note(
        ofPreview png: [UInt8], canvas: CanvasSize?
    ) throws(ArtistFileError) -> ArtistFileNote {
        let header = UntrustedBytes(png)
        guard let width = header.number(at: 16, bytes: 4),
            let height = header.number(at: 20, bytes: 4)
        else { throw .corrupt(reason: "its preview is truncated") }
        return .previewOnly(width: width, height: height, canvas: canvas)
    }
}
