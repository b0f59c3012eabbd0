/// Gives the rows of one picture file from the top, as they lie in the file.
protocol RowReader: AnyObject {
    /// Writes the next row as straight 8-bit sRGB, RGBA; the caller asks for as many as there are.
    func read(into row: UnsafeMutablePointer<UInt8>) throws(PictureError)
}
