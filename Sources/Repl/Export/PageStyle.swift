// How pages look: one column, code and outputs in a row with their labels, light or dark as the reader has it, and on narrow
// screens the labels above.

enum PageStyle {
  static let css = """
    :root {
      color-scheme: light dark;
      --paper: #ffffff; --ink: #1f2328; --faint: #6b7280; --line: #e3e5e8; --code: #f5f6f7; --accent: #0550ae;
      --in: #1a7f37; --out: #0550ae; --red: #b42318; --redpaper: #fdf1f0; --yellow: #8a5a00; --yellowpaper: #fcf6e5;
      --keyword: #a3237f; --number: #0550ae; --string: #0a6b3d; --comment: #6b7280; --function: #6639ba;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #16181c; --ink: #dfe2e7; --faint: #979ea9; --line: #30343b; --code: #1e2127; --accent: #79b8ff;
        --in: #5fd07f; --out: #79b8ff; --red: #ff8f85; --redpaper: #2b1b1b; --yellow: #e3b341; --yellowpaper: #29230f;
        --keyword: #f08bd0; --number: #79b8ff; --string: #7ee0a4; --comment: #979ea9; --function: #c5a5ff;
      }
    }
    * { box-sizing: border-box; }
    html { background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%; }
    body { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.5rem 5rem; font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }
    header { margin-left: 5rem; margin-bottom: 1.5rem; }
    header h1 { margin: 0 0 .3rem; }
    header p { margin: 0; color: var(--faint); font-size: .85rem; }
    header p.stopped { margin-top: .6rem; color: var(--red); font-size: .95rem; }
    h1, h2, h3, h4 { line-height: 1.25; margin: 2rem 0 .6rem; text-wrap: balance; }
    h1 { font-size: 1.9rem; letter-spacing: -.01em; } h2 { font-size: 1.4rem; } h3 { font-size: 1.1rem; } h4 { font-size: 1rem; }
    a { color: var(--accent); text-underline-offset: .15em; }
    nav { margin: 0 0 2rem 5rem; padding: .8rem 1.2rem; border-left: 3px solid var(--line); }
    nav ul { list-style: none; margin: 0; padding: 0; font-size: .92rem; }
    nav a { text-decoration: none; } nav a:hover { text-decoration: underline; }
    nav .level1 { padding-left: 1.2rem; } nav .level2 { padding-left: 2.4rem; }
    .prose { margin: 1.6rem 0 0 5rem; max-width: 44rem; overflow-wrap: break-word; }
    .prose > :first-child { margin-top: 0; }
    .prose img { max-width: 100%; height: auto; }
    .prose blockquote { margin: 1rem 0; padding-left: 1rem; border-left: 3px solid var(--line); color: var(--faint); }
    .prose table { display: block; max-width: 100%; overflow-x: auto; border-collapse: collapse; }
    .prose th, .prose td { padding: .3rem .8rem; border-bottom: 1px solid var(--line); text-align: left; }
    .prose hr { border: 0; border-top: 1px solid var(--line); margin: 2rem 0; }
    .cell { margin: 1.2rem 0; }
    .cell > h3 { margin-left: 5rem; }
    .row { display: grid; grid-template-columns: 4.25rem minmax(0, 1fr); gap: .75rem; align-items: start; margin: .35rem 0; }
    .label { font: .78rem/1.6 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; text-align: right; color: var(--faint); padding-top: .62rem; }
    .label.in { color: var(--in); } .label.out { color: var(--out); padding-top: .12rem; }
    pre, code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .86rem; tab-size: 4; }
    pre { margin: 0; padding: .05rem .1rem; line-height: 1.5; overflow-x: auto; max-height: 36rem; }
    :not(pre) > code { padding: .1em .3em; border-radius: 4px; background: var(--code); }
    .prose pre, pre.code { padding: .6rem .85rem; background: var(--code); border: 1px solid var(--line); border-radius: 7px; max-height: none; }
    pre.error, pre.warning { padding: .5rem .85rem; border-left: 3px solid var(--red); border-radius: 0 7px 7px 0; background: var(--redpaper); }
    pre.warning { border-color: var(--yellow); background: var(--yellowpaper); }
    .note { margin: 0; color: var(--faint); font-size: .85rem; font-style: italic; }
    .code b { color: var(--keyword); font-weight: 600; } .code i { color: var(--comment); }
    .number { color: var(--number); } .string { color: var(--string); } .function { color: var(--function); }
    .bold { font-weight: 700; } .faint, .black, .white { color: var(--faint); } .red { color: var(--red); } .green { color: var(--in); }
    .yellow { color: var(--yellow); } .blue, .cyan { color: var(--out); } .magenta { color: var(--keyword); }
    figure { margin: .3rem 0; }
    figure img { display: block; max-width: 100%; height: auto; border-radius: 4px; }
    img.pixels { image-rendering: pixelated; border-radius: 0; }
    figcaption { margin-top: .35rem; color: var(--faint); font-size: .82rem; }
    @media (max-width: 44rem) {
      body { padding: 1.2rem 1rem 3rem; }
      header, nav, .prose, .cell > h3 { margin-left: 0; }
      .row { grid-template-columns: minmax(0, 1fr); gap: .1rem; }
      .label { text-align: left; padding-top: .2rem; } .label:empty { display: none; }
    }
    @media print {
      html { background: none; } body { max-width: none; padding: 0; }
      pre { white-space: pre-wrap; overflow-wrap: anywhere; max-height: none; } figure, .row { break-inside: avoid; } nav { display: none; }
    }

    """
}
