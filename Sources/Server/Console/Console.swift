public import AtelierServer
import Foundation
package import Hummingbird
import Messages
import Mustache
import PageParts

/// The pages that a server shows to browsers: public ones, and the moderators' console.
///
/// Whatever they do goes through the services of ``ServerCore``, as the command line does.
public struct Console: Sendable {
    let core: ServerCore
    let renderer: PageRenderer
    let access: ConsoleAccess

    /// Reads templates and texts from beside the program.
    ///
    /// - Parameter speaksTLS: Whether the program itself does; else a proxy in front may.
    /// - Throws: `CatalogueError`, or the template's own error, where one is missing or damaged.
    public init(core: ServerCore, speaksTLS: Bool = false) async throws {
        self.core = core
        access = ConsoleAccess(core: core, speaksTLS: speaksTLS)
        renderer = try await PageRenderer()
    }
}

extension Console: ServerPages {
    /// Adds the pages' routes, and their files under `/site/`.
    package func add(to router: Router<ServerContext>) {
        let pages = router.group().add(
            middleware: PageMiddleware(renderer: renderer, access: access))
        let everybody = PublicPage(core: core, renderer: renderer)
        HomePage(page: everybody).add(to: pages)
        RightsPage(page: everybody).add(to: pages)
        FollowPage(page: everybody, access: access).add(to: pages)
        VerifyPage(page: everybody).add(to: pages)
        let months = MonthlyReports(core: core)
        ReportPage(page: everybody, months: months).add(to: pages)
        SignInPages(core: core, renderer: renderer, access: access).add(to: pages)
        MePages(core: core, renderer: renderer, access: access).add(to: pages)
        ModeratorsPage(core: core, renderer: renderer, access: access).add(to: pages)
        ServicePage(core: core, renderer: renderer, access: access).add(to: pages)
        InvitesPage(core: core, renderer: renderer, access: access).add(to: pages)
        AuditPage(core: core, renderer: renderer, access: access).add(to: pages)
        QueuePage(core: core, renderer: renderer, access: access).add(to: pages)
        CasePage(core: core, renderer: renderer, access: access).add(to: pages)
        AccountsPage(core: core, renderer: renderer, access: access).add(to: pages)
        AccountPage(core: core, renderer: renderer, access: access).add(to: pages)
        ReservationsPage(core: core, renderer: renderer, access: access).add(to: pages)
        ConsoleReportPage(core: core, renderer: renderer, access: access, months: months)
            .add(to: pages)
        EventsRoute(core: core, access: access).add(to: pages)
        // What no page fits is answered as a page, too.
        pages.get("console/**") { _, _ -> Response in throw HTTPError(.notFound) }
        let own = PageFolder(PageFolder.resources(of: "Console", "Site"))
        pages.get("site/**") { _, context in
            let path = context.parameters.getCatchAll().joined(separator: "/")
            guard let file = own.file(path) ?? PageFolder.shared.file(path) else {
                throw HTTPError(.notFound)
            }
            return file
        }
    }
}
