// Numbers as colours: viridis, by Stéfan van der Walt and Nathaniel Smith (2015, CC0), even to the eye, in grey and to the
// colour-blind. 24 of its colours, straight lines between them: no channel is more than 3 in 255 off.

enum ColourMap {
  private static let stops: [Int] = [
    0x440154, 0x471164, 0x482071, 0x472E7C, 0x443B84, 0x3F4889, 0x39558C, 0x34618D, 0x2F6C8E, 0x2A768E, 0x26818E,
    0x228B8D, 0x1F958B, 0x1FA088, 0x24AA83, 0x2FB47C, 0x40BD72, 0x56C667, 0x70CF57, 0x8BD646, 0xA8DB34, 0xC5E021,
    0xE2E418, 0xFDE725,
  ]

  /// The colour of a share 0...1 as 0xRRGGBB.
  static func colour(_ share: Double) -> UInt32 {
    let place = max(0, min(1, share)) * Double(stops.count - 1)
    let index = min(stops.count - 2, Int(place))
    let rest = place - Double(index)
    func channel(_ shift: Int) -> UInt32 {
      let (from, to) = (Double(stops[index] >> shift & 255), Double(stops[index + 1] >> shift & 255))
      return UInt32((from + rest * (to - from)).rounded())
    }
    return channel(16) << 16 | channel(8) << 8 | channel(0)
  }
}
