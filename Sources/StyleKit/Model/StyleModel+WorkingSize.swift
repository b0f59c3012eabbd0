extension StyleModel {
    /// The works at the size at which a generation sees them at its finest level, by model order.
    ///
    /// - Throws: ``StyleError/damagedModel(reason:)``.
    package func works(asSeenBy settings: GenerationSettings) throws(StyleError) -> [Picture] {
        let plan = PyramidPlan(settings: settings, works: works)
        var pictures: [Picture] = []
        for (entry, size) in zip(works, plan.works) {
            guard let size else { continue }
            let canvas = Mipmap(try canvas(of: entry)).scaled(
                width: size.width, height: size.height)
            pictures.append(canvas.picture)
        }
        return pictures
    }
}
