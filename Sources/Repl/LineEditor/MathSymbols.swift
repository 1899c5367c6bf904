// Letters of formulas by their names in TeX: \alpha and Tab. Only what a name of the language can be made of.

enum MathSymbols {
  /// The name at the end of a text, with its backslash; nil where there is none. One letter is none: in strings it is an escape.
  static func name(before text: String) -> String? {
    guard let backslash = text.lastIndex(of: "\\") else { return nil }
    let name = text[backslash...]
    let isName = name.dropFirst().allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "^" || $0 == "-") }
    return isName && name.count > 2 ? String(name) : nil
  }

  /// What may stand in place of a name.
  static func choices(for name: String) -> [Completion.Choice] {
    table.filter { $0.key.hasPrefix(name) }.map { Completion.Choice($0.key, note: $0.value) }
  }

  /// The symbol that a name stands for: the name itself, else the beginning of one alone.
  static func symbol(for name: String) -> String? {
    if let symbol = table[name] { return symbol }
    let fitting = choices(for: name)
    return fitting.count == 1 ? fitting[0].note : nil
  }

  static let table: [String: String] = {
    var table: [String: String] = [:]
    for pair in rows.split(whereSeparator: \.isWhitespace).map({ $0.split(separator: "=") }) { table["\\" + pair[0]] = String(pair[1]) }
    return table
  }()

  private static let rows = """
    alpha=α beta=β gamma=γ delta=δ epsilon=ϵ varepsilon=ε zeta=ζ eta=η theta=θ vartheta=ϑ iota=ι kappa=κ varkappa=ϰ lambda=λ
    mu=μ nu=ν xi=ξ omicron=ο pi=π varpi=ϖ rho=ρ varrho=ϱ sigma=σ varsigma=ς tau=τ upsilon=υ phi=ϕ varphi=φ chi=χ psi=ψ omega=ω
    Gamma=Γ Delta=Δ Theta=Θ Lambda=Λ Xi=Ξ Pi=Π Sigma=Σ Upsilon=Υ Phi=Φ Psi=Ψ Omega=Ω
    partial=∂ nabla=∇ infty=∞ ell=ℓ hbar=ℏ imath=ı jmath=ȷ aleph=ℵ Re=ℜ Im=ℑ
    bbE=𝔼 bbN=ℕ bbP=ℙ bbR=ℝ bbZ=ℤ scrL=ℒ scrN=𝒩 scrD=𝒟
    prime=′ dagger=† star=⋆
    _0=₀ _1=₁ _2=₂ _3=₃ _4=₄ _5=₅ _6=₆ _7=₇ _8=₈ _9=₉ _a=ₐ _e=ₑ _h=ₕ _i=ᵢ _j=ⱼ _k=ₖ _m=ₘ _n=ₙ _r=ᵣ _s=ₛ _t=ₜ _u=ᵤ _v=ᵥ _x=ₓ
    ^0=⁰ ^1=¹ ^2=² ^3=³ ^4=⁴ ^5=⁵ ^6=⁶ ^7=⁷ ^8=⁸ ^9=⁹ ^T=ᵀ
    """
}
