package dev.whetstone.kit.loop;

import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.kit.loop.LoopFileException.Fault;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Bounds that types alone do not hold. */
final class LoopRules {
  /** Past it a judge would only queue at the model server. */
  private static final int MOST_IN_FLIGHT = 256;

  /** The worker's random generators take no larger one. */
  private static final long LARGEST_SEED = (1L << 32) - 1;

  private final String file;
  private final List<Fault> faults = new ArrayList<>();

  private LoopRules(String file) {
    this.file = file;
  }

  static List<Fault> check(String file, LoopSpec loop) {
    LoopRules rules = new LoopRules(file);
    rules.curation(loop.spec().curation());
    rules.training(loop.spec().training());
    rules.worker(loop.spec().training());
    rules.faults.addAll(EngineSettingsRule.check(file, loop.spec().training()));
    rules.evaluation(loop.spec().evaluation());
    rules.effect(loop.spec());
    rules.serving(loop.spec());
    rules.durations(loop.spec());
    return rules.faults;
  }

  private void curation(LoopSpec.Curation curation) {
    String at = "/spec/curation";
    atLeast(at + "/seal/minExamples", curation.seal().minExamples(), 10);
    share(at + "/seal/power", curation.seal().power());
    shares(at + "/split/initial", curation.split().initial());
    shares(at + "/split/later", curation.split().later());
    share(at + "/maxClusterShare", curation.maxClusterShare());
    share(at + "/dedup/jaccard", curation.dedup().jaccard());
    share(at + "/quality/minScore", curation.quality().minScore());
    atLeast(at + "/abuse/capPerEndUser", curation.abuse().capPerEndUser(), 1);
    atLeast(at + "/decontamination/ngram", curation.decontamination().ngram(), 2);
    if (curation.dedup().semantic()) {
      fault(
          at + "/dedup/semantic",
          "true",
          "false; this version takes out exact and near copies only (dedup.jaccard)");
    }
    if (curation.synthesis().enabled()) {
      fault(at + "/synthesis/enabled", "true", "false; this version asks no teacher for examples");
    }
    for (int i = 0; i < curation.pii().types().size(); i++) {
      oneOf(at + "/pii/types/" + i, curation.pii().types().get(i), LoopSpec.Pii.TYPES);
    }
  }

  private void training(LoopSpec.Training training) {
    String at = "/spec/training";
    if (training.baseLearningRate() != null) {
      positive(at + "/baseLearningRate", training.baseLearningRate());
    }
    if (training.epochs() != null) {
      atLeast(at + "/epochs", training.epochs(), 1);
    }
    if (training.batchSize() != null) {
      atLeast(at + "/batchSize", training.batchSize(), 1);
    }
    atLeast(at + "/lora/r", training.lora().r(), 1);
    atLeast(at + "/maxSequenceLength", training.maxSequenceLength(), 16);
    atLeast(at + "/maxAttempts", training.maxAttempts(), 1);
    oneOf(at + "/startFrom", training.startFrom(), List.of("base", "champion"));
    double replay = 0;
    for (int i = 0; i < training.replay().size(); i++) {
      double share = training.replay().get(i).share();
      share(at + "/replay/" + i + "/share", share);
      replay += share;
    }
    if (replay >= 1) {
      fault(at + "/replay", Double.toString(replay), "shares that add up to less than 1");
    }
  }

  /** What the worker refuses, after a batch was sealed for it. */
  private void worker(LoopSpec.Training training) {
    String at = "/spec/training";
    atLeast(at + "/lora/alpha", training.lora().alpha(), 1);
    shareBelowOne(at + "/lora/dropout", training.lora().dropout());
    if (training.lora().targetModules().isEmpty()) {
      fault(at + "/lora/targetModules", "[]", "all-linear or names of modules");
    }
    if (!(training.weightDecay() >= 0)) {
      fault(at + "/weightDecay", Double.toString(training.weightDecay()), "a number of at least 0");
    }
    shareBelowOne(at + "/warmupRatio", training.warmupRatio());
    if (training.seed() < 0 || training.seed() > LARGEST_SEED) {
      fault(
          at + "/seed", Long.toString(training.seed()), "a whole number from 0 to " + LARGEST_SEED);
    }
    atLeast(at + "/resumeEverySteps", training.resumeEverySteps(), 1);
    atLeast(at + "/maxSeconds", training.maxSeconds(), 1);
    atLeast(at + "/maxGpuSeconds", training.maxGpuSeconds(), 1);
    if (!training.retention().method().equals("none")) {
      fault(
          at + "/retention/method",
          training.retention().method(),
          "none; this version retains skills by training.replay only");
    }
  }

  private void durations(LoopSpec.Spec spec) {
    LoopSpec.Curation curation = spec.curation();
    positive("/spec/curation/joinWindow", curation.joinWindow());
    positive("/spec/curation/seal/maxAge", curation.seal().maxAge());
    positive("/spec/curation/quarantineDeadline", curation.quarantineDeadline());
    positive("/spec/training/leaseDuration", spec.training().leaseDuration());
    positive("/spec/training/progressDeadline", spec.training().progressDeadline());
    positive("/spec/rollout/confirmDeadline", spec.rollout().confirmDeadline());
    if (spec.rollout().coolDown().isNegative()) {
      fault("/spec/rollout/coolDown", spec.rollout().coolDown().toString(), "PT0S or longer");
    }
    positive("/spec/retention/interactions", spec.retention().interactions());
    positive("/spec/retention/erasureDeadline", spec.retention().erasureDeadline());
  }

