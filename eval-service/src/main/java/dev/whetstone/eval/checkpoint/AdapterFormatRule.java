package dev.whetstone.eval.checkpoint;

import dev.whetstone.contracts.loop.LoopSpec;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The format that a PEFT LoRA adapter must have before a server is asked to load it. */
final class AdapterFormatRule {
  static final String CONFIG = "adapter_config.json";
  static final String WEIGHTS = "adapter_model.safetensors";
  private static final String PREFIX = "base_model.model.";
  private static final String DOWN = ".lora_A.weight";
  private static final String UP = ".lora_B.weight";

  private AdapterFormatRule() {}

  /**
   * Checks kind, rank, names, shapes and values, that every module that the configuration names has
   * weights, and that the adapter changes the base at all.
   *
   * @param weights read once, in blocks
   * @param length of the weights in bytes
   * @param servable what the loop declares that its model server takes; null if it declares nothing
   * @throws AdapterException naming the file and what is wrong with it
   */
  static void check(
      byte[] config, InputStream weights, long length, LoopSpec.@Nullable ServableLora servable)
      throws IOException {
    AdapterConfiguration declared = AdapterConfiguration.read(config);
    requireServable(declared, servable);
    try {
      SafetensorsFile file = SafetensorsFile.open(weights, length);
      Map<String, Integer> matrices = new HashMap<>();
      for (SafetensorsFile.Tensor tensor : file.tensors()) {
        checkTensor(tensor, declared.rank());
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
      requireTargets(declared, matrices.keySet());
      requireEffect(declared, matrices.keySet(), file.requireFinite());
    } catch (AdapterException e) {
      throw new AdapterException(WEIGHTS + " " + e.getMessage());
    }
  }

  private static void requireServable(
      AdapterConfiguration declared, LoopSpec.@Nullable ServableLora servable) {
    if (servable == null) {
      return;
    }
    if (declared.rank() > servable.maxRankOrDefault()) {
      throw new AdapterException(
          "%s has r %d, but the loop's model server takes at most %d (spec.serving.lora.maxRank)"
              .formatted(CONFIG, declared.rank(), servable.maxRankOrDefault()));
    }
    for (String target : declared.targets()) {
      if (!servable.targetModulesOrDefault().contains(lastName(target))) {
        throw new AdapterException(
            "%s targets %s, but the loop's model server takes adapters only for %s"
                    .formatted(CONFIG, target, String.join(", ", servable.targetModulesOrDefault()))
                + " (spec.serving.lora.targetModules)");
      }
    }
  }

  /** A module that is named but has no weights was trained, or meant to be, and is lost. */
  private static void requireTargets(AdapterConfiguration declared, Set<String> modules) {
    for (String target : declared.targets()) {
      boolean found =
          modules.stream()
              .anyMatch(module -> module.endsWith("." + target) || module.equals(PREFIX + target));
      if (!found) {
        throw new AdapterException(
            "contains no weights for " + target + ", which " + CONFIG + " targets");
      }
    }
  }

  /** A module changes the base if neither of its matrices is zero. */
  private static void requireEffect(
      AdapterConfiguration declared, Set<String> modules, Set<String> zero) {
    if (declared.alpha() == 0) {
      throw new AdapterException(
          "has no effect (adapter-has-no-effect): lora_alpha is 0 in " + CONFIG);
    }
    if (modules.stream().allMatch(one -> zero.contains(one + UP) || zero.contains(one + DOWN))) {
      throw new AdapterException(
          "has no effect (adapter-has-no-effect): lora_A or lora_B is zero in every module");
    }
  }

  private static void checkTensor(SafetensorsFile.Tensor tensor, int rank) {
    boolean down = tensor.name().endsWith(DOWN);
    boolean up = tensor.name().endsWith(UP);
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

  private static String lastName(String target) {
    return target.substring(target.lastIndexOf('.') + 1);
  }
}
