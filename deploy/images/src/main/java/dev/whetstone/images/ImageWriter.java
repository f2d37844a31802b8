package dev.whetstone.images;

import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainer;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import com.google.cloud.tools.jib.api.buildplan.Platform;
import com.google.cloud.tools.jib.api.buildplan.Port;
import dev.whetstone.client.RemedyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes an image as an OCI archive. Its digest depends on the content of the files only: entries
 * are sorted and have one modification time.
 */
final class ImageWriter {
  /** Of every file in every image. */
  static final Instant MODIFIED = Instant.ofEpochSecond(1);

  static final String USER = "65532";
  private static final FilePermissions PROGRAM = FilePermissions.fromOctalString("755");
  private static final FilePermissions DATA = FilePermissions.fromOctalString("644");
  private static final String CACHE = ImageRecipe.APPLICATION + "/app.aot";
  private final Path work;
  private final Path runtime;
  private final Map<String, String> labels;
  private final Instant created;

  /**
   * @param work for Jib's cache and files that are made for the images
   * @param created the time in the images' configuration
   */
  ImageWriter(Path work, Path runtime, Map<String, String> labels, Instant created) {
    this.work = work;
    this.runtime = runtime;
    this.labels = Map.copyOf(labels);
    this.created = created;
  }

  /**
   * An image that was written.
   *
   * @param digest of its manifest
   */
  record Written(Path archive, String digest, long bytes) {}

  /**
   * @param application folder with the files of {@code /app}
   * @param aotCache file of the AOT cache; null for none
   */
  Written write(
      ImageRecipe recipe,
      Path application,
      @Nullable Path aotCache,
      String reference,
      Path archive) {
    try {
      Files.createDirectories(archive.toAbsolutePath().getParent());
      List<FileEntriesLayer> layers = new ArrayList<>(List.of(system(recipe.shell()), java()));
      layers.addAll(application(application));
      if (aotCache != null) {
        layers.add(
            FileEntriesLayer.builder()
                .setName("aot-cache")
                .addEntry(aotCache, AbsoluteUnixPath.get(CACHE), DATA, MODIFIED)
                .build());
      }
      List<String> aot = aotCache == null ? List.of() : List.of("-XX:AOTCache=" + CACHE);
      JibContainer image =
          Jib.fromScratch()
              .setFormat(ImageFormat.OCI)
              .setPlatforms(Set.of(new Platform(HostFiles.architecture(), "linux")))
              .setFileEntriesLayers(layers)
              .setEntrypoint(recipe.entrypoint(JavaRuntime.PLACE + "/bin/java", aot))
              .setEnvironment(recipe.environment())
              .setUser(USER + ":" + USER)
              .setWorkingDirectory(AbsoluteUnixPath.get("/tmp"))
              .setExposedPorts(recipe.ports().stream().map(Port::tcp).collect(Collectors.toSet()))
              .setLabels(labels(recipe))
              .setCreationTime(created)
              .containerize(
                  Containerizer.to(TarImage.at(archive).named(reference))
                      .setOfflineMode(true)
                      .setToolName("whetstone")
                      .setApplicationLayersCache(work.resolve("layers"))
                      .setBaseImageLayersCache(work.resolve("layers")));
      return new Written(archive, image.getDigest().toString(), Files.size(archive));
    } catch (IOException | InvalidImageReferenceException | ExecutionException e) {
      throw new RemedyException(
          "cannot write the image %s to %s: %s".formatted(reference, archive, e.getMessage()),
          "free disk space or grant write access");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RemedyException("interrupted while writing " + reference, "run it again");
    } catch (com.google.cloud.tools.jib.api.RegistryException
        | com.google.cloud.tools.jib.api.CacheDirectoryCreationException e) {
      throw new RemedyException(
          "cannot write the image %s: %s".formatted(reference, e.getMessage()),
          "grant write access to " + work);
    }
  }

  private Map<String, String> labels(ImageRecipe recipe) {
    var all = new java.util.TreeMap<>(labels);
    all.put("org.opencontainers.image.title", "whetstone " + recipe.name());
    return all;
  }

  /** The C library, and what looks up the name of the user. */
  private FileEntriesLayer system(boolean shell) throws IOException {
    var layer = FileEntriesLayer.builder().setName("system");
    HostFiles.of(shell)
        .forEach(
            (place, file) -> layer.addEntry(file, AbsoluteUnixPath.get(place), PROGRAM, MODIFIED));
    Path etc = Files.createDirectories(work.resolve("etc"));
    text(layer, etc, "passwd", "root:x:0:0::/:/none\nwhetstone:x:%1$s:%1$s::/tmp:/none\n");
    text(layer, etc, "group", "root:x:0:\nwhetstone:x:%1$s:\n");
    text(layer, etc, "nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n");
    Path empty = Files.createDirectories(work.resolve("empty"));
    layer.addEntry(
        empty, AbsoluteUnixPath.get("/tmp"), FilePermissions.fromOctalString("777"), MODIFIED);
    return layer.build();
  }

  private static void text(FileEntriesLayer.Builder layer, Path etc, String name, String text)
      throws IOException {
    Path file = Files.writeString(etc.resolve(name), text.formatted(USER));
    layer.addEntry(file, AbsoluteUnixPath.get("/etc/" + name), DATA, MODIFIED);
  }

  private FileEntriesLayer java() throws IOException {
    var layer = FileEntriesLayer.builder().setName("java");
    for (Path file : FileTrees.files(runtime)) {
      layer.addEntry(
          file,
          AbsoluteUnixPath.get(JavaRuntime.PLACE + "/" + runtime.relativize(file)),
          Files.isExecutable(file) ? PROGRAM : DATA,
          MODIFIED);
    }
    return layer.build();
  }

  /** Libraries that rarely change in a layer of their own. */
  private static List<FileEntriesLayer> application(Path folder) throws IOException {
    var libraries = FileEntriesLayer.builder().setName("libraries");
    var program = FileEntriesLayer.builder().setName("application");
    for (Path file : FileTrees.files(folder)) {
      String name = folder.relativize(file).toString();
      boolean own =
          !name.endsWith(".jar")
              || name.contains("whetstone")
              || name.contains("quarkus-run")
              || name.contains("generated-bytecode")
              || name.contains("transformed-bytecode");
      (own ? program : libraries)
          .addEntry(
              file, AbsoluteUnixPath.get(ImageRecipe.APPLICATION + "/" + name), DATA, MODIFIED);
    }
    return List.of(libraries.build(), program.build());
  }
}
