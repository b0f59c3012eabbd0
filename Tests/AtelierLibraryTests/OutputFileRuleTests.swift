import AtelierLibrary
import Foundation
import TestSupport
import Testing

/// The one rule for files that are written for the artist.
@Suite struct OutputFileRuleTests {
    // Goal: the ending decides, in any case. Method: endings that are written, and others.
    @Test func theEndingDecides() throws {
        let world = try World()
        let place = world.folder.url
        for name in ["a.png", "a.PNG", "a.jpg", "a.jpeg", "b.c.webp", ".x.png"] {
            _ = try OutputFile(
                place.appending(path: name), .picture, replacing: false, of: world.home("a"))
        }
        for name in ["a", "png", "a.gif", "a.png.bak", "a.", "a.png "] {
            let error = #expect(throws: LibraryError.self) {
                try OutputFile(
                    place.appending(path: name), .picture, replacing: true, of: world.home("a"))
            }
            #expect(error.map { Failure($0).kind } == .invalidInput, "\(name)")
        }
    }

    // Goal: a file that comes between the look and the writing is not written over.
    // Method: the check, then somebody else's file, then the writing, without and with force.
    @Test func nobodysFileIsWrittenOver() throws {
        let world = try World()
        let file = world.folder.url.appending(path: "a.png")
        let picture = Array(try Data(contentsOf: try world.picture(1)))
        let output = try OutputFile(file, .picture, replacing: false, of: world.home("a"))
        try Data([1]).write(to: file)
        #expect(throws: LibraryError.fileExists(path: file.path)) { try output.write(png: picture) }
        #expect(Array(try Data(contentsOf: file)) == [1])
        try OutputFile(file, .picture, replacing: true, of: world.home("a")).write(png: picture)
        #expect(Array(try Data(contentsOf: file)) == picture)
        let names = try FileManager.default.contentsOfDirectory(atPath: world.folder.url.path)
        #expect(!names.contains { LibraryFile.isLeftover($0) }, "\(names)")
    }

    // Goal: what is made first may be made again. Method: a preview's first and later states.
    @Test func itsOwnFileMayBeReplaced() throws {
        let world = try World()
        let file = world.folder.url.appending(path: "a.png")
        let pictures = try (1...2).map { Array(try Data(contentsOf: try world.picture($0))) }
        let output = try OutputFile(file, .picture, replacing: false, of: world.home("a"))
        try output.write(png: pictures[0])
        #expect(throws: LibraryError.self) { try output.write(png: pictures[1]) }
        try output.again.write(png: pictures[1])
        #expect(Array(try Data(contentsOf: file)) == pictures[1])
    }
}
