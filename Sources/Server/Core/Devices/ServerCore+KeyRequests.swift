import AtelierProtocol
import SignedObjects

extension ServerCore {
    /// Keeps in mind which library keys a device lacks; gives what was sealed to it since.
    func requestKeys(
        _ request: KeyRequest, _ incoming: IncomingRequest
    ) async throws -> KeyRequestReply {
        guard (1...ProtocolLimits.keysPerDelivery).contains(request.epochs.count),
            request.epochs.allSatisfy(ProtocolLimits.keyEpochs.contains)
        else {
            throw ServerError.refused(
                .malformed,
                detail: "Ask for 1 to \(ProtocolLimits.keysPerDelivery) keys by their epochs.")
        }
        return try await authorized(incoming) { db, caller, now in
            try KeyRequestStore(account: caller.account, db: db).ask(request, for: caller.device)
        }
    }

    /// The devices of the caller's account that wait for library keys.
    func keyRequests(_ incoming: IncomingRequest) async throws -> KeyRequestList {
        try await authorized(incoming) { db, caller, now in
            try KeyRequestStore(account: caller.account, db: db).waiting()
        }
    }

    /// Keeps library keys for a device that waits, by the account key's word; safe to repeat.
    func deliverKeys(
        _ request: KeyDeliveryRequest, to device: DeviceID, _ incoming: IncomingRequest
    ) async throws {
        try await authorized(incoming) { db, caller, now in
            guard
                let delivery = try? JWS<KeyDelivery>(
                    verifying: request.delivery, with: caller.accountKey),
                delivery.payload.account == caller.account, delivery.payload.device == device
            else {
                throw ServerError.refused(
                    .malformed, detail: "Only the account key can hand out library keys.")
            }
            try KeyRequestStore(account: caller.account, db: db)
                .deliver(request.delivery, to: device)
        }
    }
}
