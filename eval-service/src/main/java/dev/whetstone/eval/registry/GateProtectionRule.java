package dev.whetstone.eval.registry;

import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.loop.LoopSpec.Evaluation;
import dev.whetstone.contracts.loop.LoopSpec.Gate;
import dev.whetstone.contracts.loop.RolloutMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Tells which values of a declaration make it easier for a candidate to be promoted without a
 * person: easier than the floor allows, and easier than the declaration in force. The author of
 * such a value decides about promotions in advance.
 */
final class GateProtectionRule {
  private final LoopSpec floor;
  private final @Nullable LoopSpec current;
  private final LoopSpec declared;
  private final List<String> weakened = new ArrayList<>();

  private GateProtectionRule(LoopSpec floor, @Nullable LoopSpec current, LoopSpec declared) {
    this.floor = floor;
    this.current = current;
    this.declared = declared;
  }

  /**
   * The weakened fields, each as a JSON Pointer with its value and the floor's.
   *
   * @param floor the values of the standard profile, with a gate for each role
   * @param current the declaration in force; empty for a new loop
   */
  static List<String> weakened(LoopSpec floor, Optional<LoopSpec> current, LoopSpec declared) {
    GateProtectionRule rule = new GateProtectionRule(floor, current.orElse(null), declared);
    rule.mode();
    rule.numbers();
    for (Gate gate : floor.spec().evaluation().gates()) {
      rule.gate(gate);
    }
    return List.copyOf(rule.weakened);
  }

  private void mode() {
    if (declared.spec().rollout().mode() == RolloutMode.AUTO
        && (current == null || current.spec().rollout().mode() != RolloutMode.AUTO)) {
      add("/spec/rollout/mode", "auto", "approve");
    }
  }

  private void numbers() {
    atMost("/spec/evaluation/alpha", Evaluation::alpha);
    atMost("/spec/evaluation/falseDiscoveryRate", Evaluation::falseDiscoveryRate);
    atMost("/spec/evaluation/maxDiscordance", Evaluation::maxDiscordance);
    int items = declared.spec().evaluation().reproducibilityItems();
    if (items < floor.spec().evaluation().reproducibilityItems()
        && (current == null || items < current.spec().evaluation().reproducibilityItems())) {
      add(
          "/spec/evaluation/reproducibilityItems",
          items,
          "at least " + floor.spec().evaluation().reproducibilityItems());
    }
  }

  /** Reads a number of which a greater value protects less. */
  @FunctionalInterface
  private interface Reading {
    double of(Evaluation evaluation);
  }

  private void atMost(String pointer, Reading reading) {
    double value = reading.of(declared.spec().evaluation());
    double most = reading.of(floor.spec().evaluation());
    if (value > most && (current == null || value > reading.of(current.spec().evaluation()))) {
      add(pointer, value, "at most " + most);
    }
  }

  private void gate(Gate least) {
    Optional<Gate> now = find(declared, least.role());
    Optional<Gate> before = current == null ? Optional.empty() : find(current, least.role());
    String pointer = "/spec/evaluation/gates";
    if (now.isEmpty()) {
      boolean lost = current == null || before.isPresent();
      if (lost && isStandard(least.role())) {
        add(pointer, "no gate " + least.role(), "a gate " + least.role());
      }
      return;
    }
    Gate gate = now.get();
    String place = "%s/%d".formatted(pointer, declared.spec().evaluation().gates().indexOf(gate));
    if (gate.mode() == Gate.Mode.SHADOW && isNew(before, one -> one.mode() == Gate.Mode.SHADOW)) {
      add(place + "/mode", "shadow", "enforce");
    }
    if (isWeaker(gate, least) && isNew(before, one -> !isWeaker(gate, one))) {
      add(
          place + "/margin",
          gate.margin(),
          (least.role() == GateRole.FRESH ? "at least " : "at most ") + least.margin());
    }
    if (gate.minItems() < least.minItems()
        && isNew(before, one -> one.minItems() <= gate.minItems())) {
      add(place + "/minItems", gate.minItems(), "at least " + least.minItems());
    }
  }

  /** Whether the gate in force is not as weak already; without one every weakness is new. */
  private static boolean isNew(Optional<Gate> before, Predicate<Gate> isAsWeak) {
    return before.filter(isAsWeak).isEmpty();
  }

  /** FRESH demands a difference of at least its margin; the other gates allow a loss up to it. */
  private static boolean isWeaker(Gate gate, Gate than) {
    return gate.role() == GateRole.FRESH
        ? gate.margin() < than.margin()
        : gate.margin() > than.margin();
  }

  /** Whether every loop has the gate unless its file leaves it out. */
  private static boolean isStandard(GateRole role) {
    return switch (role) {
      case FRESH, RETAIN, FORGET, FORMAT -> true;
      case ACCEPTED, SAFETY, BIAS, CANARY -> false;
    };
  }

  private static Optional<Gate> find(LoopSpec loop, GateRole role) {
    return loop.spec().evaluation().gates().stream()
        .filter(gate -> gate.role() == role)
        .findFirst();
  }

  private void add(String pointer, Object value, String allowed) {
    weakened.add("%s: '%s' (without approve: %s)".formatted(pointer, value, allowed));
  }
}
