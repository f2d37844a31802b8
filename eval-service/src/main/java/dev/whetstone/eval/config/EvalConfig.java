package dev.whetstone.eval.config;

import dev.whetstone.kit.work.RetryBackoff;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** Settings of the eval service itself. Settings of a loop are in its declaration. */
@ConfigMapping(prefix = "whetstone.eval")
public interface EvalConfig {
  /** How often the reconcilers check for work, in Quarkus' notation. */
  @WithDefault("1s")
  String reconcileEvery();

  /** Most loops that one instance evaluates at once; it works on four times as many rollouts. */
  @WithDefault("8")
  int concurrentLoops();

  /** Most loops of one tenant that are evaluated at once, over all instances. */
  @WithDefault("6")
  int concurrentLoopsPerTenant();

  /**
   * How often every loop is checked although there is no news about it, in Quarkus' notation: a
   * safeguard, for example after a statement by hand.
   */
  @WithDefault("6h")
  String sweepEvery();

  /** How long after a start the first such check is, in Quarkus' notation. */
  @WithDefault("10m")
  String sweepAfterStart();

  /** How often the mounted folder of loop files is scanned, in Quarkus' notation. */
  @WithDefault("2s")
  String folderEvery();

  /** A worker that has not renewed its lease for this long counts as dead. */
  @WithDefault("PT10S")
  Duration lease();

  /** Pause before failed work is tried again; doubles each time, up to {@code longestPause}. */
  @WithDefault("PT2S")
  Duration retryPause();

  /** Longest pause before failed work is tried again. */
  @WithDefault("PT5M")
  Duration longestPause();

  /**
   * How long an evaluation waits for its inputs (batches that were not announced, objects that
   * cannot be read) before it is held for a person, counted from the start of the service at the
   * earliest.
   */
  @WithDefault("PT1H")
  Duration patience();

  /**
   * How long the model server may keep an evaluation from advancing before the evaluation ends
   * undecided, counted from the start of the service at the earliest. Another look follows when the
   * server answers; later candidates do not wait.
   */
  @WithDefault("PT6H")
  Duration serverPatience();

  /**
   * How often in a row, with growing pauses, the model server may fail on a candidate while it
   * answers for the base, before the adapter is held as a fault.
   */
  @WithDefault("5")
  int adapterAttempts();

  /** How often each model server is asked which models it serves, in Quarkus' notation. */
  @WithDefault("5s")
  String replicasEvery();

  /** How often each replica is asked the probe prompts of the champion that it serves. */
  @WithDefault("PT15M")
  Duration probeEvery();

  /**
   * Folder below which model servers find the objects of a store that is a bucket, if it is mounted
   * there.
   */
  Optional<String> adapterMount();

  /**
   * Port of the adapter loader beside each model server ({@code python -m whetstone_worker.pull}),
   * which copies an adapter from a bucket to the server's machine.
   */
  OptionalInt loaderPort();

  /** Time limit of one request to a model server. */
  @WithDefault("PT2M")
  Duration requestTimeout();

  /**
   * Folder of the model servers' keys that declarations may name by {@code file:}. If it is not
   * set, {@code file:} references are refused.
   */
  Optional<Path> credentialsFolder();

  /** The pauses between attempts of work that failed. */
  default RetryBackoff backoff() {
    return RetryBackoff.doubling(retryPause(), longestPause());
  }

  /** Greatest number of FRESH items whose reference's likelihood is measured. */
  @WithDefault("200")
  int likelihoodItems();

  /** How long a link to a decision page can be opened. It can be opened once. */
  @WithDefault("PT10M")
  Duration linkValidFor();

  /** How long a browser can show a decision page after its link was opened. */
  @WithDefault("PT30M")
  Duration pageSession();

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
