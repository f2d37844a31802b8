package dev.whetstone.eval.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Settings of the eval service itself; what a loop may decide stands in its declaration. */
@ConfigMapping(prefix = "whetstone.eval")
public interface EvalConfig {
  /** How often the reconcilers look at their rows, in Quarkus' notation. */
  @WithDefault("1s")
  String reconcileEvery();

  /** How often the mounted folder is looked through, in Quarkus' notation. */
  @WithDefault("2s")
  String folderEvery();

  /** A worker that has not renewed its lease for this long counts as dead. */
  @WithDefault("PT10S")
  Duration lease();

  /** Pause before work that failed is tried again; doubles each time, up to a minute. */
  @WithDefault("PT2S")
  Duration retryPause();

  /**
   * How long an evaluation waits for what it needs (batches that were not heard of, objects that
   * cannot be read) before a person is asked, counted from the start of the service at the
   * earliest.
   */
  @WithDefault("PT1H")
  Duration patience();

  /** A model server that has not answered a request by then does not answer. */
  @WithDefault("PT2M")
  Duration requestTimeout();

  /**
   * Folder of the keys of model servers that declarations may name by {@code file:}; without one
   * they may name none.
   */
  Optional<Path> credentialsFolder();

  /** Fresh items whose references' likelihood is measured, at most. */
  @WithDefault("200")
  int likelihoodItems();
}
