package dev.whetstone.cli.command;

import dev.whetstone.client.RemedyException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Listed in the help only: the script runs the tests, because they build this program. */
@Command(name = "test", description = "Run all tests: Java modules, the whole loop, the worker.")
final class TestCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    throw new RemedyException(
        "only the script runs the tests", "run ./whetstone test in the root of the checkout");
  }
}
