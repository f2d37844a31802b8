package dev.whetstone.testing.server;

import java.nio.file.Files;
import java.nio.file.Path;

/** Folders of the checkout that the test runs in. */
public final class ProjectFolder {
  private ProjectFolder() {}

  /** A path inside the checkout, absolute. */
  public static Path of(String relative) {
    Path folder = Path.of("").toAbsolutePath();
    while (folder != null && !Files.exists(folder.resolve("mvnw"))) {
      folder = folder.getParent();
    }
    if (folder == null) {
      throw new IllegalStateException("no folder above contains mvnw");
    }
    return folder.resolve(relative);
  }
}
