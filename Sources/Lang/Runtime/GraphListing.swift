// What `graph(x)` answers: lines of text that the prompt shows as they are.

/// Pending operations as text.
struct GraphListing: LanguageObject {
  let text: String

  var typeName: String { "graph" }
  var summary: String { text }
}
