package dev.whetstone.eval.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.LoopDeclaration;
import dev.whetstone.kit.loop.LoopFileException;
import dev.whetstone.kit.loop.LoopFileReader;
import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.store.ArtifactResolver;
import dev.whetstone.kit.tenant.TenantLimits;
import dev.whetstone.kit.work.ReconcileLoop;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Declares the loops of a mounted folder, and declares them again when a file or an input that it
 * pins has changed. With a broken file the last good revision stays in force, and the loop's status
 * names the file until it is fixed or removed.
 */
@ApplicationScoped
public class LoopFolder {
  private static final Logger LOG = Logger.getLogger(LoopFolder.class);
  private static final YAMLMapper YAML = new YAMLMapper();
  private final Sql sql;
  private final LoopRegistry registry;
  private final TenantLimits limits;
  private final PinnedInputState inputState;
  private final Optional<Path> folder;
  private final ReconcileLoop reconciling = new ReconcileLoop("loops-folder", LOG);

  public LoopFolder(
      Sql sql,
      LoopRegistry registry,
      TenantLimits limits,
      ArtifactResolver artifacts,
      Clock clock,
      @ConfigProperty(name = "whetstone.loops.folder") Optional<Path> folder) {
    this.sql = sql;
    this.registry = registry;
    this.limits = limits;
    this.inputState = new PinnedInputState(artifacts, clock);
    this.folder = folder;
  }

  /** A file that does not declare a valid loop, and its faults. */
  public record BrokenFile(String file, String faults) {}

  @Scheduled(
      every = "${whetstone.eval.folder-every}",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  @RunOnVirtualThread
  void pass() {
    folder.ifPresent(directory -> reconciling.pass(() -> scan(directory)));
  }

  void stop(@Observes ShutdownEvent shutdown) {
    reconciling.stop();
  }

  /** Scans a folder once. */
  void scan(Path directory) {
    List<Path> loopFiles = loopFiles(directory);
    for (Path file : loopFiles) {
      reconciling.step(
          String.valueOf(file),
          () -> {
            declare(file);
            return false;
          });
    }
    deleteOthers(loopFiles);
  }

  private static List<Path> loopFiles(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(LoopFolder::isLoopFile).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list the loops folder " + directory, e);
    }
  }

  /** Broken files that last declared this loop, or name it. */
  public List<BrokenFile> broken(LoopId loop) {
    return sql.query(
        "select file, faults from loop_file"
            + " where tenant = ? and loop = ? and faults is not null order by file",
        row -> new BrokenFile(row.getString(1), row.getString(2)),
        loop.tenant(),
        loop.loop());
  }

  /**
   * The newest revision of a loop.
   *
   * @throws ProblemException 404 {@code unknown-loop}, with the faults of its file if there is one
   */
  public DeclaredLoop require(LoopId loop) {
    Optional<DeclaredLoop> declared = registry.current(loop);
    if (declared.isEmpty()) {
      broken(loop).stream()
          .findFirst()
          .ifPresent(
              file -> {
                throw new ProblemException(
                    HttpProblems.notFound(
                        "unknown-loop",
                        "loop '%s' is not declared: its file is invalid: %s"
                            .formatted(loop.loop(), file.faults()),
                        "fix " + file.file() + "; the service reads it again automatically"));
              });
    }
    return registry.require(loop);
  }

  /**
   * @throws ProblemException 409 {@code declared-by-a-file} if a file of the folder declares the
   *     loop, since the next scan of a changed file would declare it again
   */
  public void requireNoFile(LoopId loop) {
    sql.first(
            "select file from loop_file where tenant = ? and loop = ? order by file limit 1",
            row -> row.getString(1),
            loop.tenant(),
            loop.loop())
        .ifPresent(
            file -> {
              throw new ProblemException(
                  HttpProblems.conflict(
                      "declared-by-a-file",
                      "loop '%s' is declared by the file %s".formatted(loop.loop(), file),
                      "remove the file from the loops folder and send the request again"));
            });
  }

  private void declare(Path file) {
    try {
      byte[] content = Files.readAllBytes(file);
      String name = file.getFileName().toString();
      String digest = ContentDigests.sha256(content);
      if (!isNew(name, digest)) {
        return;
      }
      try {
        LoopDeclaration declaration =
            LoopFileReader.read(content, name, file.toAbsolutePath().getParent(), limits);
        registry.declare(declaration, "file " + name);
        LoopId loop = declaration.spec().id();
        record(name, digest, loop, inputState.of(declaration.spec()), null);
      } catch (LoopFileException e) {
        record(name, digest, namedLoop(content), Map.of(), e.getMessage());
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the loop file " + file, e);
    }
  }

  /** The loop that a broken file names, if that can be read. */
  private static @Nullable LoopId namedLoop(byte[] content) {
    try {
      JsonNode metadata = YAML.readTree(content).path("metadata");
      return new LoopId(metadata.path("tenant").asText(), metadata.path("name").asText());
    } catch (IOException | IllegalArgumentException e) {
      return null;
    }
  }

  private boolean isNew(String name, String digest) {
    return sql.first(
            "select inputs from loop_file"
                + " where file = ? and content_sha256 = ? and faults is null",
            row -> row.getString(1) == null || inputState.differ(inputs(row.getString(1))),
            name,
            digest)
        .orElse(true);
  }

  private static Map<String, String> inputs(String json) {
    Map<String, String> inputs = new TreeMap<>();
    Json.read(json, JsonNode.class)
        .properties()
        .forEach(input -> inputs.put(input.getKey(), input.getValue().asText()));
    return inputs;
  }

  /** Deletes the records of files that were removed; the loops that they declared stay. */
  private void deleteOthers(List<Path> files) {
    sql.updateInNewTransaction(
        "delete from loop_file where file <> all(?)",
        files.stream().map(file -> file.getFileName().toString()).toList());
  }

  private void record(
      String name,
      String digest,
      @Nullable LoopId loop,
      Map<String, String> inputs,
      @Nullable String faults) {
    sql.updateInNewTransaction(
        """
        insert into loop_file (file, content_sha256, tenant, loop, inputs, faults)
        values (?, ?, ?, ?, ?, ?)
        on conflict (file) do update set content_sha256 = excluded.content_sha256,
          tenant = case when excluded.faults is null then excluded.tenant
            else coalesce(loop_file.tenant, excluded.tenant) end,
          loop = case when excluded.faults is null then excluded.loop
            else coalesce(loop_file.loop, excluded.loop) end,
          inputs = excluded.inputs,
          faults = excluded.faults
        """,
        name,
        digest,
        loop == null ? null : loop.tenant(),
        loop == null ? null : loop.loop(),
        Json.text(inputs),
        faults);
  }

  private static boolean isLoopFile(Path file) {
    String name = file.getFileName().toString();
    return !name.startsWith(".")
        && (name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json"));
  }
}
