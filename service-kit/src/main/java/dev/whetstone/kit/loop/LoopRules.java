package dev.whetstone.kit.loop;

import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.kit.loop.LoopFileException.Fault;
import dev.whetstone.kit.loop.lora.ServableLoraRule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The rules that involve several fields of a declaration. Bounds of single fields are in the JSON
 * Schema ({@link LoopSchema}).
 */
final class LoopRules {
  private static final double SUM_TOLERANCE = 1e-9;

  private final String file;
  private final List<Fault> faults = new ArrayList<>();

  private LoopRules(String file) {
    this.file = file;
  }

  static List<Fault> check(String file, LoopSpec loop) {
    LoopRules rules = new LoopRules(file);
    LoopSpec.SplitRatios split = loop.spec().curation().split();
    rules.splitShares("/spec/curation/split/initial", split.initial());
    rules.splitShares("/spec/curation/split/later", split.later());
    rules.replayShares(loop.spec().training().replay());
    rules.gates(loop.spec().evaluation().gates());
    rules.suites(loop.spec().evaluation().suites());
    rules.expectedEffect(loop.spec());
    ServableLoraRule.check(loop.spec())
        .forEach(refusal -> rules.fault(refusal.pointer(), refusal.value(), refusal.allowed()));
    rules.faults.addAll(EngineSettingsRule.check(file, loop.spec().training()));
    return rules.faults;
  }

  private void splitShares(String pointer, LoopSpec.SplitRatios.Shares shares) {
    double sum = shares.train() + shares.validation() + shares.test();
    if (Math.abs(sum - 1) > SUM_TOLERANCE) {
      fault(pointer, Double.toString(sum), "three shares that add up to 1");
    }
  }

  private void replayShares(List<LoopSpec.ReplaySet> replay) {
    double sum = replay.stream().mapToDouble(LoopSpec.ReplaySet::share).sum();
    if (sum >= 1) {
      fault("/spec/training/replay", Double.toString(sum), "shares that add up to less than 1");
    }
  }

  private void gates(List<LoopSpec.Gate> gates) {
    Set<GateRole> roles = new HashSet<>();
    for (int i = 0; i < gates.size(); i++) {
      GateRole role = gates.get(i).role();
      if (!roles.add(role)) {
        fault("/spec/evaluation/gates/" + i + "/role", role.name(), "each role once");
      }
    }
    if (!roles.contains(GateRole.FRESH)) {
      fault(
          "/spec/evaluation/gates",
          roles.toString(),
          "a list that contains FRESH: only this gate can show that a candidate is better");
    }
  }

  private void suites(List<LoopSpec.Suite> suites) {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < suites.size(); i++) {
      String name = suites.get(i).name();
      if (!names.add(name)) {
        fault("/spec/evaluation/suites/" + i + "/name", name, "each name once");
      }
    }
  }

  /** With an expected effect within the margin, the forecast would never allow a batch to seal. */
  private void expectedEffect(LoopSpec.Spec spec) {
    double effect = spec.curation().seal().expectedEffect();
    spec.evaluation().gates().stream()
        .filter(gate -> gate.role() == GateRole.FRESH)
        .filter(gate -> !(effect > gate.margin()))
        .forEach(
            gate ->
                fault(
                    "/spec/curation/seal/expectedEffect",
                    Double.toString(effect),
                    "a number above the FRESH gate's margin (%s) and at most 1"
                        .formatted(gate.margin())));
  }

  private void fault(String pointer, String value, String allowed) {
    faults.add(new Fault(file, pointer, value, allowed));
  }
}
