package dev.whetstone.kit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.loop.RolloutMode;
import dev.whetstone.kit.json.ContentDigests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoopFileReaderTest {
  @TempDir Path folder;

  @BeforeEach
  void baseModel() throws IOException {
    Files.createDirectories(folder.resolve("base"));
    Files.writeString(folder.resolve("base/config.json"), "{}");
    Files.writeString(folder.resolve("base/chat_template.jinja"), "{{ messages }}");
    Files.writeString(folder.resolve("golden.jsonl"), "{}\n");
  }

  private static final String MINIMAL =
      """
      apiVersion: whetstone.dev/v1
      kind: Loop
      metadata: {tenant: acme, name: support}
      spec:
        baseModel: {uri: base}
        consent: {default: allow}
        serving: {endpoint: 'http://127.0.0.1:8000'}
      """;

  private LoopDeclaration read(String yaml) {
    return LoopFileReader.read(yaml.getBytes(StandardCharsets.UTF_8), "loop.yaml", folder);
  }

  @Test
  void shouldFillEverythingThatAMinimalFileLeavesOut() {
    LoopSpec spec = read(MINIMAL).spec();
    assertThat(spec.spec().curation().seal().minExamples()).isEqualTo(50);
    assertThat(spec.spec().curation().joinWindow()).isEqualTo(Duration.ofDays(7));
    assertThat(spec.spec().rollout().mode()).isEqualTo(RolloutMode.APPROVE);
    assertThat(spec.spec().evaluation().gates())
        .extracting(LoopSpec.Gate::role)
        .containsExactly(GateRole.FRESH, GateRole.RETAIN, GateRole.FORGET, GateRole.FORMAT);
    assertThat(spec.spec().evaluation().gates().getFirst().minItems()).isEqualTo(200);
  }

  @Test
  void shouldPinWhatLiesInFiles() {
    LoopSpec spec = read(MINIMAL).spec();
    assertThat(spec.spec().baseModel().uri()).isEqualTo("file://" + folder.resolve("base"));
    assertThat(spec.spec().baseModel().sha256())
        .isEqualTo(ContentDigests.directory(folder.resolve("base")));
    assertThat(spec.spec().baseModel().chatTemplateSha256())
        .isEqualTo(ContentDigests.sha256("{{ messages }}"));
  }

  @Test
  void shouldGiveTheSameDigestForTheSameMeaning() {
    String reordered =
        """
        kind: Loop
        apiVersion: whetstone.dev/v1
        spec:
          serving: {endpoint: 'http://127.0.0.1:8000'}
          consent: {default: allow}
          baseModel: {uri: base}
        metadata: {name: support, tenant: acme}
        """;
    assertThat(read(reordered).specSha256()).isEqualTo(read(MINIMAL).specSha256());
  }

  @Test
  void shouldNameTheFaultsOfEveryCheckAtOnce() {
    String faulty =
        """
        apiVersion: whetstone.dev/v1
        kind: Loop
        metadata: {tenant: acme, name: Bad_Name}
        spec:
          profile: quick
          baseModel: {uri: "hf://acme/base"}
          training: {epochs: many, batchSize: 0, nonsense: 1}
          evaluation: {concurrency: 900}
          rollout: {mode: fast}
          serving: {endpoint: nohost}
        """;
    LoopFileException refused = catchThrowableOfType(LoopFileException.class, () -> read(faulty));
    assertThat(refused.faults())
        .extracting(LoopFileException.Fault::pointer)
        .containsExactlyInAnyOrder(
            "/spec/profile",
            "/spec/consent/default",
            "/metadata/name",
            "/spec/training/epochs",
            "/spec/training/nonsense",
            "/spec/training/batchSize",
            "/spec/evaluation/concurrency",
            "/spec/rollout/mode",
            "/spec/serving/endpoint");
  }

  @Test
  void shouldTakeAGatesDefaultsByItsRole() {
    LoopSpec spec =
        read(MINIMAL + "  evaluation:\n    gates: [{role: FRESH, minItems: 80}, {role: RETAIN}]\n")
            .spec();
    assertThat(spec.spec().evaluation().gates().getFirst())
        .isEqualTo(new LoopSpec.Gate(GateRole.FRESH, LoopSpec.Gate.Mode.ENFORCE, 0.01, 80));
    assertThat(spec.spec().evaluation().gates().get(1).margin()).isEqualTo(0.03);
  }

  @Test
  void shouldSayWhereEachValueComesFrom() {
    LoopDeclaration declaration = read(MINIMAL + "  profile: cautious\n  training: {epochs: 6}\n");
    assertThat(declaration.settings())
        .anySatisfy(
            s -> {
              assertThat(s.pointer()).isEqualTo("/spec/training/epochs");
              assertThat(s.origin()).isEqualTo("file");
            })
        .anySatisfy(
            s -> {
              assertThat(s.pointer()).isEqualTo("/spec/curation/seal/minExamples");
              assertThat(s.value()).isEqualTo(200);
              assertThat(s.origin()).isEqualTo("profile cautious");
            })
        .anySatisfy(
            s -> {
              assertThat(s.pointer()).isEqualTo("/spec/curation/joinWindow");
              assertThat(s.origin()).isEqualTo("profile standard");
            });
  }

  @Test
  void shouldNameFileFieldValueAndWhatIsAllowedForEveryFault() {
    String broken =
        MINIMAL
            + "  rollout: {mode: always}\n"
            + "  training: {epochz: 3, lora: {r: none}}\n"
            + "  curation: {joinWindow: a week}\n";
    assertThatThrownBy(() -> read(broken))
        .isInstanceOf(LoopFileException.class)
        .hasMessageContaining(
            "loop.yaml /spec/rollout/mode: 'always'; allowed: observe, approve, canary, auto")
        .hasMessageContaining("loop.yaml /spec/training/epochz: '3'; allowed: one of the fields")
        .hasMessageContaining("loop.yaml /spec/training/lora/r: 'none'; allowed: a whole number")
        .hasMessageContaining(
            "loop.yaml /spec/curation/joinWindow: 'a week'; allowed: an ISO 8601");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "evaluation: {alpha: 0} | /spec/evaluation/alpha: '0.0'",
        "evaluation: {alpha: 0.5} | /spec/evaluation/alpha: '0.5'; allowed: a number above 0 and below 0.5",
        "evaluation: {sequential: alpha} | /spec/evaluation/sequential: 'alpha'; allowed: alpha-spending, lord",
        "evaluation: {falseDiscoveryRate: 1} | /spec/evaluation/falseDiscoveryRate: '1.0'",
        "evaluation: {reproducibilityItems: -1} | /spec/evaluation/reproducibilityItems: '-1'",
        "evaluation: {concurrency: 100000} | /spec/evaluation/concurrency: '100000'; allowed: a whole number from 1 to 256",
        "evaluation: {endpoint: 'localhost:8000'} | /spec/evaluation/endpoint: 'localhost:8000'",
        "serving: {endpoint: 'http://a:1', replicas: ['http://']} | /spec/serving/replicas/0: 'http://'",
        "serving: {endpoint: 'http://a:1', router: webhook} | /spec/serving/router: 'webhook'; allowed: registry, none",
        "curation: {seal: {expectedEffect: 0.01}} | above the FRESH gate's margin (0.01)",
        "curation: {seal: {expectedEffect: 1.5}} | /spec/curation/seal/expectedEffect: '1.5'",
        "curation: {pii: {types: [EMAIL, FAX]}} | /spec/curation/pii/types/1: 'FAX'; allowed: SECRET",
        "training: {lora: {alpha: 0}} | /spec/training/lora/alpha: '0'; allowed: a whole number of at least 1",
        "training: {lora: {dropout: 1}} | /spec/training/lora/dropout: '1.0'; allowed: a number from 0 to below 1",
        "training: {lora: {targetModules: []}} | /spec/training/lora/targetModules: '[]'; allowed: all-linear",
        "training: {weightDecay: -0.1} | /spec/training/weightDecay: '-0.1'",
        "training: {warmupRatio: 1} | /spec/training/warmupRatio: '1.0'",
        "training: {seed: -1} | /spec/training/seed: '-1'",
        "training: {seed: 4294967296} | /spec/training/seed: '4294967296'; allowed: a whole number from 0 to 4294967295",
        "training: {resumeEverySteps: 0} | /spec/training/resumeEverySteps: '0'",
        "training: {maxSeconds: 0} | /spec/training/maxSeconds: '0'",
        "training: {maxGpuSeconds: 0} | /spec/training/maxGpuSeconds: '0'",
        "training: {retention: {method: ewc}} | /spec/training/retention/method: 'ewc'; allowed: none; this version retains skills by training.replay only",
        "training: {leaseDuration: PT0S} | /spec/training/leaseDuration: 'PT0S'",
        "training: {progressDeadline: -PT1M} | /spec/training/progressDeadline: 'PT-1M'",
        "curation: {joinWindow: PT0S} | /spec/curation/joinWindow: 'PT0S'; allowed: a duration",
        "curation: {seal: {maxAge: PT0S}} | /spec/curation/seal/maxAge: 'PT0S'",
        "curation: {quarantineDeadline: PT0S} | /spec/curation/quarantineDeadline: 'PT0S'",
        "rollout: {confirmDeadline: PT0S} | /spec/rollout/confirmDeadline: 'PT0S'",
        "rollout: {coolDown: PT1H} | /spec/rollout/coolDown: 'PT1H'; allowed: nothing, since no service reads this field; this version decides",
        "rollout: {canaryPercent: [5, 100]} | /spec/rollout/canaryPercent: '[5,100]'; allowed: nothing, since no service reads this field; this version moves all traffic at once",
        "rollout: {holdback: 0.1} | /spec/rollout/holdback: '0.1'; allowed: nothing, since no service reads this field; this version keeps no traffic",
        "curation: {synthesis: {teacher: 'http://a:1'}} | /spec/curation/synthesis/teacher: 'http://a:1'; allowed: nothing, since no service reads",
        "retention: {interactions: PT0S} | /spec/retention/interactions: 'PT0S'",
        "retention: {erasureDeadline: PT0S} | /spec/retention/erasureDeadline: 'PT0S'; allowed: a duration",
        "budgets: {maxRunsPerDay: -1} | /spec/budgets/maxRunsPerDay: '-1'; allowed: a whole number of at least 0",
        "training: {baseLearningRate: 0} | /spec/training/baseLearningRate: '0.0'; allowed: a number above 0",
        "training: {startFrom: nothing} | /spec/training/startFrom: 'nothing'; allowed: base, champion",
        "curation: {abuse: {capPerEndUser: 0}} | /spec/curation/abuse/capPerEndUser: '0'; allowed: a whole number of at least 1",
        "curation: {split: {later: {train: 1.5, validation: 0, test: 0}}} | /spec/curation/split/later/train: '1.5'; allowed: a number from 0 to 1",
      })
  void shouldRefuseWhatWouldFailOnlyLater(String setting, String message) {
    String file =
        setting.startsWith("serving")
            ? MINIMAL.replaceFirst("serving: .*", setting)
            : MINIMAL + "  " + setting + "\n";
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(LoopFileException.class)
        .hasMessageContaining(message);
  }

  @Test
  void shouldAskTheOneQuestionThatHasNoDefault() {
    assertThatThrownBy(() -> read(MINIMAL.replace("  consent: {default: allow}\n", "")))
        .hasMessageContaining("/spec/consent/default: is missing; allowed: allow or deny");
  }

  @Test
  void shouldReportBoundsAndCrossFieldRulesTogether() {
    assertThatThrownBy(
            () ->
                read(
                    MINIMAL
                        + "  evaluation: {maxTokens: 0}\n"
                        + "  curation: {seal: {expectedEffect: 0.001}}\n"))
        .hasMessageContaining("/spec/evaluation/maxTokens: '0'; allowed: a whole number of at")
        .hasMessageContaining("/spec/curation/seal/expectedEffect: '0.001'");
  }

  @Test
  void shouldSetNoFieldThatNoServiceReads() {
    LoopSpec.Spec spec = read(MINIMAL + "  profile: cautious\n").spec().spec();
    assertThat(spec.rollout().canaryPercent()).isNull();
    assertThat(spec.rollout().holdback()).isNull();
    assertThat(spec.rollout().coolDown()).isNull();
    assertThat(spec.retention().erasureDeadline()).isNull();
  }

  @Test
  void shouldRefuseSharesThatDoNotAddUp() {
    assertThatThrownBy(
            () ->
                read(
                    MINIMAL
                        + "  curation: {split: {initial: {train: 0.9, validation: 0.1, test: 0.3}}}\n"))
        .hasMessageContaining("/spec/curation/split/initial: '1.3")
        .hasMessageContaining("add up to 1");
  }

  @Test
  void shouldRefuseASuiteWhoseBytesChanged() {
    String suite =
        "  evaluation: {suites: [{name: golden, role: RETAIN, uri: golden.jsonl, sha256: '00'}]}\n";
    assertThatThrownBy(() -> read(MINIMAL + suite))
        .hasMessageContaining("/spec/evaluation/suites/0/sha256: '00'; allowed: ");
  }

  @Test
  void shouldNameThePlaceOfBrokenYaml() {
    assertThatThrownBy(() -> read("spec: {a: [1, 2\nb: }"))
        .isInstanceOf(LoopFileException.class)
        .hasMessageContaining("loop.yaml")
        .hasMessageContaining("line");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"training: {epochs: 3, epochs: 9}|epochs", "consent: {default: deny}|consent"})
  void shouldRefuseAKeyThatComesTwice(String section, String key) {
    assertThatThrownBy(() -> read(MINIMAL + "  " + section + "\n"))
        .isInstanceOf(LoopFileException.class)
        .hasMessageContaining("loop.yaml")
        .hasMessageContaining("'" + key + "'");
  }

  @Test
  void shouldRefuseRelativeUrisWhereNothingIsRelative() {
    assertThatThrownBy(
            () ->
                LoopFileReader.read(MINIMAL.getBytes(StandardCharsets.UTF_8), "request body", null))
        .hasMessageContaining("/spec/baseModel/uri: 'base'; allowed: an absolute URI");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "  curation:\n",
        "  curation: {languages: , split: }\n",
        "  training: {replay: , lora: {r: null}}\n",
        "  evaluation: {gates: , suites: }\n",
        "  profile:\n",
        "  systemPrompt: ~\n",
        "  rollout: null\n"
      })
  void shouldTakeAnEmptySectionForOneThatIsNotThere(String section) {
    assertThat(read(MINIMAL + section).specSha256()).isEqualTo(read(MINIMAL).specSha256());
    assertThat(read(MINIMAL + section).settings()).isEqualTo(read(MINIMAL).settings());
  }

  @Test
  void shouldAskForWhatAnEmptySpecLeavesOut() {
    assertThatThrownBy(() -> read(MINIMAL.substring(0, MINIMAL.indexOf("  baseModel"))))
        .isInstanceOf(LoopFileException.class)
        .hasMessageContaining("/spec/baseModel/uri: is missing");
    for (String metadata : List.of("", "{tenant: , name: }", "null")) {
      assertThatThrownBy(() -> read(MINIMAL.replace("{tenant: acme, name: support}", metadata)))
          .isInstanceOf(LoopFileException.class)
          .hasMessageContaining("/metadata/name: is missing");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "[]", "yes", "'text'"})
  void shouldRefuseASpecThatIsNoMapping(String spec) {
    String file = MINIMAL.substring(0, MINIMAL.indexOf("spec:")) + "spec: " + spec + "\n";
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(LoopFileException.class)
        .hasMessageContaining("loop.yaml /spec: '")
        .hasMessageContaining("allowed: a mapping");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rollout: {mode: 1}                        | /spec/rollout/mode: '1'; allowed: observe",
        "training: {epochs: 3.9}                   | /spec/training/epochs: '3.9'; allowed: a whole number",
        "training: {maxAttempts: 1.5}              | /spec/training/maxAttempts: '1.5'; allowed: a whole number",
        "training: {'a/b~': 1}                     | /spec/training/a~1b~0: '1'; allowed: one of the fields",
        "curation: {languages: [~]}                | /spec/curation/languages/0: 'null'",
        "curation: 5                               | /spec/curation: '5'",
        "curation: {dedup: {semantic: true}}       | /spec/curation/dedup/semantic: 'true'; allowed: false; this version",
        "curation: {synthesis: {enabled: true, teacher: 'http://127.0.0.1:9'}} | /spec/curation/synthesis/enabled: 'true'; allowed: false; this version",
        "evaluation: {gates: [~]}                  | /spec/evaluation/gates/0",
        "evaluation: {gates: [{mode: enforce, margin: 0.1, minItems: 80}]} | /spec/evaluation/gates/0/role: is missing",
        "evaluation: {suites: [{role: RETAIN, uri: golden.jsonl}]} | /spec/evaluation/suites/0/name: is missing",
        "training: {replay: [{share: 0.1}]}        | /spec/training/replay/0/uri: is missing",
        "evaluation: {suites: [5, {name: a, role: RETAIN, uri: golden.jsonl, shadoww: 1}]} | /spec/evaluation/suites/1/shadoww: '1'",
      })
  void shouldRefuseWhatNoServiceCouldUse(String section, String message) {
    assertThatThrownBy(() -> read(MINIMAL + "  " + section + "\n"))
        .isInstanceOf(LoopFileException.class)
        .hasMessageContaining("loop.yaml " + message);
  }

  @Test
  void shouldMixInAFifthOfAReplaySetThatNamesNoShare() {
    LoopSpec spec =
        read(MINIMAL
                + "  training: {replay: [{uri: golden.jsonl}, {uri: golden.jsonl, share: 0.5}]}\n")
            .spec();
    assertThat(spec.spec().training().replay())
        .extracting(LoopSpec.ReplaySet::share)
        .containsExactly(0.2, 0.5);
  }
}
