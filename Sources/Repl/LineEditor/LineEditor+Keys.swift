// What libedit reads: keys of the keyboard, and in their place keys of our own where something is left to do.

extension LineEditor {
  /// The next scalar for libedit; nil ends the cell.
  func nextScalar() -> Unicode.Scalar? {
    while true {
      if let step {
        // Asked for again, should the first have been swallowed as part of a longer key.
        if case .run = step { return Editline.runKey }
        return Editline.stepKey
      }
      if let scalar = sending.popFirst() { return scalar }
      switch keys.next() {
      case .end: return nil
      case .signal: if !heedSignals() { return nil }
      case .key(let key): take(key)
      }
    }
  }

  private func take(_ key: [Unicode.Scalar]) {
    if search != nil {
      step = .search(key)
      return
    }
    undo.observe(editline.text)
    switch key {
    case ["\u{3}"]: step = .interrupt
    case ["\u{1a}"]: suspend()
    case [Editline.stepKey], [Editline.runKey]: break
    case _ where key.count == 1 && key[0].isCombining: step = .compose(key[0])
    default: sending = key[...]
    }
  }

  /// Acts on signals that came while waiting for a key; false ends the cell.
  func heedSignals() -> Bool {
    let signals = Signals.take()
    if signals.contains(.terminate) {
      ending = .terminated
      return false
    }
    if signals.contains(.interrupt) {
      (step, search, sending) = (.interrupt, nil, [])
      editline.prompt = prompt
    } else if signals.contains(.suspend) {
      suspend()
    } else if signals.contains(.resume) {
      takeTerminal()
      drawAnew()
    } else if signals.contains(.resize) {
      editline.resize()
    }
    return true
  }

  private func suspend() {
    console.write("\n")
    lendTerminal { Signals.suspendProcess() }
    _ = Signals.take()
    drawAnew()
  }

  /// Runs `body` with the terminal as the user had it.
  func lendTerminal<Result>(_ body: () -> Result) -> Result {
    setBracketedPaste(false)
    editline.prepareTerminal(raw: false)
    defer { takeTerminal() }
    return Terminal.asTheUserHadIt(body)
  }

  private func takeTerminal() {
    editline.prepareTerminal(raw: true)
    setBracketedPaste(true)
    // Its size may have changed meanwhile.
    editline.resize()
  }

  private func drawAnew() {
    if console.isTerminal { console.control("\r\u{1b}[J") }
    editline.refresh()
  }
}
