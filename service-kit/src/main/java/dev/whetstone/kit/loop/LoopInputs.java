package dev.whetstone.kit.loop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.loop.LoopFileException.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a loop file points at: makes URIs absolute and pins what lies in files. Whoever may declare
 * a loop names files on the service's machine; what is no plain input is refused unread.
 */
final class LoopInputs {
  /** Suites and replay sets are read whole; a million rows are some 200 MB. */
  static final long MOST_FILE_BYTES = 256L << 20;

  /** A model's folder holds its shards and a few descriptions. */
  static final int MOST_BASE_FILES = 1_000;

  private static final String CONFIG = "config.json";
  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:");
  private static final String BASE_MODEL = "/spec/baseModel";

  private final String file;
  private final @Nullable Path baseDirectory;
  private final List<Fault> faults;

  private LoopInputs(String file, @Nullable Path baseDirectory, List<Fault> faults) {
    this.file = file;
    this.baseDirectory = baseDirectory;
    this.faults = faults;
  }

  static void resolve(
      ObjectNode effective, String file, @Nullable Path baseDirectory, List<Fault> faults) {
    LoopInputs inputs = new LoopInputs(file, baseDirectory, faults);
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
        Path path = resolve(entry, pointer);
        if (path != null) {
          reading(pointer + "/uri", path, () -> pinFile(entry, pointer, path));
        }
      }
    }
  }

  private void pinFile(ObjectNode entry, String pointer, Path path) throws IOException {
    if (!Files.isReadable(path) || !Files.isRegularFile(path)) {
      fault(pointer + "/uri", path.toString(), "a readable JSONL file");
    } else if (Files.size(path) > MOST_FILE_BYTES) {
      fault(
          pointer + "/uri",
          "%s (%d bytes)".formatted(path, Files.size(path)),
          "a JSONL file of at most %d bytes".formatted(MOST_FILE_BYTES));
    } else {
      pin(entry, "sha256", ContentDigests.sha256(path), pointer);
    }
  }

  private void pinBase(ObjectNode baseModel) {
    Path directory = resolve(baseModel, BASE_MODEL);
    if (directory != null) {
      reading(BASE_MODEL + "/uri", directory, () -> pinBase(baseModel, directory));
    }
  }

  private void pinBase(ObjectNode baseModel, Path directory) throws IOException {
    if (!Files.isRegularFile(directory.resolve(CONFIG)) || hasTooManyFiles(directory)) {
      fault(
          BASE_MODEL + "/uri",
          directory.toString(),
          "a directory with %s, safetensors and tokenizer.json, at most %d files"
              .formatted(CONFIG, MOST_BASE_FILES));
      return;
    }
    pin(baseModel, "sha256", ContentDigests.directory(directory), BASE_MODEL);
    String template = ChatTemplate.in(directory);
    if (template == null) {
      fault(BASE_MODEL + "/uri", directory.toString(), ChatTemplate.ALLOWED);
    } else {
      pin(baseModel, "chatTemplateSha256", ContentDigests.sha256(template), BASE_MODEL);
    }
  }

  private static boolean hasTooManyFiles(Path directory) throws IOException {
    try (Stream<Path> walk = Files.walk(directory)) {
      return walk.limit(MOST_BASE_FILES + 1L).count() > MOST_BASE_FILES;
    }
  }

  /** Reads what lies at a path. */
  @FunctionalInterface
  private interface Reading {
    void run() throws IOException;
  }

  private void reading(String pointer, Path path, Reading reading) {
    try {
      reading.run();
    } catch (IOException | UncheckedIOException e) {
      fault(
          pointer,
          "%s (%s)".formatted(path, e.getMessage()),
          "something that this service may read");
    }
  }

  private void pin(ObjectNode entry, String field, String actual, String pointer) {
    String declared = entry.path(field).asText("");
    if (!declared.isEmpty() && !declared.equals(actual)) {
      fault(
          pointer + "/" + field,
          declared,
          actual + ", the digest of what lies there now, or nothing");
    }
    entry.put(field, actual);
  }

  /** The local path that an entry's {@code uri} names, or null when it is not a local one. */
  private @Nullable Path resolve(ObjectNode entry, String pointer) {
    String text = entry.path("uri").asText("");
    if (text.isEmpty()) {
      return null;
    }
    try {
      Path path = path(text, pointer);
      if (path != null) {
        // One spelling for everyone who reads it: file:///, percent-encoded.
        entry.put("uri", uriOf(path));
      }
      return path;
    } catch (IllegalArgumentException e) {
      fault(pointer + "/uri", text, "a URI, for example file:///folder/file: " + e.getMessage());
      return null;
    }
  }

  private @Nullable Path path(String text, String pointer) {
    if (SCHEME.matcher(text).lookingAt()) {
      URI uri = URI.create(text);
      return "file".equalsIgnoreCase(uri.getScheme()) ? pathOf(uri) : null;
    }
    if (baseDirectory == null) {
      fault(pointer + "/uri", text, "an absolute URI (file://, s3://, hf://)");
      return null;
    }
    return baseDirectory.resolve(text).toAbsolutePath().normalize();
  }

  private static Path pathOf(URI uri) {
    String path = uri.getRawPath();
    String host = uri.getRawAuthority();
    if (path == null || path.isEmpty() || !(host == null || host.equals("localhost"))) {
      throw new IllegalArgumentException("file:// is followed by an absolute path");
    }
    StringBuilder ascii = new StringBuilder("file://");
    for (byte each : path.getBytes(StandardCharsets.UTF_8)) {
      ascii.append(each < 0 ? "%%%02X".formatted(each) : (char) each);
    }
    return Path.of(URI.create(ascii.toString()));
  }

  private static String uriOf(Path path) {
    String uri = "file://" + path.toUri().getRawPath();
    return uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri;
  }

  private void fault(String pointer, String value, String allowed) {
    faults.add(new Fault(file, pointer, value, allowed));
  }
}
