// From a pending graph to a list of steps: drops what nobody needs (it is simply never reached), orders the rest,
// and fuses elementwise chains.
//
// Fusion: an elementwise node joins the step of its latest input when that step is an elementwise group of the
// same shape; otherwise it starts a group at the end. Steps are numbered as they are made and a node's inputs
// always come from its own step or earlier ones, so no cycle between steps can arise.

/// A step of an evaluation.
enum Step {
  case single(Node)
  case group(ElementwiseGroup)
}

/// Elementwise nodes of one shape that run in one pass, in order.
final class ElementwiseGroup {
  let shape: [Int]
  var nodes: [Node]

  init(_ node: Node) {
    shape = node.shape
    nodes = [node]
  }

  /// Longer chains gain nothing more and their blocks would leave the first-level cache.
  static let limit = 48
}

struct Plan {
  private(set) var steps: [Step] = []
  /// By position in the plan: how many steps still read the value.
  private(set) var readers: [Int] = []
  /// The nodes by position.
  private(set) var nodes: [Node] = []

  /// Plans the evaluation of roots. Must run under the evaluator's lock: it uses the nodes' scratch fields.
  init(roots: [Node], number: UInt64) {
    collect(roots, number)
    arrange(number)
  }

  /// Pending nodes in topological order, without recursion.
  private mutating func collect(_ roots: [Node], _ number: UInt64) {
    var stack: [(node: Node, next: Int)] = []
    for root in roots where root.value == nil && root.plan != number {
      root.plan = number
      stack.append((root, 0))
      while let (node, next) = stack.last {
        guard next < node.inputs.count else {
          stack.removeLast()
          node.position = nodes.count
          nodes.append(node)
          continue
        }
        stack[stack.count - 1].next = next + 1
        let input = node.inputs[next]
        if input.value == nil, input.plan != number {
          input.plan = number
          stack.append((input, 0))
        }
      }
    }
  }

  private mutating func arrange(_ number: UInt64) {
    readers = [Int](repeating: 0, count: nodes.count)
    var stepOf = [Int](repeating: -1, count: nodes.count)
    for node in nodes {
      if node.fill != nil {
        // A number inside a group; anywhere else its evaluation costs one element.
        stepOf[node.position] = -1
        continue
      }
      var latest = -1
      for input in node.inputs where input.plan == number && input.value == nil {
        latest = max(latest, stepOf[input.position])
      }
      if node.primitive.fusion != nil, latest >= 0, case .group(let group) = steps[latest],
        group.shape == node.shape, group.nodes.count < ElementwiseGroup.limit
      {
        group.nodes.append(node)
        stepOf[node.position] = latest
      } else {
        stepOf[node.position] = steps.count
        steps.append(node.primitive.fusion != nil ? .group(ElementwiseGroup(node)) : .single(node))
      }
      for input in node.inputs where input.plan == number && input.value == nil {
        if stepOf[input.position] != stepOf[node.position] { readers[input.position] += 1 }
      }
    }
  }
}
