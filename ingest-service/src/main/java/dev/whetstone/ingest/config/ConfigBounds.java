package dev.whetstone.ingest.config;

import java.time.Duration;

/** What settings may be; past it the service would only fail later, and for every request. */
public final class ConfigBounds {
  /** Kafka's producer takes records of 1 MiB; key and headers come on top of the item. */
  private static final int MOST_ITEM_BYTES = 1_000_000;

  private static final Duration SHORTEST = Duration.ofMillis(100);
  private static final Duration LONGEST_ACKNOWLEDGEMENT = Duration.ofMinutes(1);
  private static final Duration LONGEST_BODY = Duration.ofHours(1);

  private ConfigBounds() {}

  /**
   * Answers what it was given.
   *
   * @throws IllegalArgumentException naming the first setting that is out of its bounds
   */
  public static IngestConfig check(IngestConfig config) {
    within("acknowledge-within", config.acknowledgeWithin(), SHORTEST, LONGEST_ACKNOWLEDGEMENT);
    within("read-within", config.readWithin(), SHORTEST, LONGEST_BODY);
    within("limits.item-bytes", config.limits().itemBytes(), 1, MOST_ITEM_BYTES);
    return config;
  }

  private static <T extends Comparable<T>> void within(String name, T value, T least, T most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          "whetstone.ingest.%s is %s; set it to %s to %s".formatted(name, value, least, most));
    }
  }
}
