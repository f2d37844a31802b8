package dev.whetstone.doctor.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ClusterRightTest {
  private static final Pattern ROW =
      Pattern.compile(
          "^\\| (?:`([a-z0-9.-]+)`|core) \\| `([a-z]+)` \\| ([a-z, ]+)", Pattern.MULTILINE);

  @Test
  void shouldListTheRightsThatTheDocumentLists() throws IOException {
    String page = Files.readString(Path.of("../../docs/engines.md"));
    String rights = page.substring(page.indexOf("### Rights"), page.indexOf("### Settings"));

    List<String> documented =
        ROW.matcher(rights)
            .results()
            .map(
                row ->
                    "%s/%s: %s"
                        .formatted(
                            row.group(1) == null ? "" : row.group(1),
                            row.group(2),
                            List.of(row.group(3).strip().split(", "))))
            .toList();

    assertThat(documented)
        .containsExactlyElementsOf(
            ClusterRight.OF_TRAINING.stream()
                .map(right -> right.group() + "/" + right.resource() + ": " + right.verbs())
                .toList());
  }
}
