package dev.whetstone.cli.stack;

import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.client.api.StackPorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.IntSummaryStatistics;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * By how much the ports of {@code ./whetstone} are shifted. It is remembered while the stack runs,
 * so that {@code status}, {@code why} and all others find what {@code up} has started.
 */
public final class PortOffset {
  /** The environment variable that sets it. */
  public static final String VARIABLE = "WHETSTONE_PORT_OFFSET";

  private static final int LEAST_PORT = 1024;
  private static final int MOST_PORT = 65_535;

  private PortOffset() {}

  /**
   * The offset to work with.
   *
   * @param asked the value of {@link #VARIABLE}, if it is set; else the remembered one counts
   * @throws RemedyException when it is no number, or a port would be none that anybody may use
   */
  public static int of(StackHome home, @Nullable String asked) {
    if (asked == null || asked.isBlank()) {
      return remembered(home).orElse(0);
    }
    try {
      return checked(Integer.parseInt(asked.strip()));
    } catch (NumberFormatException e) {
      throw new RemedyException(
          VARIABLE + " is '" + asked + "'", "set it to a whole number such as 1000", e);
    }
  }

  private static int checked(int offset) {
    IntSummaryStatistics ports =
        StackComponent.all().stream()
            .flatMap(component -> StackPorts.standard().of(component).keySet().stream())
            .mapToInt(Integer::intValue)
            .summaryStatistics();
    int least = LEAST_PORT - ports.getMin();
    int most = MOST_PORT - ports.getMax();
    if (offset < least || offset > most) {
      throw new RemedyException(
          "%s is %d, and not every port of the stack would lie in %d to %d"
              .formatted(VARIABLE, offset, LEAST_PORT, MOST_PORT),
          "set it to a number from %d to %d, such as 1000".formatted(least, most));
    }
    return offset;
  }

  /**
   * Remembers the offset of a stack that is started now.
   *
   * @throws RemedyException when it runs already with another one
   */
  static void remember(StackOptions options, boolean runs) {
    int offset = options.ports().kafka() - StackPorts.standard().kafka();
    int before = remembered(options.home()).orElse(0);
    if (runs && offset != before) {
      throw new RemedyException(
          "the stack runs already, with %s=%d".formatted(VARIABLE, before),
          "leave the variable away to go on with it, or end it first: ./whetstone down");
    }
    try {
      Files.writeString(options.home().portOffset(), Integer.toString(offset));
    } catch (IOException e) {
      throw new RemedyException(
          "cannot write " + options.home().portOffset() + ": " + e.getMessage(),
          "free space or give write access",
          e);
    }
  }

  private static Optional<Integer> remembered(StackHome home) {
    Path file = home.portOffset();
    try {
      return Files.exists(file)
          ? Optional.of(Integer.parseInt(Files.readString(file).strip()))
          : Optional.empty();
    } catch (IOException | NumberFormatException e) {
      throw new RemedyException(
          "cannot read " + file + ": " + e.getMessage(), "delete it, or set " + VARIABLE, e);
    }
  }
}
