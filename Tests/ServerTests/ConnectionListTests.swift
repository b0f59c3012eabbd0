import AtelierServer
import TestSupport
import Testing

/// Which connection gives way, without a socket.
struct ConnectionListTests {
    private static func address(_ number: Int) throws -> NetworkAddress {
        try #require(NetworkAddress("192.0.2.\(number)"))
    }

    private static func list(
        total: Int = 100, perAddress: Int = 100, strangers: Int = 100
    ) -> ConnectionList {
        var policy = ConnectionPolicy()
        (policy.perAddress, policy.strangersPerAddress) = (perAddress, strangers)
        return ConnectionList(total: total, policy: policy)
    }

    // Goal: silent connections of an address push out each other, oldest first, and nobody else.
    @Test func strangersGiveWayToTheirOwn() throws {
        var list = Self.list(strangers: 2)
        let other = try #require(list.add(from: Self.address(2)).id)
        let first = try #require(list.add(from: Self.address(1)).id)
        let second = try #require(list.add(from: Self.address(1)).id)
        #expect(list.add(from: try Self.address(1)).evicted == first)
        #expect(list.add(from: try Self.address(1)).evicted == second)
        #expect(list.count == 3)
        list.prove(other)
        #expect(list.strangerCount == 2)
    }

    // Goal: who has shown to be a device of an account stays, and leaves room for strangers.
    @Test func devicesStay() throws {
        var list = Self.list(total: 4, perAddress: 3, strangers: 1)
        for _ in 1...3 { list.prove(try #require(list.add(from: Self.address(1)).id)) }
        #expect(list.add(from: try Self.address(1)).id == nil)
        let stranger = try #require(list.add(from: Self.address(2)).id)
        let next = list.add(from: try Self.address(3))
        #expect(next.evicted == stranger)
        list.prove(try #require(next.id))
        #expect(list.add(from: try Self.address(4)).id == nil)
        list.remove(try #require(next.id))
        #expect(list.add(from: try Self.address(4)).id != nil)
    }

    // Goal: proxies, which many share, and this machine are bounded by the whole alone.
    @Test func proxiesAreBoundedByTheWhole() throws {
        var list = Self.list(total: 4, perAddress: 1, strangers: 1)
        let first = try #require(list.add(from: nil).id)
        for _ in 1...3 { #expect(list.add(from: nil).evicted == nil) }
        #expect(list.add(from: nil).evicted == first)
        var local = Self.list(perAddress: 1)
        for _ in 1...3 { local.prove(try #require(local.add(from: NetworkAddress("::1")).id)) }
        #expect(local.count == 3)
    }

    // Goal: the bounds hold, and the counts are right, whatever happens in whatever order.
    // Method: random acts from a printed seed against a plain list that knows the order.
    @Test(arguments: SeededGenerator.seeds(3))
    func theBoundsHold(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var list = Self.list(total: 30, perAddress: 12, strangers: 6)
        var known: [(id: UInt64, address: Int, isStranger: Bool)] = []
        for _ in 0..<20_000 {
            switch random.below(4) {
            case 0 where !known.isEmpty:
                let place = random.below(known.count)
                known[place].isStranger = false
                list.prove(known[place].id)
            case 1 where !known.isEmpty:
                let gone = known.remove(at: random.below(known.count))
                list.remove(gone.id)
            default:
                let number = 1 + random.below(5)
                let admission = list.add(from: try Self.address(number))
                if let evicted = admission.evicted {
                    let place = try #require(known.firstIndex { $0.id == evicted })
                    let gone = known.remove(at: place)
                    let isOldest = !known[..<place].contains {
                        $0.isStranger && $0.address == gone.address
                    }
                    #expect(gone.isStranger && isOldest)
                }
                if let id = admission.id { known.append((id, number, true)) }
            }
            try #require(list.count == known.count)
            try #require(list.strangerCount == known.count { $0.isStranger })
            try #require(known.count <= 30)
            for number in 1...5 {
                let own = known.filter { $0.address == number }
                try #require(own.count <= 12 && own.count { $0.isStranger } <= 6)
            }
        }
    }
}
