package dev.whetstone.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The AOT caches of the services. A recording is not the same twice, so the cache of unchanged
 * programs is kept and used again: two images of one build then have one digest.
 */
final class AotCaches implements AutoCloseable {
  private final Path work;
  private final Path runtime;
  private @Nullable AotTraining training;

  AotCaches(Path work, Path runtime) {
    this.work = work;
    this.runtime = runtime;
  }

  /** The cache of a service, recorded unless it was recorded of the same files. */
  Path of(ImageRecipe recipe, Path application) throws IOException {
    String key =
        ApplicationFolder.digest(application).substring(0, 16)
            + "-"
            + System.getProperty("java.vm.version").replaceAll("[^A-Za-z0-9.]", "_");
    Path cache = work.resolve("aot").resolve(recipe.name() + "-" + key + ".aot");
    if (!Files.exists(cache)) {
      System.out.printf("  recording the start of %s%n", recipe.name());
      training().record(recipe, application, cache);
      deleteOthers(recipe, cache);
    }
    return cache;
  }

  /** Caches of earlier builds, a hundred megabytes each, are of no more use. */
  private void deleteOthers(ImageRecipe recipe, Path cache) throws IOException {
    Pattern ofRecipe = Pattern.compile(Pattern.quote(recipe.name()) + "-[0-9a-f]{16}-.*");
    List<Path> files;
    try (Stream<Path> all = Files.list(cache.getParent())) {
      files =
          all.filter(file -> ofRecipe.matcher(file.getFileName().toString()).matches()).toList();
    }
    for (Path file : files) {
      if (!file.equals(cache)) {
        Files.delete(file);
      }
    }
  }

  /** The start times without and with the cache, in words; measured once for each cache. */
  String measured(ImageRecipe recipe, Path application, Path cache) throws IOException {
    Path note = cache.resolveSibling(cache.getFileName() + ".txt");
    if (!Files.exists(note)) {
      // From another folder, as in the image, and without a start if the JVM cannot use the cache.
      Path moved = work.resolve("moved").resolve(recipe.name());
      FileTrees.delete(moved);
      FileTrees.copy(application, moved, ImageWriter.MODIFIED);
      Duration without = training().startTime(recipe, moved, List.of());
      Duration with =
          training().startTime(recipe, moved, List.of("-XX:AOTCache=" + cache, "-XX:AOTMode=on"));
      FileTrees.delete(moved);
      Files.writeString(
          note,
          "ready after %s (without AOT cache %s)"
              .formatted(ImagesCommand.seconds(with), ImagesCommand.seconds(without)));
    }
    return "  " + Files.readString(note);
  }

  private AotTraining training() throws IOException {
    AotTraining running = training;
    if (running == null) {
      running = new AotTraining(work.resolve("training"), runtime);
      training = running;
    }
    return running;
  }

  @Override
  public void close() throws IOException {
    AotTraining running = training;
    if (running != null) {
      running.close();
    }
  }
}
