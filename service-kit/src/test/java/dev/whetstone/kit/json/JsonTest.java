package dev.whetstone.kit.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonMappingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonTest {
  @TempDir Path folder;

  @Property(tries = 200)
  void shouldWriteEqualMapsAsEqualBytes(@ForAll Map<String, Integer> values) {
    Map<String, Integer> reversed = new LinkedHashMap<>();
    values.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByKey().reversed())
        .forEach(entry -> reversed.put(entry.getKey(), entry.getValue()));
    assertThat(Json.canonical(reversed)).isEqualTo(Json.canonical(values));
  }

  @Test
  void shouldWriteDurationsAsIso8601() {
    assertThat(Json.text(Map.of("d", Duration.ofDays(7)))).isEqualTo("{\"d\":\"PT168H\"}");
  }

  @Test
  void shouldKeepOrderAndNullsOfWhatWasSent() {
    String sent = "{\"b\":{\"z\":null,\"a\":[{\"y\":1,\"x\":null}]},\"a\":null}";

    Map<?, ?> read = Json.read(sent, Map.class);

    assertThat(Json.text(read)).isEqualTo(sent);
    assertThat(Json.canonicalText(read))
        .isEqualTo("{\"a\":null,\"b\":{\"a\":[{\"x\":null,\"y\":1}],\"z\":null}}");
    assertThat(Json.text(new Absent(null, Map.of()))).isEqualTo("{\"map\":{}}");
  }

  record Absent(String text, Map<String, Object> map) {}

  @Test
  void shouldReadAndWriteTextAsItDoesBytes() {
    Map<String, String> value = Map.of("é", "\u0000 😀 \"", "a", "b");

    assertThat(Json.text(value).getBytes(StandardCharsets.UTF_8)).isEqualTo(Json.write(value));
    assertThat(Json.canonicalText(value).getBytes(StandardCharsets.UTF_8))
        .isEqualTo(Json.canonical(value));
    assertThat(Json.read(Json.text(value), Map.class)).isEqualTo(value);
    assertThatThrownBy(() -> Json.read("{", Map.class))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith("not a Map: ");
  }

  @Test
  void shouldDigestADirectoryAsSha256sumWouldListIt() throws IOException {
    Files.createDirectories(folder.resolve("b"));
    Files.writeString(folder.resolve("b/x"), "1");
    Files.writeString(folder.resolve("a"), "2");
    String listing = ContentDigests.sha256("2") + "  a\n" + ContentDigests.sha256("1") + "  b/x\n";
    assertThat(ContentDigests.directory(folder)).isEqualTo(ContentDigests.sha256(listing));
  }

  @Test
  void shouldEscapeNamesInPointers() {
    var list = Json.mapper().constructType(new TypeReference<Map<String, List<Integer>>>() {});
    assertThatExceptionOfType(JsonMappingException.class)
        .isThrownBy(() -> Json.mapper().readValue("{\"a/b~c\": [1, \"x\"]}", list))
        .satisfies(e -> assertThat(JsonPointers.of(e.getPath())).isEqualTo("/a~1b~0c/1"));
  }
}
