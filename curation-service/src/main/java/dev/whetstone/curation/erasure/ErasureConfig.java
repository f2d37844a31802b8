package dev.whetstone.curation.erasure;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How erasures are carried out, and what of an erased person's data ends when. */
@ConfigMapping(prefix = "whetstone.curation.erasure")
public interface ErasureConfig {
  /**
   * Clocks of the machines that receive events differ by at most this much: an event counts as
   * received before an erasure when its time is at most this much later.
   */
  @WithDefault("PT10S")
  Duration clockTolerance();

  /** Time after a request by which nothing of the subject may be left in sealed batches. */
  @WithDefault("P30D")
  Duration deadline();

  /** Retention of the topics that hold feedback, as it is set in Kafka. */
  @WithDefault("P14D")
  Duration topicRetention();

  /** Time after a request in which loops that become known get the erasure. */
  @WithDefault("PT1H")
  Duration spread();

  /** Events that one transaction erases. */
  @WithDefault("500")
  int eventsAtOnce();

  /** Time for erasures in one pass of the reconciler; the next pass goes on. */
  @WithDefault("PT2S")
  Duration passTime();
}
