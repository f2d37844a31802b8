package dev.whetstone.doctor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class DoctorProgramTest {
  private final InputStream input = System.in;
  private final StringWriter output = new StringWriter();

  @AfterEach
  void restoreInput() {
    System.setIn(input);
  }

  private int run(String installation, String... arguments) {
    System.setIn(new ByteArrayInputStream(installation.getBytes(UTF_8)));
    return new CommandLine(new DoctorProgram())
        .setOut(new PrintWriter(output))
        .setErr(new PrintWriter(output))
        .execute(arguments);
  }

  @Test
  void shouldEndWithZeroWhenNothingIsWrong() {
    assertThat(run("{\"services\":[]}")).isZero();
    assertThat(output.toString()).contains("checks: 0, ok: 0, faults: 0, not checked: 0");
  }

  @Test
  void shouldEndWithOneWhenSomethingIsWrong() {
    String eval = "{\"services\":[{\"name\":\"eval\",\"look\":\"\",\"environment\":{}}]}";

    assertThat(run(eval, "--json")).isEqualTo(1);
    assertThat(output.toString()).contains("\"healthy\" : false", "\"settings\"");
  }

  @Test
  void shouldEndWithTwoForWrongArguments() {
    assertThat(run("", "--service", "judge")).isEqualTo(2);
    assertThat(output.toString()).contains("name ingest, curation, training or eval");
    assertThat(run("no JSON")).isEqualTo(2);
    assertThat(run("", "--timeout", "0")).isEqualTo(2);
    assertThat(run("", "--nonsense")).isEqualTo(2);
  }
}
