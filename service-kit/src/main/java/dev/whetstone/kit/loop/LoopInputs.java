package dev.whetstone.kit.loop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.kit.json.Digests;
import dev.whetstone.kit.loop.LoopFileException.Fault;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a loop file points at: makes relative URIs absolute and pins what lies in files. */
final class LoopInputs {
  private LoopInputs() {}

  static void resolve(
      ObjectNode effective, String file, @Nullable Path baseDirectory, List<Fault> faults) {
    if (effective.at("/spec/baseModel") instanceof ObjectNode baseModel) {
      Path directory = resolve(baseModel, "/spec/baseModel", file, baseDirectory, faults);
      if (directory != null) {
        pinDirectory(baseModel, directory, file, faults);
      }
    }
    pinFiles(effective, "/spec/evaluation/suites", file, baseDirectory, faults);
    pinFiles(effective, "/spec/training/replay", file, baseDirectory, faults);
  }

  private static void pinFiles(
      ObjectNode effective,
      String listPointer,
      String file,
      @Nullable Path baseDirectory,
      List<Fault> faults) {
    JsonNode list = effective.at(listPointer);
    for (int i = 0; i < list.size(); i++) {
      if (list.get(i) instanceof ObjectNode entry) {
        String pointer = listPointer + "/" + i;
        Path path = resolve(entry, pointer, file, baseDirectory, faults);
        if (path == null) {
          continue;
        }
        if (!Files.isReadable(path) || Files.isDirectory(path)) {
          faults.add(new Fault(file, pointer + "/uri", path.toString(), "a readable JSONL file"));
          continue;
        }
        pin(entry, "sha256", Digests.sha256(path), pointer, file, faults);
      }
    }
  }

  private static void pinDirectory(
      ObjectNode baseModel, Path directory, String file, List<Fault> faults) {
    if (!Files.isDirectory(directory)) {
      faults.add(
          new Fault(
              file,
              "/spec/baseModel/uri",
              directory.toString(),
              "a directory with config.json, safetensors and tokenizer.json"));
      return;
    }
    pin(baseModel, "sha256", Digests.directory(directory), "/spec/baseModel", file, faults);
    Path template = directory.resolve("chat_template.jinja");
    if (Files.isReadable(template)) {
      pin(
          baseModel,
          "chatTemplateSha256",
          Digests.sha256(template),
          "/spec/baseModel",
          file,
          faults);
    }
  }

  private static void pin(
      ObjectNode entry,
      String field,
      String actual,
      String pointer,
      String file,
      List<Fault> faults) {
    String declared = entry.path(field).asText("");
    if (!declared.isEmpty() && !declared.equals(actual)) {
      faults.add(
          new Fault(
              file,
              pointer + "/" + field,
              declared,
              actual + ", the digest of what lies there now, or nothing"));
    }
    entry.put(field, actual);
  }

  /** The local path that an entry's {@code uri} names, or null when it is not a local one. */
  private static @Nullable Path resolve(
      ObjectNode entry,
      String pointer,
      String file,
      @Nullable Path baseDirectory,
      List<Fault> faults) {
    String text = entry.path("uri").asText("");
    if (text.isEmpty()) {
      return null;
    }
    try {
      URI uri = URI.create(text);
      if (uri.getScheme() == null) {
        if (baseDirectory == null) {
          faults.add(
              new Fault(file, pointer + "/uri", text, "an absolute URI (file://, s3://, hf://)"));
          return null;
        }
        Path path = baseDirectory.resolve(text).toAbsolutePath().normalize();
        entry.put("uri", uriOf(path));
        return path;
      }
      return "file".equals(uri.getScheme()) ? Path.of(URI.create("file://" + uri.getPath())) : null;
    } catch (IllegalArgumentException e) {
      faults.add(new Fault(file, pointer + "/uri", text, "a URI: " + e.getMessage()));
      return null;
    }
  }

  private static String uriOf(Path path) {
    String uri = path.toUri().toString();
    return uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri;
  }
}
