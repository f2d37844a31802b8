package dev.whetstone.ingest.config;

import dev.whetstone.ingest.item.InputLimits;
import dev.whetstone.ingest.item.OccurrenceTimeRule;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Settings under {@code whetstone.ingest}. */
@ConfigMapping(prefix = "whetstone.ingest")
public interface IngestConfig {
  /** How long a request waits for the broker's acknowledgement before it is answered 503. */
  @WithDefault("5S")
  Duration acknowledgeWithin();

  /** How long a request's body can take to arrive; a slow body holds memory. */
  @WithDefault("30S")
  Duration readWithin();

  /** Value of {@code Retry-After} with a 503. */
  @WithDefault("5S")
  Duration retryAfter();

  /** How long the producer waits for more records before it sends a batch. */
  @WithDefault("2")
  int lingerMilliseconds();

  /**
   * Secret of the digests of browsers' connections; without it each process draws its own. All
   * replicas need the same.
   */
  Optional<String> connectionKey();

  TimesConfig times();

  /** See {@link OccurrenceTimeRule}. */
  interface TimesConfig {
    /** How far {@code occurredAt} can lie in the future, because clocks differ. */
    @WithDefault("5M")
    Duration ahead();

    /** Age from which {@code occurredAt} gets a warning in the receipt. */
    @WithDefault("730D")
    Duration unusualAge();
  }

  LimitsConfig limits();

  /** See {@link InputLimits}. */
  interface LimitsConfig {
    @WithDefault("4194304")
    long bodyBytes();

    @WithDefault("16777216")
    long decodedBytes();

    @WithDefault("5000")
    int items();

    @WithDefault("921600")
    int itemBytes();

    @WithDefault("40")
    int nesting();

    @WithDefault("400000")
    int textCharacters();

    @WithDefault("1000")
    int messages();
  }
}
