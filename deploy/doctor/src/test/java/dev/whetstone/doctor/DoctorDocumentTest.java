package dev.whetstone.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.doctor.report.CheckName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class DoctorDocumentTest {
  private static final Pattern ROW =
      Pattern.compile("^\\| `([a-z][a-z-]+)` \\|", Pattern.MULTILINE);

  @Test
  void shouldDescribeEveryCheckAndNoOther() throws IOException {
    String page = Files.readString(Path.of("../../docs/doctor.md"));

    assertThat(ROW.matcher(page).results().map(found -> found.group(1)).distinct())
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(CheckName.values()).map(CheckName::id).toList());
  }
}
