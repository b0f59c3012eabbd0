import AtelierProtocol
import Foundation
import Provenance
import StyleKit
import SystemSupport

/// Whether the training marks in a file let it become a work.
struct MarkCheck {
    /// The marks that were found, those that stand in the way first.
    let marks: [TrainingMark]
    /// What is recorded of the artist's word about them.
    let answer: MarkAnswer

    /// Checks the marks of a file.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - rights: By which right the artist wants to use it.
    ///   - answer: What the artist says of the marks.
    ///   - ownKeys: The artist's own signing keys: a mark that is signed with one is their own.
    ///   - path: The file's path for people.
    /// - Throws: ``RightsError/markedAgainstTraining(path:mark:isOwnPossible:)``,
    ///   ``RightsError/unreadableMark(path:reason:)``.
    init(
        _ bytes: [UInt8], rights: WorkRights, answer: MarkAnswer, ownKeys: Set<[UInt8]>,
        path: String
    ) throws {
        let found = TrainingMarks(of: Picture.shownFile(in: bytes)).found
        marks = found.map(\.mark)
        let isOwn = answer == .own && rights == .mine
        var isSignedByOwnKey = false
        for found in found {
            if let key = found.signerKey, ownKeys.contains(key) {
                isSignedByOwnKey = true
                continue
            }
            switch found.mark.meaning {
            case .prohibited where !isOwn:
                throw RightsError.markedAgainstTraining(
                    path: path, mark: found.mark, isOwnPossible: rights == .mine)
            case .constrained where rights == .mine && !isOwn:
                // A licence or an agreement is how its conditions are met.
                throw RightsError.markedAgainstTraining(
                    path: path, mark: found.mark, isOwnPossible: true)
            case .unreadable where !isOwn && answer != .checked:
                throw RightsError.unreadableMark(path: path, reason: found.mark.reason)
            default: continue
            }
        }
        self.answer = isSignedByOwnKey && answer == .none ? .own : answer
    }
}

extension TrainingMark {
    /// Why an unreadable mark is one, as the end of a sentence.
    fileprivate var reason: String {
        property.isEmpty ? value : "it says \"\(value)\" of \(property)"
    }
}

extension Work {
    /// The training marks of its file for people, one line each, with what the artist said of them;
    /// none in lists of works.
    public var markTexts: [String] {
        (marks ?? []).map { mark in
            let name = mark.property.isEmpty ? "" : "\(mark.property) \(mark.value): "
            let holder = mark.holder.isEmpty ? "" : " (\(CheckedText.shown(mark.holder)))"
            let answer =
                switch markAnswer ?? .none {
                case .own: "; your own mark"
                case .checked where mark.meaning == .unreadable: "; you looked at it"
                case .checked, .none: ""
                }
            return CheckedText.shown(name) + mark.words + holder + answer
        }
    }
}
