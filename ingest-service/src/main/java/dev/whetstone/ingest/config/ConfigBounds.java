package dev.whetstone.ingest.config;

import java.time.Duration;

/** Bounds of the settings. Outside them the service would fail later, with every request. */
public final class ConfigBounds {
  /** Kafka's producer accepts records up to 1 MiB, including key and headers. */
  private static final int MOST_ITEM_BYTES = 1_000_000;

  private static final Duration SHORTEST = Duration.ofMillis(100);
  private static final Duration LONGEST_ACKNOWLEDGEMENT = Duration.ofMinutes(1);
  private static final Duration LONGEST_BODY = Duration.ofHours(1);

  private static final Duration LONGEST_AHEAD = Duration.ofDays(1);
  private static final Duration LONGEST_AGE = Duration.ofDays(36_500);

  private ConfigBounds() {}

  /**
   * Returns its argument.
   *
   * @throws IllegalArgumentException naming the first setting that is out of its bounds
   */
  public static IngestConfig check(IngestConfig config) {
    within("acknowledge-within", config.acknowledgeWithin(), SHORTEST, LONGEST_ACKNOWLEDGEMENT);
    within("read-within", config.readWithin(), SHORTEST, LONGEST_BODY);
    within("times.ahead", config.times().ahead(), Duration.ZERO, LONGEST_AHEAD);
    within("times.unusual-age", config.times().unusualAge(), SHORTEST, LONGEST_AGE);
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
