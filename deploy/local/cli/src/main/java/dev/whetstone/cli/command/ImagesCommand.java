package dev.whetstone.cli.command;

import dev.whetstone.client.RemedyException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Listed in the help only: the script writes the images, because it builds their programs. */
@Command(name = "images", description = "Write the container images as OCI archives.")
final class ImagesCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    throw new RemedyException(
        "only the script writes the images", "run ./whetstone images in the root of the checkout");
  }
}
