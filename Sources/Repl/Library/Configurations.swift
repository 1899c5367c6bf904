// The authors' configurations: read, laid over one another, and turned into what the language's functions take.

import Formats
import Lang
import MeanFlow
import OrderedCollections

extension Library {
  static let configurations = Library("Configurations", [
    Builtin(
      "config(file = none, ...overrides)",
      """
      a training or evaluation configuration with the authors' keys: defaults, under a YAML file, under the overrides

      The authors' `train_config.yml` and `eval_config.yml` are read as they are. The result is a record of sections, each key
      with a value: dataset, training, model (or method), sampling, fid, logging; load_from and eval_only. Overrides are
      records, of sections or of keys such as "training.batch_size"; later ones win. In a script `param training = {}` takes
      `--training.batch_size 64` from the command line. A key that no configuration has is an error. docs/training.md lists
      the keys; `recipe(c, images)` says what they mean.
      """,
      example: "config(none, {training: {batch_size: 64}}).training.batch_size",
      fails: [
        .argument("config(none, {training: {batchsize: 64}})", "config: there is no key `training.batchsize`"),
        .argument("config(none, {\"training.batch_size\": \"many\"})", "`training.batch_size` cannot be many; expected a number"),
        .io("config(\"missing.yml\")", "missing.yml: there is no such file"),
      ],
      see: ["recipe", "to_yaml", "load"]
    ) { call in
      var configuration = RunConfiguration()
      if let file = try call.optionalString("file") {
        guard case .record(let fields) = try Formats::load(file) else {
          throw call.error(.format, "\(file) holds no sections", argument: "file", hint: "the authors' files begin with a line such as `training:`")
        }
        try call.merge(fields, into: &configuration, from: file)
      }
      for value in call.rest {
        guard case .record = value, case .record(let fields)? = try value.fileValue() else {
          throw call.error(.type, "an override is \(value.kindInWords); expected a record `{training: {batch_size: 64}}`")
        }
        try call.merge(fields, into: &configuration)
      }
      return try Value(configuration.value)
    },
    Builtin(
      "recipe(c, images)",
      """
      what a configuration means here, for a data set of so many images: {network, state, train, sample, bfloat16}

      network goes to `imf`, state to `train_state`, train to `train`, sample to `sample`, spread as named arguments:
      `state = train_state(imf(r.network), ...r.state)`, `train(state, data, ...r.train)`. Epochs have become steps. `bfloat16` says
      whether half precision is asked for: `precision("bfloat16")` turns it on.
      """,
      example: "recipe(config(none, {training: {warmup_epochs: 2, batch_size: 50}}), 1000).state.warmup_steps",
      fails: [
        .argument("recipe(config(), 10)", "`training.batch_size` is 256, there are 10 images"),
        .value("recipe(config(none, {model: {model_str: \"imfDiT_S_2\"}}), 1000)", "no model is called \"S/2\""),
        .argument("recipe({training: {epochs: 3}}, 1000)", "recipe: there is no key `training.epochs`"),
      ],
      see: ["config", "imf", "train_state", "train"]
    ) { call in
      var configuration = RunConfiguration()
      guard case .record(let fields)? = try Value.record(call.record("c")).fileValue() else {
        throw call.error(.type, "`c` holds something that no configuration has", argument: "c")
      }
      try call.merge(fields, into: &configuration)
      let images = try call.integer("images", in: 1...Int.max)
      func record(_ settings: some Sequence<(name: String, value: SettingValue)>) -> Record { Record(settings.map { ($0.name, Value($0.value)) }) }
      var state = try record(configuration.training(images: images).settings)
      for (name, value) in try configuration.objective().settings { state[name] = Value(value) }
      state["seed"] = .number(Double(try configuration.seed))
      var train = try record(configuration.run().settings)
      train["size"] = .number(Double(try configuration.batchSize))
      train["seed"] = .number(Double(try configuration.seed))
      train["until"] = .number(Double(try configuration.lastStep(images: images)))
      let run = try configuration.run()
      return .record([
        "network": .record(record(try configuration.network().settings)), "state": .record(state), "train": .record(train),
        "sample": .record(["steps": .number(Double(run.numSteps)), "omega": .number(run.omega), "t_min": .number(run.tMin), "t_max": .number(run.tMax)]),
        "bfloat16": .bool(configuration.isHalfPrecision),
      ])
    },
    Builtin(
      "to_yaml(value)", "a value as YAML text; `save(\"config.yml\", value)` writes it",
      example: "to_yaml({training: {batch_size: 64}, load_from: none})",
      fails: [.type("to_yaml(x -> x)", "to_yaml: a function has no form in files")],
      see: ["config", "save"]
    ) { call in
      guard let contents = try call["value"].fileValue() else {
        throw call.error(.type, "\(call["value"].kindInWords) has no form in files", argument: "value")
      }
      return .string(yamlText(of: contents))
    },
  ])
}

extension Call {
  fileprivate func merge(_ fields: RunConfiguration.Section, into configuration: inout RunConfiguration, from source: String? = nil) throws {
    do {
      try configuration.merge(fields)
    } catch let unknown as RunConfiguration.UnknownKey {
      let key = unknown.name.split(separator: ".").last.map(String.init) ?? unknown.name
      let near = nearestName(to: key, among: unknown.known)
      let place = unknown.section.map { "in \($0): " } ?? ""
      throw error(
        .argument, "there is no key `\(unknown.name)`" + (source.map { " (in \($0))" } ?? ""),
        hint: near.map { "did you mean `\(unknown.section.map { $0 + "." } ?? "")\($0)`?" } ?? place + unknown.known.joined(separator: ", "))
    }
  }
}

extension RunConfiguration {
  fileprivate var value: FileValue {
    var fields: Section = [:]
    for (name, section) in sections { fields[name] = .record(section) }
    for (name, value) in top { fields[name] = value }
    return .record(fields)
  }
}
