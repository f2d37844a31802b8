package dev.whetstone.kit.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A label and what its values are. Every kind is bounded.
 *
 * @param values all values of a closed set; empty for the other kinds
 * @param most how many values the label can have besides {@link #OTHER}; 0 for {@link Kind#LOOP},
 *     which {@link MetricsConfig} bounds
 */
public record LabelDescription(String name, Kind kind, List<String> values, int most) {
  /** The value that stands for everything beyond the bound. */
  public static final String OTHER = "other";

  public LabelDescription {
    values = List.copyOf(values);
  }

  /** Where the values come from. */
  public enum Kind {
    /** A set that is known when the service starts. */
    CLOSED,
    /** Codes that are constants of the program; the bound is a number. */
    CODE,
    /** A loop's key, {@code tenant/loop}. */
    LOOP
  }

  /** A closed set of values. */
  public static LabelDescription oneOf(String name, String... values) {
    return new LabelDescription(name, Kind.CLOSED, List.of(values), values.length);
  }

  /** The constants of an enum in lower case. */
  public static <E extends Enum<E>> LabelDescription oneOf(String name, Class<E> constants) {
    return oneOf(
        name,
        Arrays.stream(constants.getEnumConstants())
            .map(LabelDescription::value)
            .toArray(String[]::new));
  }

  /**
   * Codes of the program, such as reasons; those that come after {@code most} are {@link #OTHER}.
   */
  public static LabelDescription code(String name, int most) {
    return new LabelDescription(name, Kind.CODE, List.of(), most);
  }

  /** The loop. */
  public static LabelDescription loop() {
    return new LabelDescription("loop", Kind.LOOP, List.of(), 0);
  }

  /** The value of an enum's constant. */
  public static String value(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
