extension Picture {
    /// Fingerprints the picture; what is clear counts as white paper.
    ///
    /// - Returns: The same on every machine.
    public func fingerprintReading() -> FingerprintReading {
        let light = [Float](unsafeUninitializedCapacity: width * height) { target, used in
            pixels.withUnsafeBufferPointer { source in
                for index in 0..<(width * height) {
                    let base = index * 4
                    let alpha = Float(source[base + 3]) / 255
                    let value =
                        0.299 * Float(source[base]) + 0.587 * Float(source[base + 1])
                        + 0.114 * Float(source[base + 2])
                    target[index] = value * alpha + 255 * (1 - alpha)
                }
            }
            used = width * height
        }
        return FingerprintMaker.read(light: light, width: width, height: height)
    }
}
