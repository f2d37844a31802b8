package dev.whetstone.eval.scene;

import dev.whetstone.kit.json.Json;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Bytes of tiny LoRA adapters. */
public final class Adapters {
  private Adapters() {}

  public static byte[] config(int rank) {
    return Json.write(Map.of("peft_type", "LORA", "r", rank, "lora_alpha", 2 * rank));
  }

  /** One module of a model with four dimensions; other seeds make other values and digests. */
  public static byte[] weights(int rank, float seed) {
    return weights(rank, seed, 4);
  }

  /** One square module of a model with so many dimensions. */
  public static byte[] weights(int rank, float seed, int dimensions) {
    float[] down = new float[rank * dimensions];
    float[] up = new float[dimensions * rank];
    Arrays.fill(down, seed);
    Arrays.fill(up, seed / 2);
    Map<String, Object> header = new LinkedHashMap<>();
    String module = "base_model.model.model.layers.0.self_attn.q_proj";
    int size = rank * dimensions * Float.BYTES;
    header.put(module + ".lora_A.weight", tensor(List.of(rank, dimensions), 0, size));
    header.put(module + ".lora_B.weight", tensor(List.of(dimensions, rank), size, 2 * size));
    byte[] json = Json.write(header);
    ByteBuffer buffer =
        ByteBuffer.allocate(8 + json.length + 2 * size).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putLong(json.length).put(json);
    for (float value : down) {
      buffer.putFloat(value);
    }
    for (float value : up) {
      buffer.putFloat(value);
    }
    return buffer.array();
  }

  private static Map<String, Object> tensor(List<Integer> shape, int from, int to) {
    return Map.of("dtype", "F32", "shape", shape, "data_offsets", List.of(from, to));
  }
}
