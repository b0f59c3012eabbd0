import ArtistFiles

/// A picture file whose header was read and whose size is within the limits; no pixel is decoded
/// yet.
struct PictureFile {
    private enum Content {
        case png(PNGFile)
        case jpeg(JPEGFile)
        case webp(WebPFile)
        case samples(any PictureSamples, ColorProfile?)
    }

    let format: PictureFormat
    let width: Int
    let height: Int
    /// The EXIF orientation, 1 to 8.
    let orientation: Int
    let notes: [PictureNote]
    /// The most bytes of decoded rows that are held at once.
    let stripBytes: Int
    /// The file, or the one within it that holds the picture.
    let bytes: [UInt8]
    private let content: Content

    init(
        _ bytes: [UInt8], stripBytes: Int = Limits.stripBytes
    ) throws(PictureError) {
        guard bytes.count <= Limits.fileBytes else {
            throw .fileTooLarge(bytes: bytes.count, limit: Limits.fileBytes)
        }
        guard let format = PictureFormat(sniffing: bytes) else { throw .notAPicture }
        self.format = format
        self.stripBytes = stripBytes
        switch format {
        case .png:
            let file = try PNGFile(bytes)
            (content, self.bytes, notes) = (.png(file), bytes, file.notes)
            (width, height, orientation) = (file.width, file.height, file.orientation)
        case .jpeg:
            let file = try JPEGFile(bytes)
            (content, self.bytes, notes) = (.jpeg(file), bytes, file.notes)
            (width, height, orientation) = (file.width, file.height, file.orientation)
        case .webp:
            let file = try WebPFile(bytes)
            (content, self.bytes, notes) = (.webp(file), bytes, file.notes)
            (width, height, orientation) = (file.width, file.height, file.orientation)
        default:
            guard let kind = format.artistFileKind else { throw .notAPicture }
            let file: ArtistFile
            do throws(ArtistFileError) {
                file = try ArtistFile(bytes, kind: kind)
            } catch {
                throw PictureError(error)
            }
            let told = file.notes.map(PictureNote.init)
            switch file.content {
            case .png(let embedded):
                let picture = try PNGFile(embedded)
                (content, self.bytes) = (.png(picture), embedded)
                (width, height, orientation) = (picture.width, picture.height, picture.orientation)
                notes = told + picture.notes
            case .samples(let samples):
                let layout = samples.layout
                _ = try Picture.byteCount(width: layout.width, height: layout.height)
                let colors = try ArtistColors(layout)
                (content, self.bytes) = (.samples(samples, colors.profile), bytes)
                (width, height, orientation) = (layout.width, layout.height, layout.orientation)
                notes = told + colors.notes
            }
        }
    }

    /// The size after the orientation is applied, in pixels.
    var uprightSize: (width: Int, height: Int) {
        orientation >= 5 ? (height, width) : (width, height)
    }

    /// Decodes the rows from the first; each call decodes the file again.
    func withRows<Result>(
        _ body: (any RowReader) throws(PictureError) -> Result
    ) throws(PictureError) -> Result {
        switch content {
        case .png(let file):
            return try body(try PNGReader(file, bytes))
        case .jpeg(let file):
            return try bytes.withUnsafeBufferPointer { buffer throws(PictureError) -> Result in
                try body(try JPEGReader(file, buffer))
            }
        case .webp(let file):
            return try bytes.withUnsafeBufferPointer { buffer throws(PictureError) -> Result in
                try body(WebPReader(file, buffer, stripBytes: stripBytes))
            }
        case .samples(let samples, let profile):
            let result: Swift.Result<Result, PictureError>
            do throws(ArtistFileError) {
                result = try samples.withRows { rows in
                    Swift.Result { () throws(PictureError) in
                        try body(ArtistReader(rows, samples.layout, profile))
                    }
                }
            } catch {
                throw PictureError(error)
            }
            return try result.get()
        }
    }
}

/// Decodes the rows of one picture file from the top, in the order of the file.
protocol RowReader: AnyObject {
    /// Writes the next row as straight 8-bit sRGB, RGBA.
    ///
    /// - Parameter row: `[width, 4]`. The caller asks for as many rows as there are.
    /// - Throws: ``PictureError/corrupt(reason:)``.
    func read(into row: UnsafeMutablePointer<UInt8>) throws(PictureError)
}