  private void evaluation(LoopSpec.Evaluation evaluation) {
    String at = "/spec/evaluation";
    if (!(evaluation.alpha() > 0 && evaluation.alpha() < 0.5)) {
      fault(at + "/alpha", Double.toString(evaluation.alpha()), "a number above 0 and below 0.5");
    }
    if (!(evaluation.falseDiscoveryRate() > 0 && evaluation.falseDiscoveryRate() < 1)) {
      fault(
          at + "/falseDiscoveryRate",
          Double.toString(evaluation.falseDiscoveryRate()),
          "a number above 0 and below 1");
    }
    oneOf(at + "/sequential", evaluation.sequential(), List.of("alpha-spending", "lord"));
    share(at + "/maxDiscordance", evaluation.maxDiscordance());
    atLeast(at + "/reproducibilityItems", evaluation.reproducibilityItems(), 0);
    atLeast(at + "/concurrency", evaluation.concurrency(), 1);
    if (evaluation.concurrency() > MOST_IN_FLIGHT) {
      fault(
          at + "/concurrency",
          Integer.toString(evaluation.concurrency()),
          "a whole number of at most " + MOST_IN_FLIGHT);
    }
    if (evaluation.endpoint() != null) {
      url(at + "/endpoint", evaluation.endpoint());
    }
    atLeast(at + "/maxTokens", evaluation.maxTokens(), 1);
    Set<GateRole> roles = new HashSet<>();
    for (int i = 0; i < evaluation.gates().size(); i++) {
      LoopSpec.Gate gate = evaluation.gates().get(i);
      if (!roles.add(gate.role())) {
        fault(at + "/gates/" + i + "/role", gate.role().name(), "each role once");
      }
      share(at + "/gates/" + i + "/margin", gate.margin());
    }
    if (!roles.contains(GateRole.FRESH)) {
      fault(
          at + "/gates",
          roles.toString(),
          "a list with FRESH in it: without it nothing is ever better");
    }
    Set<String> names = new HashSet<>();
    for (int i = 0; i < evaluation.suites().size(); i++) {
      if (!names.add(evaluation.suites().get(i).name())) {
        fault(at + "/suites/" + i + "/name", evaluation.suites().get(i).name(), "each name once");
      }
    }
  }

  /** A batch that could show no more than the margin would never be sealed. */
  private void effect(LoopSpec.Spec spec) {
    double effect = spec.curation().seal().expectedEffect();
    spec.evaluation().gates().stream()
        .filter(gate -> gate.role() == GateRole.FRESH)
        .filter(gate -> !(effect > gate.margin() && effect <= 1))
        .forEach(
            gate ->
                fault(
                    "/spec/curation/seal/expectedEffect",
                    Double.toString(effect),
                    "a number above the FRESH gate's margin (%s) and at most 1"
                        .formatted(gate.margin())));
  }

  private void serving(LoopSpec.Spec spec) {
    url("/spec/serving/endpoint", spec.serving().endpoint());
    for (int i = 0; i < spec.serving().replicas().size(); i++) {
      url("/spec/serving/replicas/" + i, spec.serving().replicas().get(i));
    }
    // A webhook that carries assignments out is not built; who named one would wait for it.
    oneOf("/spec/serving/router", spec.serving().router(), List.of("registry", "none"));
    share("/spec/rollout/holdback", spec.rollout().holdback());
  }

  private void url(String pointer, String value) {
    try {
      URI url = new URI(value);
      if (url.getHost() != null && Set.of("http", "https").contains(url.getScheme())) {
        return;
      }
    } catch (URISyntaxException _) {
      // The same fault as a URL without a host.
    }
    fault(pointer, value, "an http:// or https:// URL with a host, without /v1");
  }

  private void oneOf(String pointer, String value, List<String> allowed) {
    if (!allowed.contains(value)) {
      fault(pointer, value, String.join(", ", allowed));
    }
  }

  private void shares(String pointer, LoopSpec.SplitRatios.Shares shares) {
    share(pointer + "/train", shares.train());
    share(pointer + "/validation", shares.validation());
    share(pointer + "/test", shares.test());
    double sum = shares.train() + shares.validation() + shares.test();
    if (Math.abs(sum - 1) > 1e-9) {
      fault(pointer, Double.toString(sum), "three shares that add up to 1");
    }
  }

  private void share(String pointer, double value) {
    if (!(value >= 0 && value <= 1)) {
      fault(pointer, Double.toString(value), "a number from 0 to 1");
    }
  }

  private void shareBelowOne(String pointer, double value) {
    if (!(value >= 0 && value < 1)) {
      fault(pointer, Double.toString(value), "a number from 0 to below 1");
    }
  }

  private void positive(String pointer, Duration value) {
    if (!value.isPositive()) {
      fault(pointer, value.toString(), "a duration longer than PT0S, for example PT30M");
    }
  }

  private void positive(String pointer, double value) {
    if (!(value > 0)) {
      fault(pointer, Double.toString(value), "a number above 0");
    }
  }

  private void atLeast(String pointer, long value, long least) {
    if (value < least) {
      fault(pointer, Long.toString(value), "a whole number of at least " + least);
    }
  }

  private void fault(String pointer, String value, String allowed) {
    faults.add(new Fault(file, pointer, value, allowed));
  }
}
