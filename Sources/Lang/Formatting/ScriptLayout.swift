// Scripts in one layout (`imf-repl --format`). Lines hold up to 100 columns, indentation is two spaces, binary operators have
// a space on either side, `^`, `..` and signs none; a statement a line. What is too long breaks at its pipes, else after
// the operators that bind loosest, else inside its brackets, an element a line. The author decides what reading needs: a
// bracket opened at a line's end stays open, as do a pipe begun on a line of its own and blocks of several lines; single
// blank lines stay, comments stay between the words where they stand, those at a line's end in their column; literals stay as
// spelt. Reading order: this file, LayoutTree, LayoutReader, Spacing, LayoutWriter.

/// The one layout of scripts.
public enum ScriptLayout {
  static let width = 100
  static let indentation = 2
  /// How much further a broken line goes on than its beginning; blocks inside it stay apart from it.
  static let continuation = 4

  /// The script's text in the layout: the same tree, the same comments in the same order. The layout of the result is itself.
  ///
  /// - Throws: the first syntax error.
  public static func formatted(_ source: Source) throws(Diagnostic) -> String {
    do {
      var reader = try LayoutReader(source)
      var writer = LayoutWriter()
      writer.write(reader.program())
      return writer.text
    } catch let failure as SyntaxFailure {
      throw failure.diagnostic
    } catch {
      throw Diagnostic(.syntax, "\(error)")
    }
  }
}
