// The few functions of Open MPI that training needs, found when they are wanted. Its handles are addresses of its own
// variables, which other MPI libraries do not have: this speaks to Open MPI alone.

import Glibc

/// Open MPI, loaded and begun.
struct MessagePassing: @unchecked Sendable {
  private typealias Handle = UnsafeMutableRawPointer
  private typealias InitThread = @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, Int32, UnsafeMutablePointer<Int32>) -> Int32
  private typealias Place = @convention(c) (Handle, UnsafeMutablePointer<Int32>) -> Int32
  private typealias Reduce =
    @convention(c) (Handle?, UnsafeMutableRawPointer?, Int32, Handle, Handle, Handle, UnsafeMutablePointer<Handle?>) -> Int32
  private typealias Test = @convention(c) (Int32, UnsafeMutablePointer<Handle?>, UnsafeMutablePointer<Int32>, UnsafeMutableRawPointer?) -> Int32
  private typealias SetHandler = @convention(c) (Handle, Handle) -> Int32
  fileprivate typealias Finish = @convention(c) () -> Int32
  fileprivate typealias Abort = @convention(c) (UnsafeMutableRawPointer, Int32) -> Int32

  private let world: Handle
  private let float: Handle
  private let double: Handle
  private let addition: Handle
  private let rank: Place
  private let size: Place
  private let reduce: Reduce
  private let test: Test

  /// Loads the library and begins. Every rank does, once.
  init() throws {
    // Its parts, loaded later, look for its names among everybody's.
    guard let library = dlopen("libmpi.so.40", RTLD_NOW | RTLD_GLOBAL) ?? dlopen("libmpi.so", RTLD_NOW | RTLD_GLOBAL) else {
      throw ConfigurationError(field: nil, reason: "this is one of several processes, and Open MPI's libmpi.so cannot be loaded", hint: "apt-get install openmpi-bin")
    }
    func symbol(_ name: String) throws -> Handle {
      guard let found = dlsym(library, name) else {
        throw ConfigurationError(field: nil, reason: "libmpi.so has no \(name): it is not Open MPI", hint: "apt-get install openmpi-bin")
      }
      return found
    }
    world = try symbol("ompi_mpi_comm_world")
    float = try symbol("ompi_mpi_float")
    double = try symbol("ompi_mpi_double")
    addition = try symbol("ompi_mpi_op_sum")
    rank = unsafeBitCast(try symbol("MPI_Comm_rank"), to: Place.self)
    size = unsafeBitCast(try symbol("MPI_Comm_size"), to: Place.self)
    reduce = unsafeBitCast(try symbol("MPI_Iallreduce"), to: Reduce.self)
    test = unsafeBitCast(try symbol("MPI_Testall"), to: Test.self)
    var provided: Int32 = 0
    let begin = unsafeBitCast(try symbol("MPI_Init_thread"), to: InitThread.self)
    let serialised: Int32 = 2
    guard begin(nil, nil, serialised, &provided) == 0 else {
      throw ConfigurationError(field: nil, reason: "Open MPI does not begin", hint: "was the program started by mpirun?")
    }
    // Errors are answers, not the end of the process.
    let setHandler = unsafeBitCast(try symbol("MPI_Comm_set_errhandler"), to: SetHandler.self)
    _ = setHandler(world, try symbol("ompi_mpi_errors_return"))
    ending = Ending(
      world: world, finish: unsafeBitCast(try symbol("MPI_Finalize"), to: Finish.self),
      abort: unsafeBitCast(try symbol("MPI_Abort"), to: Abort.self))
    // A rank that ends with an error ends the others, which would wait for it for ever.
    on_exit({ status, _ in ending?.end(status) }, nil)
  }

  /// This process' number and how many there are.
  func place() throws -> (index: Int, count: Int) {
    var index: Int32 = 0, count: Int32 = 1
    guard rank(world, &index) == 0, size(world, &count) == 0 else { throw Self.failure }
    return (Int(index), Int(count))
  }

  /// What the numbers of a sum are.
  enum Number { case float, double }

  /// A sum under way; its memory must stay until it is done.
  struct Sum { fileprivate var request: UnsafeMutableRawPointer? }

  /// Begins to replace an array by its sum over all ranks. Every rank begins the same sums in the same order.
  func begin(_ values: UnsafeMutableRawBufferPointer, of number: Number) throws -> Sum {
    let inPlace = Handle(bitPattern: 1)
    let (type, size) = number == .float ? (float, 4) : (double, 8)
    var sum = Sum()
    guard reduce(inPlace, values.baseAddress, Int32(values.count / size), type, addition, world, &sum.request) == 0 else { throw Self.failure }
    return sum
  }

  /// Lets the sums go on, and answers whether all are done; none is left then. They go on in calls like this one only.
  func areDone(_ sums: inout [Sum]) throws -> Bool {
    guard !sums.isEmpty else { return true }
    var requests = sums.map(\.request), areDone: Int32 = 0
    guard test(Int32(requests.count), &requests, &areDone, nil) == 0 else { throw Self.failure }
    sums = areDone != 0 ? [] : requests.map { Sum(request: $0) }
    return areDone != 0
  }

  private static let failure = ConfigurationError(field: nil, reason: "the ranks cannot speak to one another any more", hint: "has one of them ended?")

  /// How a rank leaves.
  fileprivate struct Ending {
    let world: UnsafeMutableRawPointer
    let finish: Finish
    let abort: Abort

    /// Ranks that were stopped, by a signal that all have heard of, leave as those that are done.
    func end(_ status: Int32) { _ = [0, 130, 143].contains(status) ? finish() : abort(world, status) }
  }
}

/// Set once, before the process' end is prepared; read there.
nonisolated(unsafe) private var ending: MessagePassing.Ending?
