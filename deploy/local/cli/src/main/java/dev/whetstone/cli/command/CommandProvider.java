package dev.whetstone.cli.command;

/**
 * Adds a command to {@code ./whetstone} from another module, listed before the built-in ones.
 * Implementations are named in {@code META-INF/services}.
 */
public interface CommandProvider {
  /** A new instance of a class annotated with picocli's {@code @Command}. */
  Object command();
}
