import TestSupport
import Testing

/// The page in a real browser: Debian's Chromium, driven by the scripts of Tests/Browser.
@Suite("The page in a browser", .serialized)
struct BrowserTests {
    @Test(
        "Each room's main path",
        .enabled(if: BrowserScript.isPossible, "Scripts/setup installs Chromium and its driver"),
        arguments: [
            "start_room.py", "works_room.py", "sketch_pad.py", "make_room.py", "account_room.py",
            "keyboard.py", "many_works.py", "batch.py", "figure_marks.py", "states.py",
            "all_rooms.py",
        ])
    func room(_ script: String) async {
        let failure = await BrowserScript.failure(of: script)
        #expect(failure == nil)
    }
}
