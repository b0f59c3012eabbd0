/// One work as a model file holds it: made once, and taken over unchanged by later models.
struct ModelEntry {
    let id: [UInt8]
    let pixelHash: [UInt8]
    let width: Int
    let height: Int
    let learnedWidth: Int
    let learnedHeight: Int
    let measures: WorkMeasures
    let packed: ArraySlice<UInt8>

    /// Learns from one work.
    init(_ work: StyleWork) throws(StyleError) {
        guard work.id.count == 16 else { throw .wrongWorkID(bytes: work.id.count) }
        let picture = work.picture
        guard min(picture.width, picture.height) >= Limits.workSide else {
            throw .workTooSmall(
                width: picture.width, height: picture.height, limit: Limits.workSide)
        }
        let canvas = ModelEntry.learned(picture)
        id = work.id
        pixelHash = picture.pixelHash
        width = picture.width
        height = picture.height
        learnedWidth = canvas.width
        learnedHeight = canvas.height
        measures = WorkMeter.measure(canvas)
        packed = PackedPixels.pack(canvas)[...]
    }

    /// Takes a work over from a model.
    init(_ work: StyleModel.WorkEntry, of model: StyleModel) {
        id = work.id
        pixelHash = work.pixelHash
        width = work.width
        height = work.height
        learnedWidth = work.learnedWidth
        learnedHeight = work.learnedHeight
        measures = work.measures
        packed = model.bytes[work.packedRange]
    }

    /// The work at the size at which a model keeps it.
    private static func learned(_ picture: Picture) -> Canvas {
        let short = Double(min(picture.width, picture.height))
        let area = Double(picture.width * picture.height)
        let scale = min(
            1, Double(Limits.learnedSide) / short,
            (Double(Limits.learnedPixels) / area).squareRoot())
        let canvas = Canvas(picture)
        guard scale < 1 else { return canvas }
        return canvas.scaled(
            width: Int(Double(picture.width) * scale), height: Int(Double(picture.height) * scale))
    }
}
