// An output in the forms that Jupyter's clients choose from.

import Foundation
import Formats
import Lang

/// Text always, PNG where there is something to see.
struct OutputForms {
  private(set) var data: [String: String] = [:]
  private(set) var metadata: [String: [String: Int]] = [:]

  /// Small pictures are grown here: enlarged by a browser, 8 x 8 digits would be a blur.
  private static let room = PictureRoom(width: 1024, height: 768)

  init(_ output: Output) {
    switch output {
    case .text(let text), .value(let text, _): data["text/plain"] = text
    case .error(let error): data["text/plain"] = error.rendered()
    case .picture(let picture):
      data["text/plain"] = picture.captionLine
      setPNG { try Self.room.sized(picture).raster.png() }
    case .plot(let plot):
      data["text/plain"] = plot.captionLine
      let size = Figure.size(of: plot)
      setPNG { try plot.picture(width: size.width, height: size.height).raster.png() }
    case .animation(let animation):
      data["text/plain"] = animation.captionLine
      guard let figure = try? Figure(animation) else { return }
      setPNG { [UInt8](figure.image.data) }
      metadata["image/png"] = ["width": figure.width, "height": figure.height]
    }
  }

  /// Nothing to see where the bytes cannot be made: the text says what it is.
  private mutating func setPNG(_ bytes: () throws -> [UInt8]) {
    data["image/png"] = (try? bytes()).map { Data($0).base64EncodedString() }
  }
}
