package dev.whetstone.eval.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.kit.json.Json;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What an adapter's configuration declares, as far as a model server depends on it. Variants that
 * servers ignore or scale differently are refused, since the server would serve another model than
 * the one that was trained.
 *
 * @param rank of every pair of matrices
 * @param alpha numerator of the scale; the denominator follows from the rank
 * @param targets names of the modules that the adapter changes; empty if the configuration gives a
 *     pattern or none
 */
record AdapterConfiguration(int rank, double alpha, List<String> targets) {
  private static final int GREATEST_RANK = 256;

  /** PEFT's value if the configuration has none. */
  private static final int DEFAULT_ALPHA = 8;

  AdapterConfiguration {
    targets = List.copyOf(targets);
  }

  /**
   * Reads a configuration.
   *
   * @throws AdapterException naming the field and the remedy
   */
  static AdapterConfiguration read(byte[] config) {
    JsonNode json;
    try {
      json = Json.read(config, JsonNode.class);
    } catch (UncheckedIOException e) {
      throw refused("is not JSON");
    }
    if (!"LORA".equals(json.path("peft_type").asText())) {
      throw refused(
          "has peft_type '" + json.path("peft_type").asText() + "'; only LORA is supported");
    }
    int rank = json.path("r").asInt();
    if (rank < 1 || rank > GREATEST_RANK) {
      throw refused("has r " + json.path("r") + "; supported are 1 to " + GREATEST_RANK);
    }
    requireAbsent(json, "rank_pattern", "train every module with the same r");
    requireAbsent(json, "alpha_pattern", "train every module with the same lora_alpha");
    requireAbsent(json, "modules_to_save", "leave it out, so that only LoRA weights are trained");
    requireAbsent(json, "target_parameters", "name modules in target_modules instead");
    if (json.path("use_dora").asBoolean()) {
      throw refused("has use_dora; model servers do not serve DoRA, so train without it");
    }
    String bias = json.path("bias").asText("none");
    if (!bias.equals("none")) {
      throw refused("has bias '" + bias + "'; model servers ignore it, so train with bias none");
    }
    return new AdapterConfiguration(
        rank, json.path("lora_alpha").asDouble(DEFAULT_ALPHA), targets(json));
  }

  private static List<String> targets(JsonNode json) {
    List<String> targets = new ArrayList<>();
    if (json.path("target_modules").isArray()) {
      json.path("target_modules").forEach(target -> targets.add(target.asText()));
    }
    return targets;
  }

  /** An absent field, null and an empty list or object mean the same. */
  private static void requireAbsent(JsonNode json, String field, String remedy) {
    JsonNode value = json.path(field);
    if (!value.isMissingNode()
        && !value.isNull()
        && !(value.isContainerNode() && value.isEmpty())) {
      throw refused("has " + field + ", which model servers do not serve; " + remedy);
    }
  }

  private static AdapterException refused(String why) {
    return new AdapterException(AdapterFormatRule.CONFIG + " " + why);
  }
}
