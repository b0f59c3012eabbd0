import StyleKit

/// What is read from files before something is drawn.
struct DrawingMaterials {
    let style: StyleModel
    let sketch: Picture?
}
