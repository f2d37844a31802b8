package dev.whetstone.images;

import dev.whetstone.client.RemedyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code ./whetstone images}: writes the images as OCI archives, each with its bill of materials.
 */
@Command(
    name = "images",
    mixinStandardHelpOptions = true,
    description = {
      "Writes the container images as OCI archives to .whetstone/images, without a registry and a container engine.",
      "Load one with: ctr -n k8s.io images import FILE, podman load -i FILE, or skopeo copy oci-archive:FILE ..."
    })
public final class ImagesCommand implements Callable<Integer> {
  @Option(names = "--project", hidden = true, required = true)
  private Path project = Path.of(".");

  @Option(names = "--output", description = "Folder of the archives; default: .whetstone/images.")
  private @Nullable Path output;

  @Option(
      names = "--prefix",
      defaultValue = "whetstone.local/whetstone",
      description = "Registry and repository in the images' names; default: ${DEFAULT-VALUE}.")
  private String prefix = "";

  @Option(names = "--tag", defaultValue = "0.1.0", description = "Default: ${DEFAULT-VALUE}.")
  private String tag = "";

  @Option(
      names = "--revision",
      defaultValue = "unknown",
      description = "Commit for the label org.opencontainers.image.revision.")
  private String revision = "";

  @Option(
      names = "--created",
      defaultValue = "2026-11-01T00:00:00Z",
      description = "Time in the images' configuration, the same for equal digests.")
  private Instant created = Instant.EPOCH;

  @Option(
      names = "--aot",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description =
          "Whether services get an AOT cache, recorded by running each once on an embedded Kafka and PostgreSQL. The cache of unchanged programs is used again.")
  private boolean aot;

  @Parameters(arity = "0..*", description = "Images; default: all.")
  private List<String> names = List.of();

  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new ImagesCommand())
            .setExecutionExceptionHandler(
                (e, command, parsed) -> {
                  if (!(e instanceof RemedyException)) {
                    throw e;
                  }
                  command.getErr().println("whetstone: " + e.getMessage());
                  return 1;
                })
            .execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    Path folder = output == null ? project.resolve(".whetstone/images") : output;
    Path work = project.resolve(".whetstone/images-work");
    Files.createDirectories(folder);
    Path runtime = JavaRuntime.at(work.resolve("runtime"));
    var writer = new ImageWriter(work, runtime, labels(), created);
    List<ImageRecipe> recipes = chosen();
    try (var caches = new AotCaches(work, runtime)) {
      for (ImageRecipe recipe : recipes) {
        write(recipe, folder, work, writer, caches);
      }
    }
    return 0;
  }

  private void write(
      ImageRecipe recipe, Path folder, Path work, ImageWriter writer, AotCaches caches)
      throws IOException {
    Path application = ApplicationFolder.stage(recipe, work.resolve("app").resolve(recipe.name()));
    Path cache = aot && recipe.isService() ? caches.of(recipe, application) : null;
    String reference = "%s/%s:%s".formatted(prefix, recipe.name(), tag);
    ImageWriter.Written image =
        writer.write(
            recipe, application, cache, reference, folder.resolve(recipe.name() + ".oci.tar"));
    BillOfMaterials.write(
        folder.resolve(recipe.name() + ".cdx.json"),
        reference,
        tag,
        application,
        HostFiles.of(recipe.shell()));
    String start = cache == null ? "" : caches.measured(recipe, application, cache);
    System.out.printf(
        Locale.ROOT,
        "%-42s %6.1f MB  %s%s%n",
        reference,
        image.bytes() / 1e6,
        image.digest(),
        start);
  }

  private List<ImageRecipe> chosen() {
    List<ImageRecipe> all = ImageRecipe.all(project);
    List<String> known = all.stream().map(ImageRecipe::name).toList();
    List<String> unknown = new ArrayList<>(names);
    unknown.removeAll(known);
    if (!unknown.isEmpty()) {
      throw new RemedyException("there is no image " + unknown, "name some of " + known);
    }
    return all.stream().filter(one -> names.isEmpty() || names.contains(one.name())).toList();
  }

  private Map<String, String> labels() {
    return Map.of(
        "org.opencontainers.image.version",
        tag,
        "org.opencontainers.image.revision",
        revision,
        "org.opencontainers.image.licenses",
        "Apache-2.0",
        "org.opencontainers.image.created",
        created.toString());
  }

  /** Times as people read them. */
  static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
  }
}
