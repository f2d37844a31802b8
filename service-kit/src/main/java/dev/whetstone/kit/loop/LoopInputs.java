package dev.whetstone.kit.loop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.loop.LoopFileException.Fault;
import dev.whetstone.kit.store.Artifact;
import dev.whetstone.kit.store.ArtifactResolver;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.kit.tenant.InputFolders;
import dev.whetstone.kit.tenant.InputRefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The inputs that a loop file names: makes their URIs absolute and pins the digests of those that
 * this version reads. Only files below the tenant's input folders are touched; a device, a
 * directory in a file's place and anything too large is refused without being read.
 */
final class LoopInputs {
  /** Limit for suites and replay sets; a million rows take about 200 MB. */
  static final long MOST_FILE_BYTES = LoopFileReader.MAX_INPUT_BYTES;

  /** A model's directory holds its shards and a few descriptions. */
  static final int MOST_BASE_FILES = 1_000;

  private static final String CONFIG = "config.json";
  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:");
  private static final String BASE_MODEL = "/spec/baseModel";

  private final String file;
  private final @Nullable Path baseDirectory;
  private final String tenant;
  private final InputFolders folders;
  private final ArtifactResolver artifacts;
  private final List<Fault> faults;

  private LoopInputs(
      String file,
      @Nullable Path baseDirectory,
      String tenant,
      InputFolders folders,
      List<Fault> faults) {
    this.file = file;
    this.baseDirectory = baseDirectory;
    this.tenant = tenant;
    this.folders = folders;
    this.artifacts = folders.artifacts();
    this.faults = faults;
  }

  /**
   * @param folders below which the inputs must lie; a path elsewhere is refused without being
   *     touched, so that no answer tells whether anything is there
   */
  static void resolve(
      ObjectNode effective,
      String file,
      @Nullable Path baseDirectory,
      InputFolders folders,
      List<Fault> faults) {
    String tenant = effective.at("/metadata/tenant").asText("");
    LoopInputs inputs = new LoopInputs(file, baseDirectory, tenant, folders, faults);
    if (effective.at(BASE_MODEL) instanceof ObjectNode baseModel) {
      inputs.pinBase(baseModel);
    }
    inputs.pinFiles(effective, "/spec/evaluation/suites");
    inputs.pinFiles(effective, "/spec/training/replay");
  }

  private void pinFiles(ObjectNode effective, String listPointer) {
    JsonNode list = effective.at(listPointer);
    for (int i = 0; i < list.size(); i++) {
      if (list.get(i) instanceof ObjectNode entry) {
        String pointer = listPointer + "/" + i;
        resolve(entry, pointer)
            .ifPresent(
                artifact ->
                    reading(pointer + "/uri", artifact, () -> pinFile(entry, pointer, artifact)));
      }
    }
  }

  private void pinFile(ObjectNode entry, String pointer, Artifact artifact) {
    OptionalLong size = artifact.size();
    if (size.isEmpty()) {
      fault(pointer + "/uri", artifact.toString(), "a readable JSONL file");
    } else if (size.getAsLong() > MOST_FILE_BYTES) {
      fault(
          pointer + "/uri",
          "%s (%d bytes)".formatted(artifact, size.getAsLong()),
          "a JSONL file of at most %d bytes".formatted(MOST_FILE_BYTES));
    } else {
      pin(entry, "sha256", artifact.sha256(), pointer);
    }
  }

  private void pinBase(ObjectNode baseModel) {
    resolve(baseModel, BASE_MODEL)
        .ifPresent(
            artifact -> reading(BASE_MODEL + "/uri", artifact, () -> pinBase(baseModel, artifact)));
  }

  private void pinBase(ObjectNode baseModel, Artifact artifact) throws IOException {
    if (artifact.child(CONFIG).size().isEmpty()
        || artifact.files(MOST_BASE_FILES + 1).size() > MOST_BASE_FILES) {
      fault(
          BASE_MODEL + "/uri",
          artifact.toString(),
          "a directory with %s, safetensors and tokenizer.json, at most %d files"
              .formatted(CONFIG, MOST_BASE_FILES));
      return;
    }
    pin(baseModel, "sha256", artifact.directorySha256(), BASE_MODEL);
    String template = ChatTemplate.in(artifact);
    if (template == null) {
      fault(BASE_MODEL + "/uri", artifact.toString(), ChatTemplate.ALLOWED);
    } else {
      pin(baseModel, "chatTemplateSha256", ContentDigests.sha256(template), BASE_MODEL);
    }
  }

  /** Reads an artifact. */
  @FunctionalInterface
  private interface Reading {
    void run() throws IOException;
  }

  private void reading(String pointer, Artifact artifact, Reading reading) {
    try {
      reading.run();
    } catch (IOException | UncheckedIOException | ObjectStoreException e) {
      fault(
          pointer,
          "%s (%s)".formatted(artifact, e.getMessage()),
          "a file or directory that this service may read");
    }
  }

  private void pin(ObjectNode entry, String field, String actual, String pointer) {
    String declared = entry.path(field).asText("");
    if (!declared.isEmpty() && !declared.equals(actual)) {
      fault(
          pointer + "/" + field,
          declared,
          actual + ", the digest of the present content, or no digest");
    }
    entry.put(field, actual);
  }

  /** What an entry's {@code uri} names; empty where this version does not read its scheme. */
  private Optional<Artifact> resolve(ObjectNode entry, String pointer) {
    String text = entry.path("uri").asText("");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      Optional<Artifact> artifact = find(text, pointer);
      artifact.ifPresent(found -> entry.put("uri", found.uri().toString()));
      return artifact.map(found -> admitted(found, pointer));
    } catch (InputRefusedException e) {
      fault(pointer + "/uri", text, String.valueOf(e.getMessage()));
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      fault(
          pointer + "/uri",
          text,
          "a URI, for example %s: %s".formatted(artifacts.forms(), e.getMessage()));
      return Optional.empty();
    }
  }

  /** The artifact at the place where it really lies, so that what is read is what was checked. */
  private Artifact admitted(Artifact artifact, String pointer) {
    if (!"file".equals(artifact.uri().getScheme())) {
      Optional<Path> unused = folders.require(tenant, artifact.uri());
      return artifact;
    }
    Path path = Path.of(artifact.uri());
    return artifacts.local(
        pointer.equals(BASE_MODEL)
            ? folders.requireDirectory(tenant, path, MOST_BASE_FILES)
            : folders.require(tenant, path));
  }

  private Optional<Artifact> find(String text, String pointer) {
    if (SCHEME.matcher(text).lookingAt()) {
      return artifacts.find(URI.create(text));
    }
    if (baseDirectory == null) {
      fault(pointer + "/uri", text, "an absolute URI, for example " + artifacts.forms());
      return Optional.empty();
    }
    return Optional.of(artifacts.local(baseDirectory.resolve(text)));
  }

  private void fault(String pointer, String value, String allowed) {
    faults.add(new Fault(file, pointer, value, allowed));
  }
}
