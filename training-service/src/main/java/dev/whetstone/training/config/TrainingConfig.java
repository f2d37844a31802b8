package dev.whetstone.training.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** How runs are planned and reconciled. */
@ConfigMapping(prefix = "whetstone.training")
public interface TrainingConfig {
  /** Interval of the reconciler; {@code off} disables its timer. */
  @WithDefault("1s")
  String reconcileEvery();

  /**
   * How long a loop whose new batches cannot train yet is left alone, unless its batches change: it
   * lacks examples, or a budget is used up.
   */
  @WithDefault("PT30S")
  Duration planEvery();

  /**
   * Runs whose step is in progress at the same time; the others wait. Each reads and verifies
   * objects, one batch in memory at a time.
   */
  @WithDefault("16")
  int maxConcurrentSteps();

  /** Base URL at which workers reach this service. */
  URI callbackUrl();

  /** SFT train examples below which no run starts, unless the loop seals with fewer. */
  @WithDefault("50")
  int leastSftExamples();

  /** How long the next run waits for the decision about the last checkpoint. */
  @WithDefault("PT30M")
  Duration decisionWait();

  /** The first lease of a worker, while it loads the model. */
  @WithDefault("PT3M")
  Duration launchGrace();

  /** Holds the keys of model servers that loops refer to as {@code file:}; absent allows none. */
  Optional<Path> credentialsFolder();

  /** Interval of this service's life signs; {@code off} disables their timer. */
  @WithDefault("5s")
  String lifeSignEvery();

  /**
   * An interval between two life signs that counts as downtime of this service; several times the
   * interval of life signs.
   */
  @WithDefault("PT20S")
  Duration downtime();
}
