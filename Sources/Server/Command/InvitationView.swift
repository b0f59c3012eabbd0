import AtelierServer
import SignedObjects

/// A moderator's one-time token in output.
struct InvitationView: Encodable {
    let name: String
    let role: ModeratorRole
    let token: String
    let expires: Moment

    init(_ invitation: ModeratorInvitation) {
        (name, role) = (invitation.moderator.name, invitation.moderator.role)
        token = invitation.token
        expires = Moment(invitation.expires)
    }

    var lines: [String] {
        [
            "\(name.shown) (\(role.rawValue)) opens a session with this token until "
                + "\(expires.time.rfc3339), once:",
            token,
        ]
    }
}
