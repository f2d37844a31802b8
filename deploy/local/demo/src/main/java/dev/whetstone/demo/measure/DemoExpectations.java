package dev.whetstone.demo.measure;

import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.RemedyException;

/** What the loop must do; the first one that it does not do ends the demo. */
public final class DemoExpectations {
  private final Terminal terminal;

  public DemoExpectations(Terminal terminal) {
    this.terminal = terminal;
  }

  /**
   * Says that {@code what} holds.
   *
   * @param found what was seen, with its figures
   * @param where to look when it does not hold
   * @throws RemedyException when it does not hold
   */
  public void expect(boolean holds, String what, String found, String where) {
    if (!holds) {
      throw new RemedyException(
          "the demo expected: %s\n  but found: %s".formatted(what, found), "look at: " + where);
    }
    terminal.say("  %s %s: %s", terminal.green("✓"), what, found);
  }
}
