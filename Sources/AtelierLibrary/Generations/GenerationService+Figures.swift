import SignedObjects
import StyleKit

extension GenerationService {
    /// Checks the works that a figure is made of, by the model's row.
    func checkFigure(_ order: GenerationOrder, _ model: Model) throws {
        guard case .figure(let pose, let head, let colours) = order.kind else { return }
        let figures = try styles.figures(of: model)
        let parts: [(FigureOrderPart, WorkID?)] = [
            (.pose, pose), (.head, head), (.colours, colours),
        ]
        for case (let part, let id?) in parts {
            guard model.works.contains(id) else {
                throw LibraryError.unknown(.workOfModel, name: id.short)
            }
            let title = try works.work(id).title
            guard !order.leftOut.contains(id) else {
                throw GenerationError.partLeftOut(part, title: title)
            }
            guard figures.usable.contains(id) else {
                throw GenerationError.partWithoutLandmarks(
                    part, title: title, isUntrained: figures.outdated.contains(id))
            }
        }
        let usable = figures.usable.filter { !order.leftOut.contains($0) }.count
        guard usable >= StyleKit.Limits.figureWorks else {
            throw GenerationError.tooFewFigures(
                count: usable, limit: StyleKit.Limits.figureWorks,
                untrained: figures.outdated.count)
        }
    }

    /// Checks what the drawing would refuse, before a credit is spent.
    ///
    /// - Parameter beside: The sketch, or the picture that is painted after.
    func check(_ plan: GenerationPlan, _ style: StyleModel, beside: Picture?) throws {
        let sheet = DraftSheet(model: style, settings: plan.settings, threads: 1)
        let settings = plan.drafts > 0 ? sheet.settings(ofDraft: 1) : plan.settings
        try Synthesis(
            model: style, settings: settings, sketch: beside,
            threads: context.environment.threads
        ).check()
    }
}
