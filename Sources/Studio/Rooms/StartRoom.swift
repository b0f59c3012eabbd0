import AtelierLibrary
import Foundation
import HTTPTypes
import Hummingbird
import SignedObjects

/// The first run: making a library, or taking an account to this device; joining.
struct StartRoom: Room {
    let studio: StudioServices

    func add(to router: Router<BasicRequestContext>) {
        router.get("api/start") { _, _ in try state() }
        router.post("api/start/words") { request, _ in try await begin(request) }
        router.post("api/start/library") { _, _ in try await make() }
        router.post("api/start/restore") { request, _ in try await restore(request) }
        router.post("api/start/request") { request, _ in try await requestAccess(request) }
        router.post("api/account/join") { request, _ in try await join(request) }
    }

    private struct State: Encodable {
        let hasLibrary: Bool
        let isJoined: Bool
        let works: Int
        let folder: String
        let machine: String
    }

    private func state() throws -> Response {
        let open = studio.library
        let status = open.exists ? try open.library.status() : nil
        return try JSONReply.reply(
            State(
                hasLibrary: open.exists, isJoined: status.map { !$0.server.isEmpty } ?? false,
                works: status?.works.count ?? 0, folder: open.folder.shown,
                machine: ProcessInfo.processInfo.hostName))
    }

    private struct Making: Decodable {
        let deviceName: String?
    }

    private struct Begun: Encodable {
        let account: String
        let deviceName: String
        let words: [String]
    }

    /// Begins a library; its words are in this answer and nowhere else.
    private func begin(_ request: Request) async throws -> Response {
        let making = try await RequestBody.json(Making.self, request)
        let new = try studio.library.begin(deviceName: making.deviceName)
        return try JSONReply.reply(
            Begun(
                account: new.account.description, deviceName: new.deviceName,
                words: new.phrase.words))
    }

    /// Makes the library that was begun.
    private func make() async throws -> Response {
        let open = studio.library
        return try await Blocking.run {
            try open.makeDraft()
            return try state()
        }
    }

    private struct Joining: Decodable {
        let server: String
        let invite: String?
        let fingerprint: String?
    }

    private struct Joined: Encodable {
        let credits: CreditsReport
        /// To compare with the operator's, where no invite named it.
        let fingerprint: String?
    }

    private func join(_ request: Request) async throws -> Response {
        let joining = try await RequestBody.json(Joining.self, request)
        let account = try studio.library.library.account
        let credits = try await account.join(
            joining.server, invite: joining.invite.flatMap { $0.isEmpty ? nil : $0 },
            fingerprint: joining.fingerprint.flatMap { $0.isEmpty ? nil : $0 })
        studio.events.tell(.changed(["credits", "account"]))
        return try JSONReply.reply(
            Joined(credits: credits, fingerprint: account.serverFingerprint))
    }

    private struct Restoring: Decodable {
        let server: String
        let words: String
        let deviceName: String?
    }

    private func restore(_ request: Request) async throws -> Response {
        let order = try await RequestBody.json(Restoring.self, request)
        let open = studio.library
        let library = try await Library.restoringAccount(
            in: open.folder, server: order.server, phrase: try RecoveryPhrase(order.words),
            deviceName: order.deviceName, environment: open.environment)
        open.use(library)
        return try state()
    }

    private struct Requesting: Decodable {
        let server: String
        let account: String
        let deviceName: String?
    }

    private func requestAccess(_ request: Request) async throws -> Response {
        let order = try await RequestBody.json(Requesting.self, request)
        let open = studio.library
        let library = try await Library.requestingAccess(
            in: open.folder, server: order.server, account: order.account,
            deviceName: order.deviceName, environment: open.environment)
        open.use(library)
        return try JSONReply.reply(["words": library.account.comparisonWords ?? ""])
    }
}
