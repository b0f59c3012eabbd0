import AtelierProtocol

extension Endpoint {
    /// What devices and people who check pictures ask of the community's authority.
    static let provenance = [
        Endpoint(
            method: "get", path: CommunityRootList.target, id: "provenanceRoots",
            handler: Routes.provenanceRoots,
            summary: "The root certificates for signing pictures, each signed by the server's key.",
            replies: [200: .json("CommunityRootList")],
            causes: [.malformed, .tooLarge, .tooMany]),
        Endpoint(
            method: "get", path: "/v1/provenance/root.pem", id: "provenanceAnchors",
            handler: Routes.provenanceAnchors,
            summary: "The same certificates as anchors for other programs.",
            replies: [200: .text("application/x-pem-file")],
            causes: [.malformed, .tooLarge, .tooMany]),
        Endpoint(
            method: "get", path: RevocationList.target, id: "provenanceRevocations",
            handler: Routes.provenanceRevocations,
            summary: "The certificates that no longer count, signed by the server's key.",
            replies: [200: .json("RevocationList")],
            causes: [.malformed, .tooLarge, .tooMany], isTagged: true),
        Endpoint(
            method: "get", path: SigningCertificate.target, id: "signingCertificate",
            handler: Routes.signingCertificate,
            summary: "The certificate with which the device signs pictures.", proof: .device,
            replies: [200: .json("SigningCertificate")]),
        Endpoint(
            method: "post", path: PublicNameRequest.target, id: "publicName",
            handler: Routes.publicName,
            summary: "Sets the name in the certificates of the account; safe to repeat.",
            proof: .device, body: message("PublicNameRequest"),
            replies: [200: .json("SigningCertificate")]),
    ]
}
