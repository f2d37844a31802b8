package dev.whetstone.cli.command;

import dev.whetstone.client.RemedyException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Listed for its help; the script itself runs the tests, because they build this program. */
@Command(name = "test", description = "Run every test: Java modules, the whole loop, the worker.")
final class TestCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    throw new RemedyException(
        "the tests are run by the script", "call ./whetstone test in the checkout's root");
  }
}
