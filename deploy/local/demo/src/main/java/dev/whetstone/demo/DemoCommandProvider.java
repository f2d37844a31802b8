package dev.whetstone.demo;

import dev.whetstone.cli.command.CommandProvider;

/** Adds {@code ./whetstone demo}. */
public final class DemoCommandProvider implements CommandProvider {
  @Override
  public Object command() {
    return new DemoCommand();
  }
}
