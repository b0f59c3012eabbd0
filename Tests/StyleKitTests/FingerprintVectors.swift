import StyleKit

/// Fingerprints that PyPI `pdqhash` 0.2.8 found in pictures which a formula makes.
enum FingerprintVectors {
    struct Vector: Sendable {
        let width: Int
        let height: Int
        let seed: Int
        let quality: Int
        /// The picture as it is, then turned and mirrored.
        let variants: [String]
    }

    static let all: [Vector] = [
        Vector(
            width: 64, height: 64, seed: 1, quality: 100,
            variants: [
                "4ebe5e4194eb513b94eb413ed39b352daaaa5a52ace43e41eb944e44ab94413e",
                "baeb289041ba84afc0fe164bc2de68f4aaaa178bbda169b4bf813a50bec104ef",
                "1aaa546f81be5b11c1be6b1486ce1f07baea7078b9b1146bbec1446ebec16b14",
                "2aaa823a04eb2e0595abbc61978bc25eeeba3d21e8f4c31eead4907aeb94ae45",
                "4fbf01ba94eb0e4494eb3ec1d39b0a52aaaa252dece441beeb94113beb943e41",
                "9aaa2b10c1be846ec1be146b86ce2078fbfb8f07b9b16b14bec11b11bec1946b",
                "2aaad64d01ba7b50c0fee934c2de170baaaa6874bda1964bbf81852fbec17b10",
                "2aaa5c4504ebd1fa95ab431e978b3d21aaaa42dee8f43c61ead46f05eb94513a",
            ]),
        Vector(
            width: 64, height: 64, seed: 2, quality: 100,
            variants: [
                "ee8e7930d1ba970b91ba146f8d234b168a8a34e9e2dcfb94aec56874ae45064f",
                "baba16cbc07e01afc39e69b491bb04efa0d83b906e4496cbbce13ac0bf8169b4",
                "aa9a531a84ef3d21846f3e41c876613cdfdf1e43b709513efb10425efb102c65",
                "aaafb46195ab290596cbc31ec4eeae45a8af913a3b113c61e9b4d06aead4c31e",
                "efcf060fd1ba687491ba6b108d233469aa8a4b16e2dc046baec5978baec5f9b0",
                "aa9a2c2184efc25e846f413ac8761e43dfdf61bcb709aec1fb903d21fb10531a",
                "babae134c07e7c50c39e964b91bb7b10a8f8046f6e446934bce1853fbf81164b",
                "aaaa439e952b54fa96cb3ce1c4ee51baa0802ec53b11c39ee9b42b95ead43ce1",
            ]),
        Vector(
            width: 300, height: 200, seed: 3, quality: 100,
            variants: [
                "aca2613cc0fe9a53c0de164bd0fb19b3aecce64caf846934bfa1652c3f811e43",
                "bae8142bc0fee8f491bb7b1014eb3ec1abaa013ee31c84ef6ec4970bbf0168b4",
                "a8a6cb1695ab3079950bbce105ae9319b3194ce6fad1439e6af4cf066ad434e9",
                "edbc2e0194ab425ec4eed1ba41be146be6fb2b94b6492e453b913da1ea54421e",
                "aca29e83c0fe252cc05ee9b450fb864caecc19b2af8496cbbfa19a533f8161bc",
                "b8b6342995abcf06958b431e85ae0ce6bb99b318fad13c61eaf430796ad44b16",
                "bae86a54c0fe170b91bb84ef14eb413eabaa3ec1e31c7b106ec468f4bf01170b",
                "eda4407e94ab3da1c46e2e4541be6b94a67b146bb64951ba3b91c25eea543da1",
            ]),
        Vector(
            width: 200, height: 513, seed: 4, quality: 100,
            variants: [
                "aac27558aaaf5105aaca515daa8a555daaca555daaca5559aaca5559aaca555d",
                "aaaaaaaaeaaaaaaaaaaabeaaaebaaaaaeaaa300020a0baaa6fffcaaaaaaac0aa",
                "eb821d50ef9a5ba7ef8a5921ef8a5913eb8a5913cb8a5911cb825951eb8a5913",
                "ffff0000bfff0000ffff1000fbef0000bfff9aaa757510003aaa6000ffff6aa0",
                "aac28a27aaafaefaaacba8a2aacbaaa2aacbaaa2aaeba8a2aacaaaa2aacaaaa2",
                "ff97208dfffa0450ff9e0608ff9e0008ffbf0008ffbf0208ff9f0008ff9f0008",
                "aaaa5555eaaa5555aaaa4155aaaa5555aaaacdff200045556fff3541aaaa3555",
                "aaaabfffaa825555ffff6a00baaaffffbaaa4004140061552aa21000bbeb1555",
            ]),
        Vector(
            width: 700, height: 500, seed: 5, quality: 100,
            variants: [
                "bba9346995ab4f06952b431ec52e0ce6bb99b3193a513c61ead430f9ead44b16",
                "aaea6834c0fe170b91bb84ef94eb413ee38ebec1eb147b10eec468f43f01160b",
                "aee81643c0fe65acc07e693490fb264caecc59b36f04164bbf811a53bf81e1bc",
                "aa8a421e95abbda184ee2e45c1beeb94b2cb146bbe41d1babb91425e6a54bca1",
                "bbb9431695ab30f9952b3c61c5ae3318bb990ce63a51431eead44f06ead434e9",
                "aee861bcc0fe1a53c07e164b90fb19b2aecca64cef046934bf8165acbf811e43",
                "aaca160bc0fee8f491bb7b1094ebbec1a18e413eeb1404efeec4170b3f01e8f4",
                "aa8b3c6195ab425e84eed1bac1be146bb2cbeb94be412e45bb913da16a54425e",
            ]),
        Vector(
            width: 65, height: 63, seed: 6, quality: 100,
            variants: [
                "c6cf3bd1c46f739ec46ef13bd13e9e4332c9e924378d0e413b900da13b10711e",
                "af4041be54ebe854435e56cbd1bba990f0ac166f2e44a9f4bea1459ebf011a4b",
                "939a917b913ad934913b5b91846b34e9639c438e62d8a4eb6ec5a70b6e45d9b4",
                "fa15eb1401be02fe140bfc6184ee033a05f9bcc57b11035eebf4ef34ea54b0e1",
                "c64fc42ec46f8c61c46e0ec4d13e61bc32c916db378df1be3b90f25e3b108ce1",
                "939a7e8491ba26cb913ba46e8c6bcb16679cbc7162d85b146ec558f46e45264b",
                "af40be4154eb57ab415ea934d1ba566fd0ace9902e44560bbea1ba61bf01e5b4",
                "fa1514eb01befd01140b031e84eefcc585f9433a7b11fca1ebf410cbea544f1e",
            ]),
        Vector(
            width: 40, height: 30, seed: 7, quality: 100,
            variants: [
                "7f6b7e416b3ed0558514052b846bc3de8079d78799312a14b6d0db99bed0546b",
                "1bee4ebbe01a6ff0e03631b4e15e529b014e2d74a6a1d663a785c6afa741299a",
                "2a3e84eb3e6b7aefd041af81d13e6934d42c2d2dcc6480be63857133eb85be41",
                "4ebba411b54fc55ab5639b1eb40bf831541b86def3f46cc9f2d06c05f3148330",
                "7f6b91be6b3e2faa8514fad4846b3c23807838788921d5ebb6d02466bec0eb94",
                "2a3e7b143e6b8510d041507ed13e96cbd52d92d2dc747f41e3858ecceb95413e",
                "1beef145e01ad06fe036ce4be15ead64014ed38ba6a139bea7853950a741d6e5",
                "4eb31baeb54f3a85b56364e1b40b074e541a7821f3f48314f2d093faf2147c4f",
            ]),
    ]

    /// Triangular waves and blocks.
    static func picture(width: Int, height: Int, seed: Int) throws -> Picture {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(width * height * 4)
        for y in 0..<height {
            for x in 0..<width {
                for lane in 0..<3 {
                    let waves = (1...4).reduce(0) { sum, wave in
                        let across = x * (seed * 7 + lane * 5 + wave * 11) * 256 / width
                        let down = y * (seed * 3 + lane * 9 + wave * 17) * 256 / height
                        let place = (across + down + wave * 61 * lane) % 512
                        return sum + (place < 256 ? place : 511 - place) / (wave + 1)
                    }
                    let columns = x * 8 / width * (3 + seed)
                    let rows = y * 8 / height * (5 + lane)
                    pixels.append(UInt8(min(255, waves / 2 + (columns + rows) % 7 * 12)))
                }
                pixels.append(255)
            }
        }
        return try Picture(width: width, height: height, pixels: pixels)
    }
}
