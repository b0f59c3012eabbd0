import AtelierServer
import Testing

struct BodyBudgetTests {
    // Goal: bodies are bounded for each sender and in all, and give back what they had.
    @Test func bodiesAreBounded() throws {
        let budget = BodyBudget(bytes: 100, perSender: 2)
        try fill(budget)
        #expect(budget.bytesInFlight == 0)
        try fill(budget)
    }

    private func fill(_ budget: BodyBudget) throws {
        var first = try budget.begin(for: "a")
        var second = try budget.begin(for: "a")
        #expect(throws: BodyBudget.Excess.sender) { _ = try budget.begin(for: "a") }
        var other = try budget.begin(for: "b")
        try first.take(60)
        try second.take(30)
        try other.take(10)
        #expect(throws: BodyBudget.Excess.memory) { try other.take(1) }
        #expect(budget.bytesInFlight == 100)
    }
}
