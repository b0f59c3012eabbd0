extension Picture {
    /// Fingerprints the picture; what is clear counts as white paper.
    ///
    /// - Returns: The same on every machine.
    public func fingerprintReading() -> FingerprintReading {
        let rows = FingerprintRows(width: width, height: height)
        pixels.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            for row in 0..<height { rows.add(base + row * width * 4) }
        }
        return rows.reading
    }
}
