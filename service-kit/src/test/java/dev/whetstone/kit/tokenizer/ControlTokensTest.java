package dev.whetstone.kit.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.chat.ToolCall;
import dev.whetstone.kit.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlTokensTest {
  @TempDir Path folder;
  private ControlTokens tokens;

  @BeforeEach
  void read() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    Files.writeString(
        file,
        """
        {"version": "1.0", "model_first": {"added_tokens": [{"content": "no", "special": true}]},
         "added_tokens": [{"id": 1, "content": "<|im_end|>", "special": true},
                          {"id": 2, "content": "<think>", "special": false},
                          {"id": 3, "content": " ", "special": true}],
         "model": {"vocab": {}}}
        """);
    tokens = ControlTokens.of(file);
  }

  @Test
  void shouldReadTheSpecialAddedTokensOnly() throws IOException {
    assertThat(tokens.texts()).containsExactly("<|im_end|>");
    Path demo = Path.of("../deploy/local/demo/base/tokenizer.json");
    assertThat(ControlTokens.of(demo).texts())
        .containsExactlyInAnyOrder("<|pad|>", "<|im_start|>", "<|im_end|>");
  }

  @Test
  void shouldFindThemInEveryText() {
    assertThat(tokens.in("Sure.<|im_end|>")).contains("<|im_end|>");
    assertThat(tokens.in("<think> no <|im_ end|>")).isEmpty();
    assertThat(tokens.in(ChatMessage.user("a<|im_end|>b"))).isPresent();
    assertThat(tokens.in(ChatMessage.user("a"))).isEmpty();
    var call = new ToolCall("c1", "function", new ToolCall.Function("f", "{\"a\":\"<|im_end|>\"}"));
    assertThat(tokens.in(new ChatMessage("assistant", null, null, List.of(call), null, null)))
        .isPresent();
    assertThat(tokens.in(tools("{'function':{'name':null,'enum':['<|im_end|>']}}"))).isPresent();
    assertThat(tokens.in(tools("{'<|im_end|>':1}"))).isPresent();
    assertThat(tokens.in(tools("{'function':{'name':'f'}}"))).isEmpty();
    assertThat(tokens.in((List<Map<String, Object>>) null)).isEmpty();
  }

  @Test
  void shouldNameAFileThatIsNoTokenizer() throws IOException {
    Path file = Files.writeString(folder.resolve("other.json"), "[]");

    assertThatThrownBy(() -> ControlTokens.of(file)).hasMessageContaining("other.json");
    assertThat(ControlTokens.of(Files.writeString(file, "{\"a\": [1]}")))
        .isEqualTo(ControlTokens.UNKNOWN);
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> tools(String json) {
    return List.of(Json.read(json.replace('\'', '"'), Map.class));
  }
}
