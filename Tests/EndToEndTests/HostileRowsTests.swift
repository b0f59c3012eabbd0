import Foundation
import TestSupport
import Testing

/// Rows as any program may write them, read by the real program.
@Suite struct HostileRowsTests {
    private static let numbers = [
        "9223372036854775807", "-9223372036854775808", "-1", "9e999", "-9e999", "1e300",
    ]
    private static let texts = [
        "x'00ff'", "zeroblob(20)", "char(27) || '[31m' || char(8238) || char(10) || 'b'",
        "'[1e300'", "7", "-9e999",
    ]
    private static let json = [
        "analysis": [
            """
            '{"palette":[{"hex":"#000000","share":1e300}],"lightness":[1e300],
            "strokeWidths":[-1e300],"edgeDirections":[1e300,1e300],"textureByScale":[1e300]}'
            """,
            """
            '{"palette":[{"hex":"#000000","share":0.5}],"lightness":[],"stroke_widths":[1],
            "edge_directions":[0],"texture_by_scale":[-1]}'
            """,
        ],
        "sources": [
            "'{\"00000000000000000000000000000001\":1e300}'",
            "'{\"00000000000000000000000000000001\":-1e300}'",
        ],
        "settings": [
            """
            '{"width":9223372036854775807,"height":-9223372036854775808,"seed":18446744073709551615,
            "is_pattern":true,"originality":9223372036854775807,"works":[]}'
            """
        ],
        "areas": ["'{\"avoided\":[{\"left\":-9223372036854775808}],\"kept_whole\":[]}'"],
        "files": ["'[\"works/../../x\",\"\"]'", "'[9223372036854775807]'"],
        "contents": ["'{\"columns\":{\"title\":\"i9\"},\"companions\":[]}'"],
    ]

    // Goal: no row that another program wrote makes a reading command trap, or writes what a
    // terminal obeys. Method: for each column of each table a row with each of its ends; one as
    // long as may be; a megabyte in a text is refused; every row shown, all lists, in both forms.
    @Test(arguments: ["works", "models", "generations", "removals"])
    func noRowTraps(table: String) async throws {
        let sandbox = try Sandbox()
        let device = sandbox.device("a")
        try await device.must("init")
        let file = device.home.appending(path: "library.sqlite").path
        let columns = try Shell.sqlite(
            file, "SELECT name, type FROM pragma_table_info('\(table)') WHERE name <> 'id'"
        ).split(separator: "\n").map { $0.split(separator: "|").map(String.init) }
        var sql = ["BEGIN;"]
        for column in columns {
            let isText = column[1] == "TEXT"
            let values = (isText ? Self.texts : Self.numbers) + (Self.json[column[0]] ?? [])
            for value in values {
                sql.append("INSERT OR IGNORE INTO \(table)(\(column[0])) VALUES(\(value));")
            }
        }
        let long = columns.filter { $0[1] == "TEXT" }.map { $0[0] }
        let row = { (size: Int) in
            "INSERT INTO \(table)(\(long.joined(separator: ","))) VALUES("
                + long.map { _ in "hex(zeroblob(\(size)))" }.joined(separator: ",") + ");"
        }
        sql.append(row(190_000 / long.count))
        sql.append("UPDATE removals SET contents = '{}', kind = 'work' WHERE contents = '';COMMIT;")
        let script = try sandbox.file("rows.sql", Array(sql.joined(separator: "\n").utf8))
        try Shell.sqlite(file, ".read \(script.path)")
        // A row that could not travel is refused where it is written.
        try Shell.sqlite(file, row(500_000), expecting: 19)
        let ids = try Shell.sqlite(file, "SELECT lower(hex(id)) FROM \(table)")
            .split(separator: "\n").map(String.init)
        #expect(ids.count > columns.count)

        var commands = [["status"], ["works", "trash"], ["conflicts", "list"], ["doctor"]]
        if table == "removals" {
            commands += ids.map { ["works", "restore", $0] }
        } else {
            commands += [[table, "list"]] + ids.map { [table, "show", $0] }
            commands += ids.prefix(8).map { [table, "remove", $0, "--yes"] }
        }
        for command in commands {
            for form in [[], ["--json"]] {
                let done = try await Program.run(
                    Programs.client, command + form, home: device.home, in: sandbox.folder)
                #expect(done.status < 128, "\(done.command): \(done.status)")
                #expect(done.status == 0 || done.status == 1 || !done.errors.isEmpty)
                let printed = (done.output + done.errors).unicodeScalars
                #expect(
                    !printed.contains { $0 == "\u{1B}" || $0 == "\u{202E}" }, "\(done.command)")
                if !form.isEmpty, done.status == 0 { _ = try done.object() }
            }
        }
    }

}
