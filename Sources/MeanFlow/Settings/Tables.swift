// The names of all settings, as the reference's configurations and our scripts write them.

extension Configuration: NamedSettings {
  public static var table: [Setting<Configuration>] {
    [
      .whole("input_size", \.inputSize), .whole("patch_size", \.patchSize), .whole("in_channels", \.inChannels),
      .whole("hidden_size", \.hiddenSize), .whole("depth", \.depth), .whole("num_heads", \.numHeads),
      .number("mlp_ratio", \.mlpRatio), .whole("num_classes", \.numClasses),
      .whole("aux_head_depth", \.auxHeadDepth), .whole("num_class_tokens", \.numClassTokens),
      .whole("num_time_tokens", \.numTimeTokens), .whole("num_cfg_tokens", \.numCfgTokens),
      .whole("num_interval_tokens", \.numIntervalTokens), .choice("prediction", \.prediction),
    ]
  }
}

extension ObjectiveSettings: NamedSettings {
  public static var table: [Setting<ObjectiveSettings>] {
    [
      .number("P_mean", \.pMean), .number("P_std", \.pStd), .number("data_proportion", \.dataProportion),
      .number("cfg_beta", \.cfgBeta), .number("class_dropout_prob", \.classDropoutProb), .number("norm_p", \.normP),
      .number("norm_eps", \.normEps), .flag("random_dropout", \.randomDropout),
    ]
  }
}

extension TrainingSettings: NamedSettings {
  public static var table: [Setting<TrainingSettings>] {
    [
      .choice("loss", \.loss), .number("lr", \.learningRate), .number("b1", \.b1), .number("b2", \.b2), .number("eps", \.eps),
      .number("weight_decay", \.weightDecay), .numbers("ema", \.ema), .choice("schedule", \.schedule),
      .whole("warmup_steps", \.warmupSteps), .optionalWhole("total_steps", \.totalSteps),
      .number("min_factor", \.minFactor), .optionalNumber("clip_norm", \.clipNorm), .whole("accumulate", \.accumulate),
    ]
  }
}

extension RunSettings: NamedSettings {
  public static var table: [Setting<RunSettings>] {
    [
      .whole("log_per_step", \.logPerStep), .whole("checkpoint_per_epoch", \.checkpointPerEpoch),
      .whole("checkpoint_per_step", \.checkpointPerStep), .number("checkpoint_minutes", \.checkpointMinutes), .whole("keep", \.keep),
      .whole("sample_per_epoch", \.samplePerEpoch), .whole("sample_per_step", \.samplePerStep), .whole("samples", \.samples),
      .whole("num_steps", \.numSteps), .number("omega", \.omega), .number("t_min", \.tMin), .number("t_max", \.tMax),
      .whole("judge_per_epoch", \.judgePerEpoch), .whole("judge_per_step", \.judgePerStep), .choice("on_nan", \.onNaN),
    ]
  }
}
