package dev.whetstone.bench;

import dev.whetstone.cli.command.CommandProvider;

/** Adds {@code ./whetstone bench}. */
public final class BenchCommandProvider implements CommandProvider {
  @Override
  public Object command() {
    return new BenchCommand();
  }
}
