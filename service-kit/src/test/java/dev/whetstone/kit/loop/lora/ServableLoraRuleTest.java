package dev.whetstone.kit.loop.lora;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.kit.loop.LoopFileException;
import dev.whetstone.kit.loop.LoopFileReader;
import java.nio.charset.StandardCharsets;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A loop is refused at declaration if its model server would refuse the adapters it trains. */
class ServableLoraRuleTest {
  private static final String FILE =
      """
      apiVersion: whetstone.dev/v1
      kind: Loop
      metadata: {tenant: acme, name: support}
      spec:
        baseModel: {uri: 'hf://org/model'}
        consent: {default: allow}
        training: {lora: %s}
        serving: {endpoint: 'http://127.0.0.1:8000'%s}
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {r: 16}                            |
          {r: 12}                            |
          {r: 32}                            | , lora: {maxRank: 32}
          {r: 256}                           | , lora: {maxRank: 256}
          {targetModules: [all-linear]}      |
          {targetModules: [q_proj, v_proj]}  |
          {targetModules: [lm_head]}         | , lora: {targetModules: [lm_head, q_proj]}
          """)
  void shouldAcceptWhatTheServerTakes(String lora, String serving) {
    LoopSpec.Spec spec = read(lora, serving).spec();
    assertThat(ServableLoraRule.check(spec)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {r: 256}                      |                            | /spec/training/lora/r: '256'; allowed: at most 16
          {r: 512}                      |                            | --max-lora-rank
          {r: 32}                       |                            | declare that limit in spec.serving.lora.maxRank
          {r: 64}                       | , lora: {maxRank: 32}      | /spec/training/lora/r: '64'; allowed: at most 32
          {targetModules: [lm_head]}    |                            | /spec/training/lora/targetModules/0: 'lm_head'; allowed: all-linear alone, or names among q_proj
          {targetModules: [embed_tokens]} |                          | spec.serving.lora.targetModules
          {targetModules: [q_proj, nonsense]} |                      | /spec/training/lora/targetModules/1: 'nonsense'
          {targetModules: [all-linear, q_proj]} |                    | /spec/training/lora/targetModules/0: 'all-linear'
          {r: 8}                        | , lora: {maxRank: 24}      | /spec/serving/lora/maxRank: '24'; allowed: the model server's limit, one of [1, 8, 16
          {r: 8}                        | , lora: {maxRank: 1024}    | /spec/serving/lora/maxRank: '1024'
          """)
  void shouldRefuseWhatTheServerWouldRefuseAfterTraining(
      String lora, String serving, String message) {
    Assertions.assertThatThrownBy(() -> read(lora, serving))
        .isInstanceOf(LoopFileException.class)
        .hasMessageContaining(message);
  }

  private static LoopSpec read(String lora, String serving) {
    String file = FILE.formatted(lora, serving == null ? "" : serving);
    return LoopFileReader.read(file.getBytes(StandardCharsets.UTF_8), "loop.yaml", null).spec();
  }
}
