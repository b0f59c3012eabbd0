/// The white that lies under the translucent pixels of a merged picture.
///
/// Photoshop and GIMP mix these with white; ImageMagick and others store them straight, and no
/// field of the file says which.
enum Matte {
    /// Whether the colours were mixed with white: then none is darker than its share of white.
    ///
    /// - Parameter planes: At the first row; the last plane is transparency.
    static func isThere(
        in planes: PhotoshopPlanes, _ header: PhotoshopHeader
    ) throws(ArtistFileError) -> Bool {
        let isDeep = header.depth == 16
        let full = isDeep ? 65_535 : 255
        var (translucent, darker) = (0, 0)
        for _ in 0..<header.height {
            try planes.next()
            guard let alphas = planes.rows.last else { return false }
            func level(_ plane: [UInt8], _ x: Int) -> Int {
                isDeep ? Int(PhotoshopRows.word(plane, x)) : Int(plane[x])
            }
            for x in 0..<header.width {
                let alpha = level(alphas, x)
                guard alpha < full else { continue }
                translucent += 1
                let white = full - alpha - full / 128
                if planes.rows.dropLast().contains(where: { level($0, x) < white }) { darker += 1 }
            }
        }
        // A few pixels may be damaged or odd.
        return darker * 50 <= translucent
    }

    /// A sample without the white, in the document's own numbers: white is the largest number, also
    /// for inks.
    static func removed(_ sample: Int, alpha: Int, full: Int) -> Int {
        guard alpha > 0 else { return 0 }
        return min(full, (max(0, sample - (full - alpha)) * full + alpha / 2) / alpha)
    }
}
