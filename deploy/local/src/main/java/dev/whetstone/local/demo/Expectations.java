package dev.whetstone.local.demo;

import dev.whetstone.local.stack.StackException;
import dev.whetstone.local.terminal.Terminal;

/** What the loop must do; the first one that it does not do ends the demo. */
final class Expectations {
  private final Terminal terminal;

  Expectations(Terminal terminal) {
    this.terminal = terminal;
  }

  /**
   * Says that {@code what} holds.
   *
   * @param found what was seen, with its figures
   * @param where to look when it does not hold
   * @throws StackException when it does not hold
   */
  void expect(boolean holds, String what, String found, String where) {
    if (!holds) {
      throw new StackException(
          "the demo expected: %s\n  but found: %s".formatted(what, found), "look at: " + where);
    }
    terminal.say("  %s %s: %s", terminal.green("✓"), what, found);
  }
}
