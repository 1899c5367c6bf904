// The sizes of an AutoencoderKL, read off its weights: Stable Diffusion's is 128, 256, 512, 512 channels, two residual
// blocks a level, four latent channels (method.md, section 5).

import Foundation
import Formats
import OrderedCollections
import Tensor

struct AutoencoderConfiguration: Sendable, Equatable {
  /// Of each level, the finest first.
  var channels = [128, 256, 512, 512]
  /// Residual blocks a level; the decoder has one more.
  var layers = 2
  var latentChannels = 4
  var groups = 32

  /// Pixels a side of a latent pixel.
  var scale: Int { 1 << (channels.count - 1) }

  /// Stable Diffusion's.
  init() {}

  /// What the weights say of themselves; whatever does not belong together shows when names and shapes are compared.
  init(of weights: NetworkWeights) {
    func shape(_ name: String) -> [Int]? { weights.tensors[name]?.shape }
    func count(_ name: (Int) -> String) -> Int { (0..<16).first { shape(name($0)) == nil } ?? 16 }
    let levels = count { "encoder.down_blocks.\($0).resnets.0.conv1.weight" }
    guard levels > 0 else { return }
    channels = (0..<levels).map { shape("encoder.down_blocks.\($0).resnets.0.conv1.weight")?.last ?? 0 }
    layers = max(1, count { "encoder.down_blocks.0.resnets.\($0).conv1.weight" })
    latentChannels = shape("post_quant_conv.weight")?.last ?? latentChannels
    // Groups leave no trace in the weights: diffusers keeps their number beside them.
    let folder = (weights.path as NSString).deletingLastPathComponent
    if case .record(let fields)? = try? load((folder as NSString).appendingPathComponent("config.json")),
      case .number(let number)? = fields["norm_num_groups"], let whole = Int(exactly: number), whole > 0
    {
      groups = whole
    }
  }

  /// Names and shapes of all weights.
  var slots: [(name: String, shape: [Int])] {
    var slots: [(name: String, shape: [Int])] = []
    func norm(_ name: String, _ c: Int) { for leaf in ["weight", "bias"] { slots.append(("\(name).\(leaf)", [c])) } }
    func conv(_ name: String, _ a: Int, _ b: Int, _ size: Int = 3) {
      slots += [(name + ".weight", [size, size, a, b]), (name + ".bias", [b])]
    }
    func resnet(_ name: String, _ a: Int, _ b: Int) {
      norm(name + ".norm1", a)
      conv(name + ".conv1", a, b)
      norm(name + ".norm2", b)
      conv(name + ".conv2", b, b)
      if a != b { conv(name + ".conv_shortcut", a, b, 1) }
    }
    func middle(_ name: String, _ c: Int) {
      resnet(name + ".resnets.0", c, c)
      norm(name + ".attentions.0.group_norm", c)
      for part in ["to_q", "to_k", "to_v", "to_out.0"] {
        slots += [("\(name).attentions.0.\(part).weight", [c, c]), ("\(name).attentions.0.\(part).bias", [c])]
      }
      resnet(name + ".resnets.1", c, c)
    }
    let last = channels.count - 1, deepest = channels[last]
    conv("encoder.conv_in", 3, channels[0])
    for (level, c) in channels.enumerated() {
      for layer in 0..<layers {
        resnet("encoder.down_blocks.\(level).resnets.\(layer)", layer == 0 ? channels[max(0, level - 1)] : c, c)
      }
      if level < last { conv("encoder.down_blocks.\(level).downsamplers.0.conv", c, c) }
    }
    middle("encoder.mid_block", deepest)
    norm("encoder.conv_norm_out", deepest)
    conv("encoder.conv_out", deepest, 2 * latentChannels)
    conv("quant_conv", 2 * latentChannels, 2 * latentChannels, 1)
    conv("post_quant_conv", latentChannels, latentChannels, 1)
    conv("decoder.conv_in", latentChannels, deepest)
    middle("decoder.mid_block", deepest)
    let upwards = Array(channels.reversed())
    for (level, c) in upwards.enumerated() {
      for layer in 0...layers {
        resnet("decoder.up_blocks.\(level).resnets.\(layer)", layer == 0 ? upwards[max(0, level - 1)] : c, c)
      }
      if level < last { conv("decoder.up_blocks.\(level).upsamplers.0.conv", c, c) }
    }
    norm("decoder.conv_norm_out", channels[0])
    conv("decoder.conv_out", channels[0], 3)
    return slots
  }
}
