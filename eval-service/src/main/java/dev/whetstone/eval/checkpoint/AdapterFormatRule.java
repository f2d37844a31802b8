package dev.whetstone.eval.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.kit.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The format that a PEFT LoRA adapter must have before a server is asked to load it. */
final class AdapterFormatRule {
  static final String CONFIG = "adapter_config.json";
  static final String WEIGHTS = "adapter_model.safetensors";
  private static final String PREFIX = "base_model.model.";
  private static final int GREATEST_RANK = 256;

  private AdapterFormatRule() {}

  /**
   * Checks kind, rank, names, shapes and values.
   *
   * @param weights read once, in blocks
   * @param length of the weights in bytes
   * @throws AdapterException naming the file and what is wrong with it
   */
  static void check(byte[] config, InputStream weights, long length) throws IOException {
    int rank = rank(config);
    try {
      SafetensorsFile file = SafetensorsFile.open(weights, length);
      Map<String, Integer> matrices = new HashMap<>();
      for (SafetensorsFile.Tensor tensor : file.tensors()) {
        checkTensor(tensor, rank);
        matrices.merge(module(tensor.name()), 1, Integer::sum);
      }
      if (matrices.isEmpty()) {
        throw new AdapterException("contains no LoRA weights");
      }
      for (String module : new TreeSet<>(matrices.keySet())) {
        if (matrices.get(module) != 2) {
          throw new AdapterException("contains only one of lora_A and lora_B for " + module);
        }
      }
      file.requireFinite();
    } catch (AdapterException e) {
      throw new AdapterException(WEIGHTS + " " + e.getMessage());
    }
  }

  private static int rank(byte[] config) {
    JsonNode json;
    try {
      json = Json.read(config, JsonNode.class);
    } catch (UncheckedIOException e) {
      throw new AdapterException(CONFIG + " is not JSON");
    }
    if (!"LORA".equals(json.path("peft_type").asText())) {
      throw new AdapterException(
          CONFIG
              + " has peft_type '"
              + json.path("peft_type").asText()
              + "'; only LORA is supported");
    }
    int rank = json.path("r").asInt();
    if (rank < 1 || rank > GREATEST_RANK) {
      throw new AdapterException(
          CONFIG + " has r " + json.path("r") + "; supported are 1 to " + GREATEST_RANK);
    }
    return rank;
  }

  private static void checkTensor(SafetensorsFile.Tensor tensor, int rank) {
    boolean down = tensor.name().endsWith(".lora_A.weight");
    boolean up = tensor.name().endsWith(".lora_B.weight");
    if (!tensor.name().startsWith(PREFIX) || (!down && !up)) {
      throw new AdapterException("contains " + tensor.name() + ", which is not a LoRA weight");
    }
    List<Long> shape = tensor.shape();
    if (shape.size() != 2 || shape.get(down ? 0 : 1) != rank) {
      throw new AdapterException(
          "contains " + tensor.name() + " of shape " + shape + ", which does not match r " + rank);
    }
  }

  private static String module(String name) {
    return name.substring(0, name.lastIndexOf(".lora_"));
  }
}
