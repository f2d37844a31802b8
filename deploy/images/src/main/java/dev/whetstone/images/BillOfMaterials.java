package dev.whetstone.images;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/** Lists what an image consists of, as CycloneDX 1.6 (JSON). */
final class BillOfMaterials {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private BillOfMaterials() {}

  /**
   * Writes the bill.
   *
   * @param application folder with the jars
   * @param system files of the build machine by their path in the image
   */
  static void write(
      Path file, String image, String version, Path application, Map<String, Path> system)
      throws IOException {
    ObjectNode bill = JSON.createObjectNode();
    bill.put("bomFormat", "CycloneDX").put("specVersion", "1.6").put("version", 1);
    bill.putObject("metadata")
        .putObject("component")
        .put("type", "container")
        .put("name", image)
        .put("version", version);
    ArrayNode components = bill.putArray("components");
    components
        .addObject()
        .put("type", "platform")
        .put("name", "java-runtime")
        .put("version", System.getProperty("java.runtime.version"))
        .put("publisher", System.getProperty("java.vendor"));
    for (Path jar : FileTrees.files(application)) {
      if (jar.toString().endsWith(".jar")) {
        library(components, jar);
      }
    }
    for (Map.Entry<String, Path> library : new TreeMap<>(system).entrySet()) {
      ObjectNode component =
          components.addObject().put("type", "file").put("name", library.getKey());
      hash(component, library.getValue());
    }
    Files.write(file, JSON.writeValueAsBytes(bill));
  }

  private static void library(ArrayNode into, Path jar) throws IOException {
    ObjectNode component = into.addObject().put("type", "library");
    Optional<Properties> coordinates = coordinates(jar);
    if (coordinates.isPresent()) {
      String group = coordinates.get().getProperty("groupId", "");
      String artifact = coordinates.get().getProperty("artifactId", "");
      String version = coordinates.get().getProperty("version", "");
      component.put("group", group).put("name", artifact).put("version", version);
      component.put("purl", "pkg:maven/%s/%s@%s".formatted(group, artifact, version));
    } else {
      component.put("name", jar.getFileName().toString());
    }
    hash(component, jar);
  }

  /** The Maven coordinates that a jar states; a jar of several artifacts states none of its own. */
  private static Optional<Properties> coordinates(Path jar) throws IOException {
    try (JarFile content = new JarFile(jar.toFile())) {
      var stated =
          content.stream()
              .filter(entry -> entry.getName().startsWith("META-INF/maven/"))
              .filter(entry -> entry.getName().endsWith("/pom.properties"))
              .toList();
      if (stated.size() != 1) {
        return Optional.empty();
      }
      JarEntry entry = stated.getFirst();
      Properties coordinates = new Properties();
      try (InputStream in = content.getInputStream(entry)) {
        coordinates.load(in);
      }
      return Optional.of(coordinates);
    }
  }

  private static void hash(ObjectNode component, Path file) throws IOException {
    MessageDigest digest = FileTrees.sha256();
    FileTrees.digest(file, digest);
    component
        .putArray("hashes")
        .addObject()
        .put("alg", "SHA-256")
        .put("content", HexFormat.of().formatHex(digest.digest()));
  }
}
