package dev.whetstone.images;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Images of a small program and a runtime of a few files. */
@EnabledOnOs(OS.LINUX)
class ImageWriterTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Instant CREATED = Instant.parse("2026-11-01T00:00:00Z");
  @TempDir Path directory;
  private Path runtime;
  private Path application;

  @BeforeEach
  void files() throws IOException {
    runtime = directory.resolve("runtime");
    Files.createDirectories(runtime.resolve("bin"));
    Files.writeString(runtime.resolve("bin/java"), "program");
    assertThat(runtime.resolve("bin/java").toFile().setExecutable(true)).isTrue();
    application = directory.resolve("app");
    Files.createDirectories(application.resolve("lib"));
    Files.writeString(application.resolve("quarkus-run.jar"), "run");
    Files.writeString(application.resolve("lib/other.jar"), "library");
  }

  @Test
  void shouldGiveTheSameDigestForTheSameFiles() throws IOException {
    String first = write("first").digest();
    // Another day, in another folder.
    Files.setLastModifiedTime(
        application.resolve("lib/other.jar"), FileTime.from(Instant.parse("2030-01-01T00:00:00Z")));
    String second = write("second").digest();
    Files.writeString(application.resolve("lib/other.jar"), "another library");

    assertThat(second).isEqualTo(first);
    assertThat(write("third").digest()).isNotEqualTo(first);
  }

  @Test
  void shouldRunWithoutRootAndNameItsVersion() throws IOException {
    JsonNode config = config(content(write("image").archive()));

    assertThat(config.at("/config/User").asText()).isEqualTo("65532:65532");
    assertThat(config.at("/config/Labels").path("org.opencontainers.image.version").asText())
        .isEqualTo("1");
    assertThat(config.at("/config/Entrypoint/0").asText()).isEqualTo("/opt/java/bin/java");
    assertThat(config.at("/config/ExposedPorts").has("8080/tcp")).isTrue();
    assertThat(config.path("created").asText()).startsWith("2026-11-01T00:00:00");
  }

  @Test
  void shouldContainTheLibraryOfTheSystemAndATemporaryFolder() throws IOException {
    Map<String, byte[]> archive = content(write("image").archive());
    JsonNode manifest = manifest(archive);
    byte[] system = blob(archive, manifest.at("/layers/0/digest").asText());
    Map<String, Integer> modes = new HashMap<>();
    try (var layer =
        new TarArchiveInputStream(new GZIPInputStream(new java.io.ByteArrayInputStream(system)))) {
      for (TarArchiveEntry entry; (entry = layer.getNextEntry()) != null; ) {
        modes.put(entry.getName(), entry.getMode() & 0777);
        assertThat(entry.getLastModifiedDate().toInstant()).isEqualTo(ImageWriter.MODIFIED);
      }
    }
    assertThat(modes.keySet()).anyMatch(name -> name.endsWith("/libc.so.6"));
    assertThat(modes).containsEntry("tmp/", 0777).containsKey("etc/passwd");
  }

  @Test
  void shouldListTheJarsInTheBillOfMaterials() throws IOException {
    Path jar = application.resolve("lib/real.jar");
    try (var out = new java.util.jar.JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new java.util.jar.JarEntry("META-INF/maven/g/a/pom.properties"));
      out.write(
          "groupId=g\nartifactId=a\nversion=3\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    Files.delete(application.resolve("lib/other.jar"));
    Files.delete(application.resolve("quarkus-run.jar"));
    Path bill = directory.resolve("bill.json");

    BillOfMaterials.write(bill, "whetstone/eval-service", "1", application, HostFiles.of(false));

    JsonNode components = JSON.readTree(bill.toFile()).path("components");
    assertThat(components.findValuesAsText("purl")).containsExactly("pkg:maven/g/a@3");
    assertThat(components.findValuesAsText("name")).contains("java-runtime");
    assertThat(components.findValuesAsText("content")).allMatch(hash -> hash.length() == 64);
  }

  private ImageWriter.Written write(String name) {
    var writer =
        new ImageWriter(
            directory.resolve("work-" + name),
            runtime,
            Map.of("org.opencontainers.image.version", "1"),
            CREATED);
    var recipe =
        new ImageRecipe(
            "eval-service",
            application,
            jar -> true,
            List.of("-jar", "/app/quarkus-run.jar"),
            false,
            List.of(8080),
            "/q/health/ready");
    return writer.write(
        recipe, application, null, "whetstone/eval-service:1", directory.resolve(name + ".tar"));
  }

  private static JsonNode config(Map<String, byte[]> archive) throws IOException {
    return JSON.readTree(blob(archive, manifest(archive).at("/config/digest").asText()));
  }

  private static JsonNode manifest(Map<String, byte[]> archive) throws IOException {
    JsonNode index = JSON.readTree(archive.get("index.json"));
    return JSON.readTree(blob(archive, index.at("/manifests/0/digest").asText()));
  }

  private static byte[] blob(Map<String, byte[]> archive, String digest) {
    return archive.get("blobs/sha256/" + digest.substring("sha256:".length()));
  }

  private static Map<String, byte[]> content(Path tar) throws IOException {
    Map<String, byte[]> content = new HashMap<>();
    try (var in = new TarArchiveInputStream(Files.newInputStream(tar))) {
      for (TarArchiveEntry entry; (entry = in.getNextEntry()) != null; ) {
        content.put(entry.getName(), in.readAllBytes());
      }
    }
    return content;
  }
}
