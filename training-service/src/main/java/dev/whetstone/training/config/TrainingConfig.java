package dev.whetstone.training.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;

/** How runs are planned and watched. */
@ConfigMapping(prefix = "whetstone.training")
public interface TrainingConfig {
  /** How often the reconciler looks; {@code off} leaves it to whoever calls it. */
  @WithDefault("1s")
  String reconcileEvery();

  /** Base URL at which workers reach this service. */
  URI callbackUrl();

  /** SFT train examples below which no run starts, unless the loop seals with fewer. */
  @WithDefault("50")
  int leastSftExamples();

  /** How long the next run waits for the decision about the last checkpoint. */
  @WithDefault("PT30M")
  Duration decisionWait();

  /** The first lease of a worker, while it loads. */
  @WithDefault("PT3M")
  Duration launchGrace();

  /** The reconciler not having looked for longer counts as downtime of the control plane. */
  @WithDefault("PT20S")
  Duration downtime();
}
