package dev.whetstone.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.cli.context.CommandContext;
import dev.whetstone.cli.stack.LocalStack;
import dev.whetstone.cli.stack.StackOptions;
import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.api.StackPorts;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
  @TempDir Path folder;

  @Test
  void shouldDescribeTheServicesWithTheSettingsThatTheyGet() {
    StackPorts ports = StackPorts.standard().shifted(100);
    StackOptions options = StackOptions.standard(folder).at(folder.resolve("home"), ports);
    var context = new CommandContext(folder, options, LocalStack.of(options), Terminal.standard());

    JsonNode services = DoctorCommand.installation(context).path("services");

    assertThat(services.findValuesAsText("name"))
        .containsExactly("ingest", "curation", "training", "eval");
    JsonNode eval = services.path(3);
    assertThat(eval.path("management").asText()).isEqualTo("http://127.0.0.1:18284");
    assertThat(eval.at("/environment/WHETSTONE_DB_URL").asText())
        .isEqualTo("jdbc:postgresql://127.0.0.1:18532/eval");
    assertThat(eval.at("/environment/KAFKA_BOOTSTRAP_SERVERS").asText())
        .isEqualTo("127.0.0.1:18192");
    assertThat(eval.path("look").asText()).contains("./whetstone up", "./whetstone logs eval");
    assertThat(folder.resolve("home")).as("nothing is written").doesNotExist();
  }
}
