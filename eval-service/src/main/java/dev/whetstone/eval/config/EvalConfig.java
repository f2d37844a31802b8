package dev.whetstone.eval.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Settings of the eval service itself. Settings of a loop are in its declaration. */
@ConfigMapping(prefix = "whetstone.eval")
public interface EvalConfig {
  /** How often the reconcilers check for work, in Quarkus' notation. */
  @WithDefault("1s")
  String reconcileEvery();

  /** How often the mounted folder of loop files is scanned, in Quarkus' notation. */
  @WithDefault("2s")
  String folderEvery();

  /** A worker that has not renewed its lease for this long counts as dead. */
  @WithDefault("PT10S")
  Duration lease();

  /** Pause before failed work is tried again; doubles each time, up to a minute. */
  @WithDefault("PT2S")
  Duration retryPause();

  /**
   * How long an evaluation waits for its inputs (batches that were not announced, objects that
   * cannot be read) before it is held for a person, counted from the start of the service at the
   * earliest.
   */
  @WithDefault("PT1H")
  Duration patience();

  /** Time limit of one request to a model server. */
  @WithDefault("PT2M")
  Duration requestTimeout();

  /**
   * Folder of the model servers' keys that declarations may name by {@code file:}. If it is not
   * set, {@code file:} references are refused.
   */
  Optional<Path> credentialsFolder();

  /** Greatest number of FRESH items whose reference's likelihood is measured. */
  @WithDefault("200")
  int likelihoodItems();

  /**
   * How long an evaluation waits for the scoring job that measures these likelihoods, from its
   * request on. The job runs while the answers are collected; when the time is over, the evaluation
   * decides without them and its facts say why. 0 measures none.
   */
  @WithDefault("PT15M")
  Duration likelihoodWait();

  /** How long the request of a scoring job and its scores are kept. */
  @WithDefault("P7D")
  Duration likelihoodKeep();
}
