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
 * The offset of the ports of {@code ./whetstone}. It is stored while the stack runs, so that {@code
 * status}, {@code why} and the other commands find the stack that {@code up} started.
 */
public final class PortOffset {
  /** The environment variable that sets it. */
  public static final String VARIABLE = "WHETSTONE_PORT_OFFSET";

  private static final int MIN_PORT = 1024;
  private static final int MAX_PORT = 65_535;

  private PortOffset() {}

  /**
   * The offset to use.
   *
   * @param requested the value of {@link #VARIABLE}; if unset, the stored offset applies
   * @throws RemedyException when it is not a number, or a port would be outside the unprivileged
   *     range
   */
  public static int of(StackHome home, @Nullable String requested) {
    if (requested == null || requested.isBlank()) {
      return remembered(home).orElse(0);
    }
    try {
      return checked(Integer.parseInt(requested.strip()));
    } catch (NumberFormatException e) {
      throw new RemedyException(
          VARIABLE + " is '" + requested + "'", "set it to an integer such as 1000", e);
    }
  }

  private static int checked(int offset) {
    IntSummaryStatistics ports =
        StackComponent.all().stream()
            .flatMap(component -> StackPorts.standard().of(component).keySet().stream())
            .mapToInt(Integer::intValue)
            .summaryStatistics();
    int lowest = MIN_PORT - ports.getMin();
    int highest = MAX_PORT - ports.getMax();
    if (offset < lowest || offset > highest) {
      throw new RemedyException(
          "%s is %d, but then not every port of the stack is between %d and %d"
              .formatted(VARIABLE, offset, MIN_PORT, MAX_PORT),
          "set it to a number from %d to %d, such as 1000".formatted(lowest, highest));
    }
    return offset;
  }

  /**
   * Stores the offset of a stack that is being started.
   *
   * @throws RemedyException when it is already running with another offset
   */
  static void remember(StackOptions options, boolean runs) {
    int offset = options.ports().kafka() - StackPorts.standard().kafka();
    int before = remembered(options.home()).orElse(0);
    if (runs && offset != before) {
      throw new RemedyException(
          "the stack is already running with %s=%d".formatted(VARIABLE, before),
          "unset the variable to use that stack, or stop it first: ./whetstone down");
    }
    try {
      Files.writeString(options.home().portOffset(), Integer.toString(offset));
    } catch (IOException e) {
      throw new RemedyException(
          "cannot write " + options.home().portOffset() + ": " + e.getMessage(),
          "free disk space or grant write access",
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
