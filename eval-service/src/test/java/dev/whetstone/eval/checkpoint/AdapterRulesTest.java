package dev.whetstone.eval.checkpoint;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.eval.scene.Adapters;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AdapterRulesTest {
  @Test
  void shouldPassAWholeAdapter() {
    assertThatCode(() -> AdapterRules.check(Adapters.config(4), Adapters.weights(4, 1)))
        .doesNotThrowAnyException();
  }

  static Stream<Arguments> faults() {
    byte[] whole = Adapters.weights(4, 1);
    return Stream.of(
        Arguments.of(Adapters.config(4), new byte[3], "holds 3 bytes; it is cut off"),
        Arguments.of(Adapters.config(4), Arrays.copyOf(whole, 20), "is cut off"),
        Arguments.of(
            Adapters.config(4), Arrays.copyOf(whole, whole.length - 1), "is cut off within"),
        Arguments.of(Adapters.config(4), text("PK\3\4 a pickle in a zip"), "no safetensors"),
        Arguments.of(Adapters.config(4), Adapters.weights(4, Float.NaN), "not finite"),
        Arguments.of(
            Adapters.config(4), Adapters.weights(4, Float.POSITIVE_INFINITY), "not finite"),
        Arguments.of(Adapters.config(8), whole, "does not fit r 8"),
        Arguments.of(Adapters.config(512), whole, "r 512; 1 to 256 can be served"),
        Arguments.of(text("{\"peft_type\": \"IA3\"}"), whole, "only LORA is judged"),
        Arguments.of(text("{"), whole, "adapter_config.json is not JSON"),
        Arguments.of(Adapters.config(4), headerOnly("{}"), "holds no LoRA weights"),
        Arguments.of(Adapters.config(4), headerOnly("not json!"), "header that is not JSON"),
        Arguments.of(
            Adapters.config(4),
            headerOnly(
                "{\"lm_head.weight\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}"),
            "holds lm_head.weight, which is no LoRA weight"),
        Arguments.of(
            Adapters.config(4), headerOnly(tensor("[4,-1]", "[4,-12]")), "is cut off within"),
        Arguments.of(Adapters.config(4), headerOnly(tensor("[4,0]", "[9,9]")), "is cut off within"),
        Arguments.of(
            Adapters.config(4),
            headerOnly(tensor("[4,4611686018427387904]", "[0,0]")),
            "is cut off within"),
        Arguments.of(
            Adapters.config(4),
            headerOnly("{\"x\":{\"dtype\":\"I64\",\"shape\":[0],\"data_offsets\":[0,0]}}"),
            "of type I64"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void shouldNameTheFileAndTheFault(byte[] config, byte[] weights, String fault) {
    assertThatThrownBy(() -> AdapterRules.check(config, weights))
        .isInstanceOf(AdapterFault.class)
        .hasMessageStartingWith("adapter_")
        .hasMessageContaining(fault);
  }

  private static String tensor(String shape, String offsets) {
    return "{\"base_model.model.q.lora_A.weight\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":%s}}"
        .formatted(shape, offsets);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] headerOnly(String header) {
    byte[] json = text(header);
    return ByteBuffer.allocate(8 + json.length)
        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .array();
  }
}
