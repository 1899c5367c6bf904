// Reference statistics as the authors' data preparation writes them: an npz of `ref_mu` and `ref_sigma`.

public import Formats
import OrderedCollections
import Tensor

extension FeatureStatistics {
  /// Reads and checks statistics, so that nothing is compared with a file of another kind.
  ///
  /// - Throws: `FormatError`: `.format` where an array is missing, shapes do not belong together, a number is not finite, or
  ///   the covariance is not symmetric.
  /// - Parameter spatial: whether sFID's, `ref_mu_s` and `ref_sigma_s`, are wanted.
  public init(contentsOf path: String, spatial: Bool = false) throws {
    let ending = spatial ? "_s" : ""
    func wrong(_ what: String, _ hint: String) -> FormatError { FormatError(.format, path, what, hint: hint) }
    guard case .record(let fields) = try load(path) else {
      throw wrong("holds no statistics", "an npz of ref_mu [d] and ref_sigma [d, d] is needed")
    }
    func array(_ name: String) throws -> Tensor {
      guard case .tensor(let tensor)? = fields[name] else {
        let isOther = fields["mu"] != nil && fields["sigma"] != nil
        throw wrong(
          "\(name) is missing",
          isOther
            ? "mu and sigma are another tool's: load the file and give them to frechet_distance if they are of the same features"
            : "an npz of ref_mu [d] and ref_sigma [d, d] is needed")
      }
      return try tensor.cast(to: .float64)
    }
    let mu = try array("ref_mu" + ending), sigma = try array("ref_sigma" + ending)
    guard mu.rank == 1, mu.count > 0, sigma.shape == [mu.count, mu.count] else {
      throw wrong("ref_mu is \(mu.shape) and ref_sigma \(sigma.shape)", "they must be [d] and [d, d] of the same features")
    }
    for (name, tensor) in [("ref_mu", mu), ("ref_sigma", sigma)] where try !sum(abs(tensor)).item().isFinite {
      throw wrong("\(name) holds numbers that are not finite", "the statistics must be computed anew")
    }
    // Sums in float32 leave the two halves a little different.
    let largest = try max(abs(sigma)).item(), difference = try max(abs(sigma - sigma.transposed())).item()
    guard difference <= 1e-5 * largest else {
      throw wrong("ref_sigma is not symmetric", "a covariance is; the file is damaged or holds something else")
    }
    var count: Int?
    if case .tensor(let number)? = fields["n"], number.count == 1 { count = Int(exactly: try number.item()) }
    self.init(mu: mu, sigma: sigma, count: count)
  }
}

/// What a file of reference statistics holds: `ref_mu` and `ref_sigma`, those of sFID where there are, and how many images.
public func statisticsFile(_ pooled: FeatureStatistics, spatial: FeatureStatistics? = nil) -> FileValue {
  var fields: OrderedDictionary<String, FileValue> = ["ref_mu": .tensor(pooled.mu), "ref_sigma": .tensor(pooled.sigma)]
  if let count = pooled.count { fields["n"] = .tensor(Tensor(Double(count), dtype: .int64)) }
  if let spatial {
    fields["ref_mu_s"] = .tensor(spatial.mu)
    fields["ref_sigma_s"] = .tensor(spatial.sigma)
  }
  return .record(fields)
}
