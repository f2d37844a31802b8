package dev.whetstone.demo.measure;

import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.RemedyException;

/** The checks of the demo; the first one that fails ends the demo. */
public final class DemoExpectations {
  private final Terminal terminal;

  public DemoExpectations(Terminal terminal) {
    this.terminal = terminal;
  }

  /**
   * Prints that {@code what} holds.
   *
   * @param found the observed result with its figures
   * @param where where to look if it does not hold
   * @throws RemedyException if it does not hold
   */
  public void expect(boolean holds, String what, String found, String where) {
    if (!holds) {
      throw new RemedyException(
          "the demo expected: %s\n  but found: %s".formatted(what, found), "see " + where);
    }
    terminal.print("  %s %s: %s", terminal.green("✓"), what, found);
  }
}
