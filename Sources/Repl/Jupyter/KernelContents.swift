// The contents of the protocol's messages, with its names in our spelling, as far as they are used here: `cursorPos` is
// `cursor_pos` on the wire.

/// Requests.
enum KernelRequest {
  struct Execute: Decodable {
    let code: String
    let silent: Bool?
    let storeHistory: Bool?
    let userExpressions: [String: String]?
    let stopOnError: Bool?
  }

  /// Positions count code points.
  struct Complete: Decodable {
    let code: String
    let cursorPos: Int
  }

  struct Inspect: Decodable {
    let code: String
    let cursorPos: Int
    /// 1 asks for the text of a function, too.
    let detailLevel: Int?
  }

  struct IsComplete: Decodable { let code: String }

  struct History: Decodable {
    let histAccessType: String
    let output: Bool?
    let session: Int?
    let start: Int?
    let stop: Int?
    let n: Int?
    let pattern: String?
    let unique: Bool?
  }

  struct Shutdown: Decodable { let restart: Bool? }

  struct CommOpen: Decodable { let commId: String }
}

/// Replies and publications.
enum KernelContent {
  struct Status: Encodable, Sendable { let executionState: String }

  struct Aborted: Encodable, Sendable {
    var status = "aborted"
    let executionCount: Int
  }

  /// A reply that says no more than that.
  struct Done: Encodable, Sendable { var status = "ok" }

  struct KernelInfo: Encodable, Sendable {
    var status = "ok"
    var protocolVersion = KernelMessage.Header.version
    var implementation = "imf-repl"
    var implementationVersion = ProgramOptions.version
    var banner = "imf-repl \(ProgramOptions.version): improved MeanFlow. help() lists everything, :help the commands."
    var debugger = false
    var helpLinks: [String] = []
    var languageInfo = Language()

    struct Language: Encodable, Sendable {
      var name = JupyterFile.kernel.language
      var version = ProgramOptions.version
      var mimetype = "text/x-imf"
      var fileExtension = ".imf"
      // The nearest of what is there, to the eye: Pygments' Julia takes records for types, CodeMirror's Python indents by colons.
      var pygmentsLexer = "python"
      var codemirrorMode = "julia"
      var nbconvertExporter = "script"
    }
  }

  struct ExecuteInput: Encodable, Sendable {
    let code: String
    let executionCount: Int
  }

  struct ExecuteReply: Encodable, Sendable {
    var status = "ok"
    let executionCount: Int
    var payload: [Payload] = []
    var userExpressions: [String: Evaluated] = [:]
    var ename: String?
    var evalue: String?
    var traceback: [String]?
  }

  /// What the client is to do; only `ask_exit` is used.
  struct Payload: Encodable, Sendable {
    let source: String
    let keepkernel: Bool
  }

  /// A value in the forms that a client may choose from, or the mistake that came instead.
  struct Evaluated: Encodable, Sendable {
    var status = "ok"
    var data: [String: String]?
    var metadata: [String: String]? = [:]
    var ename: String?
    var evalue: String?
    var traceback: [String]?
  }

  struct Failure: Encodable, Sendable {
    var status = "error"
    let ename: String
    let evalue: String
    let traceback: [String]
  }

  struct Stream: Encodable, Sendable {
    let name: String
    let text: String
  }

  struct Display: Encodable, Sendable {
    let data: [String: String]
    /// Of a form: how large it is to be shown.
    var metadata: [String: [String: Int]] = [:]
    var transient: [String: String] = [:]
    var executionCount: Int?
  }

  struct Complete: Encodable, Sendable {
    var status = "ok"
    let matches: [String]
    let cursorStart: Int
    let cursorEnd: Int
    let metadata: Metadata

    struct Metadata: Encodable, Sendable {
      let types: [Match]
      enum CodingKeys: String, CodingKey { case types = "_jupyter_types_experimental" }
    }

    /// The same with what kind each is.
    struct Match: Encodable, Sendable {
      let text: String
      let type: String
      let start: Int
      let end: Int
      let signature: String
    }
  }

  struct Inspect: Encodable, Sendable {
    var status = "ok"
    let found: Bool
    let data: [String: String]
    var metadata: [String: String] = [:]
  }

  struct IsComplete: Encodable, Sendable {
    let status: String
    /// With `incomplete` only.
    var indent: String?
  }

  struct History: Encodable, Sendable {
    var status = "ok"
    let history: [Line]

    /// `(session, line, input)`, or `(session, line, (input, output))`.
    struct Line: Encodable, Sendable {
      let number: Int
      let input: String
      /// Nil where it is not asked for.
      let output: String??

      func encode(to encoder: any Encoder) throws {
        var parts = encoder.unkeyedContainer()
        try parts.encode(1)
        try parts.encode(number)
        if let output {
          try parts.encode([input, output])
        } else {
          try parts.encode(input)
        }
      }
    }
  }

  struct Comms: Encodable, Sendable {
    var status = "ok"
    var comms: [String: String] = [:]
  }

  struct CommClose: Encodable, Sendable {
    let commId: String
    var data: [String: String] = [:]
  }

  struct Shutdown: Encodable, Sendable {
    var status = "ok"
    let restart: Bool
  }
}
