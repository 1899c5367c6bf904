// Labels that a network takes.

public import Tensor

extension Configuration {
  /// Labels as whole numbers, each a class of this network.
  /// - Parameter allowsNull: the number of classes itself may stand for "no class".
  public func checkedLabels(_ labels: Tensor, allowsNull: Bool = false) throws -> Tensor {
    let whole = labels.dtype.isInteger ? labels : try labels.cast(to: .int32)
    guard labels.count > 0 else { return whole }
    if labels.dtype.isFloating, let odd = try labels.scalars(Double.self).first(where: { $0 != $0.rounded() || !$0.isFinite }) {
      throw ConfigurationError(field: nil, reason: "the label \(odd) is not a whole number", hint: nil)
    }
    let (low, high) = (try Tensor::min(whole).item(), try Tensor::max(whole).item())
    let most = Double(allowsNull ? numClasses : numClasses - 1)
    guard low >= 0, high <= most else {
      let wrong = low < 0 ? low : high
      let legal = numClasses == 0 ? "has no classes" : "has the classes 0 to \(numClasses - 1)"
      throw ConfigurationError(
        field: nil, reason: "the label \(Int(wrong)) is out of range: the model \(legal)",
        hint: allowsNull ? "\(numClasses) is the null class" : nil)
    }
    return whole
  }

  /// "No class" for so many images.
  public func nullLabels(_ count: Int) throws -> Tensor { try .full([count], Double(numClasses), dtype: .int32) }
}
