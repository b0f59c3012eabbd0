import AtelierLibrary

extension NextStep {
    /// The command that does it, in a sentence after an error or a finding.
    var hint: String {
        switch self {
        case .makeLibrary: "Make one: atelier init. Or name its folder: --home DIR."
        case .nameFolder: "Name its folder: --home DIR."
        case .replaceFile: "To replace it: --force."
        case .restoreBackup: "To restore it: atelier restore FILE."
        case .listWorks: "See: atelier works list."
        case .listModels: "See: atelier models list."
        case .listGenerations: "See: atelier generations list."
        case .listDevices: "See: atelier devices list."
        case .listConflicts: "See: atelier conflicts list."
        case .listTrash: "See: atelier works trash."
        case .addWorks: "To add works: atelier works add FILE --mine."
        case .trainModel: "To train it: atelier models train NAME."
        case .removeModel: "To remove it: atelier models remove NAME."
        case .removeForGood: "To remove it for good: --now."
        case .leaveOutWork: "To leave a work out: atelier generate --without-work ID."
        case .clearAreas: "To clear the areas: --clear-areas."
        case .setLandmarks: "To set them: atelier works landmarks ID --figure FILE.json."
        case .proposeOutline: "To see a proposal: --propose."
        case .makeSheet: "To make one: atelier generate --model NAME --drafts 9."
        case .pickDrafts: "To draw one in full: atelier generate --finish SHEET --pick 1."
        case .finishPictures: "To finish it: atelier generate --resume."
        case .exportPicture: "To write it to a file: atelier generations export ID --out FILE."
        case .sync: "Then: atelier sync."
        case .join: "To join one: atelier join URL --invite CODE."
        case .useInvite: "With an invite: --invite CODE."
        case .approveDevice:
            "On the first device: atelier devices approve WORDS. Then here: atelier sync."
        case .requestAccess: "To request access: atelier devices request URL ACCOUNT."
        case .exportBundle: "To carry the changes over by a file: atelier bundle export FILE."
        case .listCases: "See: atelier cases list."
        case .contestReservation:
            "If it is your own or a mistake: atelier cases contest NUMBER TEXT."
        case .trainWithoutWork:
            "To train without it: --without-work ID. If it is your own or a mistake: "
                + "atelier cases contest NUMBER TEXT."
        case .listReservations: "See: atelier works reservations."
        case .showCase: "See: atelier cases show NUMBER."
        case .answerCase: "To write in it: atelier cases answer NUMBER TEXT."
        case .appealCase: "To appeal: atelier appeal NUMBER TEXT."
        case .sayOwnMark: "If it is your own work with your own mark: --own-mark."
        case .sayCheckedMark: "If you looked and nothing in it forbids this: --mark-checked."
        }
    }
}

extension String {
    /// The text, then the command that does what may help.
    func adding(_ step: NextStep?) -> String { step.map { "\(self) \($0.hint)" } ?? self }
}

extension CreditsReport {
    /// Why nothing can be generated now, and the command that helps.
    var whyNotHint: String { whyNot.adding(nextStep) }
}

extension Failure {
    /// What happened and why, and where there is one the command that helps.
    var message: String {
        guard let nextStep else { return text }
        let hint = number.map { nextStep.hint.replacing("NUMBER", with: "\($0)") }
        return "\(text) \(hint ?? nextStep.hint)"
    }
}
