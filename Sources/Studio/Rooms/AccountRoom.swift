import AtelierLibrary
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import SignedObjects

/// Account: credits, standing, sync, devices, conflicts, cases, backup, doctor.
struct AccountRoom: Room {
    let studio: StudioServices

    func add(to router: Router<BasicRequestContext>) {
        router.get("api/status") { _, _ in try await run { try $0.status() } }
        router.get("api/account/credits") { _, _ in try await run { try $0.wallet.report() } }
        router.get("api/account") { _, _ in try await run(Overview.init) }
        router.post("api/account/sync") { _, _ in try sync() }
        router.get("api/account/devices") { _, _ in try await devices() }
        router.post("api/account/devices") { request, _ in try await approve(request) }
        router.delete("api/account/devices/:id") { _, context in
            try await revoke(try context.id())
        }
        router.get("api/account/backup") { _, _ in try await backUp() }
        router.get("api/account/bundle") { _, _ in try await exportBundle() }
        router.post("api/account/bundle") { request, _ in try await importBundle(request) }
        router.post("api/account/doctor") { request, _ in
            let repairs = request.query("repair") == "1"
            return try await run { try $0.doctor.examine(repairs: repairs) }
        }
        addConflicts(to: router)
        addExport(to: router)
        addCases(to: router)
    }

    private func addConflicts(to router: Router<BasicRequestContext>) {
        router.get("api/conflicts") { _, _ in
            try await run { library in
                ["conflicts": try library.sync.conflicts().map { Conflict($0, in: library) }]
            }
        }
        router.post("api/conflicts/:id/restore") { _, context in
            let id = try number(context)
            return try await run { try $0.sync.restoreConflict(id) }
        }
        router.delete("api/conflicts/:id") { _, context in
            let id = try number(context)
            return try await run { try $0.sync.dismissConflict(id) }
        }
    }

    private func addCases(to router: Router<BasicRequestContext>) {
        router.get("api/cases") { _, _ in
            try await run { ["cases": try $0.rights.cases()] }
        }
        for act in CaseAct.allCases {
            router.post(RouterPath("api/cases/:id/\(act.rawValue)")) { request, context in
                let id = try number(context)
                let letter = try await RequestBody.json(Letter.self, request)
                let rights = try studio.library.library.rights
                let report =
                    switch act {
                    case .answer: try await rights.answer(id, letter.text)
                    case .appeal: try await rights.appeal(id, letter.text)
                    case .withdraw: try await rights.withdraw(id, letter.text)
                    }
                return try JSONReply.reply(report)
            }
        }
        router.post("api/reservations/:id/contest") { request, context in
            let id = try number(context)
            let letter = try await RequestBody.json(Letter.self, request)
            let rights = try studio.library.library.rights
            return try JSONReply.reply(
                try await rights.contest(reservation: id, letter.text))
        }
    }

    /// What a side of a case writes.
    private enum CaseAct: String, CaseIterable {
        case answer
        case appeal
        case withdraw
    }

    private struct Letter: Decodable {
        let text: String
    }

    private func number(_ context: BasicRequestContext) throws -> Int {
        guard let number = context.parameters.get("id").flatMap({ Int($0) }) else {
            throw APIError.notFound
        }
        return number
    }
}

extension AccountRoom {
    /// The account at a glance, without any network.
    struct Overview: Encodable {
        let status: StatusReport
        let credits: CreditsReport
        let conflicts: Int
        let serverFingerprint: String?

        init(_ library: Library) throws {
            status = try library.status()
            credits = try library.wallet.report()
            conflicts = try library.sync.conflicts().count
            serverFingerprint = library.account.serverFingerprint
        }
    }

    /// Two values of one thing, of which one was overwritten.
    struct Conflict: Encodable {
        /// The conflict's number as text: a browser's numbers hold 53 bits only.
        let id: String
        let conflict: LibraryConflict
        /// The title or name of what it is about; left out where that is gone.
        let title: String?
        /// The work of which a picture is shown; left out where it is about none.
        let work: WorksRoom.Item?

        init(_ conflict: LibraryConflict, in library: Library) {
            self.id = String(conflict.id)
            self.conflict = conflict
            let row = WorkID(checked: conflict.row.bytes)
            let work =
                conflict.table == "works" ? try? library.works.work(row) : nil
            self.work = work.map(WorksRoom.Item.init)
            title =
                work?.title ?? conflict.standing["title"] ?? conflict.standing["name"]
                ?? conflict.lost["title"] ?? conflict.lost["name"]
        }
    }

    private func sync() throws -> Response {
        let library = try studio.library.library
        let events = studio.events
        let job = try studio.jobs.startAsync("sync") { _ in
            defer { events.tell(.changed(Library.observedTables + ["credits", "account"])) }
            return try await library.sync.run()
        }
        return try JSONReply.reply(["job": job.id], status: .accepted)
    }

    private struct Devices: Encodable {
        let devices: [KnownDevice]
        let isCurrent: Bool
        let canApprove: Bool
    }

    private func devices() async throws -> Response {
        let library = try studio.library.library
        let (devices, isCurrent) = try await library.account.devices()
        return try JSONReply.reply(
            Devices(
                devices: devices, isCurrent: isCurrent,
                canApprove: try library.status().holdsAccountKey))
    }

    private struct Approval: Decodable {
        let words: String
    }

    private func approve(_ request: Request) async throws -> Response {
        let approval = try await RequestBody.json(Approval.self, request)
        let words = approval.words.split { !$0.isLetter }.map { $0.lowercased() }
        let library = try studio.library.library
        return try JSONReply.reply(try await library.account.approve(words: words))
    }

    private func revoke(_ id: DeviceID) async throws -> Response {
        let library = try studio.library.library
        return try JSONReply.reply(try await library.account.revoke(id))
    }

    /// A backup as a download: it holds the keys, and whoever has it has the account.
    private func backUp() async throws -> Response {
        try await download("atelier-backup") { library, file in
            _ = try library.backup.write(to: file)
        }
    }

    /// The changes for another device, sealed.
    private func exportBundle() async throws -> Response {
        try await download("atelier-changes") { library, file in
            _ = try library.sync.exportBundle(to: file)
        }
    }

    /// Sends a file that is written first, piece by piece.
    private func download(
        _ name: String, _ write: @escaping @Sendable (Library, URL) throws -> Void
    ) async throws -> Response {
        let open = studio.library
        let day = try open.library.today
        let place = try UploadedFile(named: "download", in: open.folder)
        let file = place.url.appendingPathExtension("atelier")
        try await Blocking.run { try write(try open.library, file) }
        let handle = try LibraryFile.open(file)
        let headers: HTTPFields = [
            .contentType: "application/octet-stream",
            .contentDisposition: "attachment; filename=\"\(name)-\(day).atelier\"",
        ]
        return Response(
            status: .ok, headers: headers,
            body: .init(contentLength: LibraryFile.size(of: file)) { writer in
                // The folder goes when all was sent, or the page went away.
                defer { withExtendedLifetime(place) {} }
                while let part = try handle.read(upToCount: 1 << 18), !part.isEmpty {
                    try await writer.write(ByteBuffer(bytes: part))
                }
                try await writer.finish(nil)
            })
    }

    private func importBundle(_ request: Request) async throws -> Response {
        let file = try await RequestBody.file(
            request, named: request.query("filename") ?? "changes.atelier",
            limit: Limits.bundleBytes, in: studio.library.folder)
        let events = studio.events
        return try await run { library in
            let changes = try file.using { try library.sync.importBundle(from: $0) }
            events.tell(.changed(Library.observedTables))
            return ["changes": changes]
        }
    }
}
