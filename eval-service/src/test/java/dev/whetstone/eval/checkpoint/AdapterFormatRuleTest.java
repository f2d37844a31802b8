package dev.whetstone.eval.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.fixture.LoraAdapterFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AdapterFormatRuleTest {
  @Test
  void shouldAcceptACompleteAdapter() {
    assertThatCode(() -> check(LoraAdapterFiles.config(4), LoraAdapterFiles.weights(4, 1)))
        .doesNotThrowAnyException();
  }

  static Stream<Arguments> faults() {
    byte[] whole = LoraAdapterFiles.weights(4, 1);
    return Stream.of(
        Arguments.of(LoraAdapterFiles.config(4), new byte[3], "has only 3 bytes; it is truncated"),
        Arguments.of(LoraAdapterFiles.config(4), Arrays.copyOf(whole, 20), "is truncated"),
        Arguments.of(
            LoraAdapterFiles.config(4),
            Arrays.copyOf(whole, whole.length - 1),
            "is truncated within"),
        Arguments.of(
            LoraAdapterFiles.config(4), text("PK\3\4 a pickle in a zip"), "not a safetensors file"),
        Arguments.of(
            LoraAdapterFiles.config(4), LoraAdapterFiles.weights(4, Float.NaN), "not finite"),
        Arguments.of(
            LoraAdapterFiles.config(4),
            LoraAdapterFiles.weights(4, Float.POSITIVE_INFINITY),
            "not finite"),
        Arguments.of(LoraAdapterFiles.config(8), whole, "does not match r 8"),
        Arguments.of(LoraAdapterFiles.config(512), whole, "r 512; supported are 1 to 256"),
        Arguments.of(text("{\"peft_type\": \"IA3\"}"), whole, "only LORA is supported"),
        Arguments.of(text("{"), whole, "adapter_config.json is not JSON"),
        Arguments.of(LoraAdapterFiles.config(4), headerOnly("{}"), "contains no LoRA weights"),
        Arguments.of(
            LoraAdapterFiles.config(4), headerOnly("not json!"), "header that is not JSON"),
        Arguments.of(
            LoraAdapterFiles.config(4),
            headerOnly(
                "{\"lm_head.weight\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}"),
            "contains lm_head.weight, which is not a LoRA weight"),
        Arguments.of(
            LoraAdapterFiles.config(4),
            headerOnly(tensor("[4,-1]", "[4,-12]")),
            "is truncated within"),
        Arguments.of(
            LoraAdapterFiles.config(4),
            headerOnly(tensor("[4,0]", "[9,9]")),
            "is truncated within"),
        Arguments.of(
            LoraAdapterFiles.config(4),
            headerOnly(tensor("[4,4611686018427387904]", "[0,0]")),
            "is truncated within"),
        Arguments.of(
            LoraAdapterFiles.config(4),
            headerOnly("{\"x\":{\"dtype\":\"I64\",\"shape\":[0],\"data_offsets\":[0,0]}}"),
            "of type I64"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void shouldNameTheFileAndTheFault(byte[] config, byte[] weights, String fault) {
    assertThatThrownBy(() -> check(config, weights))
        .isInstanceOf(AdapterException.class)
        .hasMessageStartingWith("adapter_")
        .hasMessageContaining(fault);
  }

  static Stream<Arguments> servedOtherwise() {
    byte[] whole = LoraAdapterFiles.weights(4, 1);
    return Stream.of(
        Arguments.of("'lora_alpha': 0", whole, "adapter-has-no-effect): lora_alpha is 0"),
        Arguments.of(
            "'bias': 'none'",
            LoraAdapterFiles.weights(4, 0),
            "adapter-has-no-effect): lora_A or lora_B is zero in every module"),
        Arguments.of(
            "'bias': 'none'",
            LoraAdapterFiles.weights(4, -0f),
            "adapter-has-no-effect): lora_A or lora_B is zero in every module"),
        Arguments.of(
            "'target_modules': ['q_proj', 'lm_head']", whole, "contains no weights for lm_head"),
        Arguments.of(
            "'target_modules': ['q_proj', 'embed_tokens']",
            whole,
            "contains no weights for embed_tokens, which adapter_config.json targets"),
        Arguments.of("'target_modules': ['j_proj']", whole, "contains no weights for j_proj"),
        Arguments.of(
            "'target_parameters': ['mlp.experts.gate_up_proj']", whole, "has target_parameters"),
        Arguments.of("'modules_to_save': ['lm_head']", whole, "has modules_to_save"),
        Arguments.of("'rank_pattern': {'q_proj': 8}", whole, "has rank_pattern"),
        Arguments.of("'alpha_pattern': {'q_proj': 8}", whole, "has alpha_pattern"),
        Arguments.of("'use_dora': true", whole, "has use_dora"),
        Arguments.of("'bias': 'all'", whole, "has bias 'all'"));
  }

  @ParameterizedTest
  @MethodSource("servedOtherwise")
  void shouldRefuseWhatAServerServesOtherwiseThanTrained(
      String field, byte[] weights, String fault) {
    byte[] config = text("{'peft_type': 'LORA', 'r': 4, %s}".formatted(field).replace('\'', '"'));

    assertThatThrownBy(() -> check(config, weights))
        .isInstanceOf(AdapterException.class)
        .hasMessageStartingWith("adapter_")
        .hasMessageContaining(fault);
  }

  @Test
  void shouldAcceptWhatPeftWritesForAPlainAdapter() {
    byte[] config =
        text(
            """
            {"peft_type": "LORA", "task_type": "CAUSAL_LM", "r": 4, "lora_alpha": 32, "bias": "none",
             "target_modules": ["q_proj"], "modules_to_save": null, "target_parameters": null,
             "rank_pattern": {}, "alpha_pattern": {}, "use_dora": false, "use_rslora": false}
            """);

    assertThatCode(() -> check(config, LoraAdapterFiles.weights(4, 1))).doesNotThrowAnyException();
  }

  @Test
  void shouldRefuseWhatTheDeclaredServerDoesNotTake() {
    byte[] config = text("{\"peft_type\": \"LORA\", \"r\": 4, \"target_modules\": [\"q_proj\"]}");
    byte[] weights = LoraAdapterFiles.weights(4, 1);

    assertThatThrownBy(() -> check(config, weights, new LoopSpec.ServableLora(1, null)))
        .hasMessageContaining("has r 4, but the loop's model server takes at most 1");
    assertThatThrownBy(
            () -> check(config, weights, new LoopSpec.ServableLora(8, List.of("v_proj"))))
        .hasMessageContaining("targets q_proj, but the loop's model server takes adapters only for")
        .hasMessageContaining("v_proj (spec.serving.lora.targetModules)");
    assertThatCode(() -> check(config, weights, new LoopSpec.ServableLora(8, null)))
        .doesNotThrowAnyException();
  }

  @Test
  void shouldReadWeightsInBlocks() {
    // More values than an array can have elements.
    long values = (1L << 31) + (1 << 20);
    String side =
        "\"base_model.model.q.lora_%s.weight\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}";
    byte[] start =
        headerOnly(
            "{%s,%s}"
                .formatted(
                    side.formatted(
                        "A", "F64", "[4,%d]".formatted(values / 32), "[0,%d]".formatted(values)),
                    side.formatted("B", "F16", "[0,4]", "[%d,%d]".formatted(values, values))));
    Zeros zeros = new Zeros(values);

    assertThatThrownBy(
            () ->
                AdapterFormatRule.check(
                    LoraAdapterFiles.config(4),
                    new SequenceInputStream(new ByteArrayInputStream(start), zeros),
                    start.length + values,
                    null))
        .hasMessageContaining("adapter-has-no-effect");
    assertThat(zeros.left).isZero();
    assertThat(zeros.largest).isLessThanOrEqualTo(1 << 16);
  }

  @Test
  void shouldRefuseOverlappingTensors() {
    String whole = new String(LoraAdapterFiles.weights(4, 1), StandardCharsets.ISO_8859_1);
    byte[] twice = whole.replace("[64,128]", "[60,124]").getBytes(StandardCharsets.ISO_8859_1);

    assertThatThrownBy(() -> check(LoraAdapterFiles.config(4), twice))
        .hasMessageContaining("overlaps another tensor");
  }

  /** A stream of zeros that records the largest read. */
  private static final class Zeros extends InputStream {
    private long left;
    private int largest;

    Zeros(long count) {
      left = count;
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] into, int from, int count) {
      largest = Math.max(largest, count);
      if (left == 0) {
        return -1;
      }
      int given = (int) Math.min(left, count);
      Arrays.fill(into, from, from + given, (byte) 0);
      left -= given;
      return given;
    }
  }

  private static void check(byte[] config, byte[] weights, LoopSpec.ServableLora servable)
      throws IOException {
    AdapterFormatRule.check(config, new ByteArrayInputStream(weights), weights.length, servable);
  }

  private static void check(byte[] config, byte[] weights) throws IOException {
    AdapterFormatRule.check(config, new ByteArrayInputStream(weights), weights.length, null);
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
