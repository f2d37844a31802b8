package dev.whetstone.contracts.loop;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.whetstone.contracts.LoopId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The effective declaration of a loop: what its file says over what its profile sets. Durations are
 * ISO 8601; shares, rates and margins are between 0 and 1.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LoopSpec(String apiVersion, String kind, Metadata metadata, Spec spec) {
  public static final String API_VERSION = "whetstone.dev/v1";
  public static final String KIND = "Loop";

  public LoopSpec {
    Objects.requireNonNull(metadata, "metadata");
    Objects.requireNonNull(spec, "spec");
  }

  public LoopId id() {
    return new LoopId(metadata.tenant(), metadata.name());
  }

  public record Metadata(String tenant, String name) {}

  /**
   * @param systemPrompt the prompt the product app sends, baked into demonstrations and suites
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Spec(
      Profile profile,
      BaseModel baseModel,
      @Nullable String systemPrompt,
      Consent consent,
      Curation curation,
      Training training,
      Evaluation evaluation,
      Rollout rollout,
      Serving serving,
      Budgets budgets,
      Retention retention) {}

  /** A set of defaults. */
  public enum Profile {
    @JsonProperty("cautious")
    CAUTIOUS,
    @JsonProperty("standard")
    STANDARD,
    @JsonProperty("fast")
    FAST
  }

  /**
   * @param uri {@code file://}, {@code hf://org/name} or {@code s3://}
   * @param sha256 of the directory: SHA-256 of the lines {@code <sha256> <two spaces> <path>} of
   *     its files, sorted by path; filled in at declaration for {@code file://}
   * @param chatTemplateSha256 of the chat template's text
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record BaseModel(
      String uri, @Nullable String sha256, @Nullable String chatTemplateSha256) {}

  /** Whether an interaction that says nothing about consent may be trained on. */
  public record Consent(@JsonProperty("default") Default whenAbsent) {
    /** The one question that has no default. */
    public enum Default {
      @JsonProperty("allow")
      ALLOW,
      @JsonProperty("deny")
      DENY
    }
  }

  /**
   * @param maxClusterShare largest share of one topic; 1 switches the stage off
   * @param mustCover tags that a batch must hold
   * @param quarantineDeadline after which a quarantined example is rejected
   */
  public record Curation(
      Duration joinWindow,
      List<String> languages,
      SplitRatios split,
      Seal seal,
      Hygiene hygiene,
      Pii pii,
      Toxicity toxicity,
      Dedup dedup,
      Decontamination decontamination,
      Abuse abuse,
      Quality quality,
      double maxClusterShare,
      List<String> mustCover,
      double contradictionMargin,
      Duration quarantineDeadline,
      Synthesis synthesis) {}

  /** Shares until {@code testTarget} sealed test items, and after. */
  public record SplitRatios(Shares initial, int testTarget, Shares later) {
    /** They add up to 1. */
    public record Shares(double train, double validation, double test) {}
  }

  /**
   * @param minExamples new train examples of one form: SFT where there are ten of it, else the one
   *     that has most (a correction makes an SFT example and a pair, which are one)
   * @param power of the forecast, at {@code expectedEffect} (difference of the primary metric)
   */
  public record Seal(int minExamples, Duration maxAge, double power, double expectedEffect) {}

  /**
   * @param maxAnswerCharacters 0 for no limit
   */
  public record Hygiene(boolean enabled, int maxAnswerCharacters) {}

  /**
   * @param types placeholders' names out of {@link #TYPES}; none means all
   */
  public record Pii(boolean enabled, List<String> types) {
    /** What can be redacted. */
    public static final List<String> TYPES =
        List.of(
            "SECRET",
            "URL_CREDENTIALS",
            "EMAIL",
            "IBAN",
            "CREDIT_CARD",
            "US_SSN",
            "IP_ADDRESS",
            "PHONE");
  }

  public record Toxicity(boolean enabled, List<String> words) {}

  /**
   * @param shortTextWords texts below this length are compared exactly
   */
  public record Dedup(
      boolean enabled, int shortTextWords, double jaccard, boolean semantic, double cosine) {}

  /**
   * An n-gram in more than max(boilerplateCount, boilerplateShare × interactions) does not count.
   */
  public record Decontamination(
      boolean enabled, int ngram, int boilerplateCount, double boilerplateShare) {}

  /**
   * @param capPerEndUser examples per end user and batch
   * @param sybilEndUsers so many end users with near-identical texts are a ring
   * @param rareLift how much more often a rare prompt n-gram may occur in new examples than in
   *     interactions
   */
  public record Abuse(
      boolean enabled,
      int capPerEndUser,
      int sybilEndUsers,
      double sybilJaccard,
      double rareLift,
      boolean contradiction) {}

  /**
   * @param minScore 0 to 1; below it an example is rejected
   */
  public record Quality(double minScore, double ratingPositive, double ratingNegative) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Synthesis(boolean enabled, @Nullable String teacher, double maxShare) {}

  /**
   * Absent values are chosen from the amount of data.
   *
   * @param startFrom {@code base} or {@code champion}
   * @param exampleCap newest and best first
   * @param progressDeadline a step that stands still for longer ends the attempt
   * @param leaseDuration without a report for longer, an attempt counts as dead
   * @param engine where the loop's workers run; absent means {@link Engine#PROCESS}
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Training(
      @Nullable Double baseLearningRate,
      @Nullable Integer epochs,
      @Nullable Integer batchSize,
      double weightDecay,
      double warmupRatio,
      Lora lora,
      int maxSequenceLength,
      List<ReplaySet> replay,
      String startFrom,
      int exampleCap,
      long seed,
      int resumeEverySteps,
      int maxAttempts,
      Duration leaseDuration,
      Duration progressDeadline,
      long maxSeconds,
      long maxGpuSeconds,
      RetentionMethod retention,
      @Nullable Engine engine) {
    /** The engine that the loop's workers run on, the default one where the loop names none. */
    public Engine engineOrDefault() {
      return engine == null ? Engine.PROCESS : engine;
    }
  }

  /**
   * The compute engine that a loop's workers run on, and what that engine needs beyond the run's
   * own spec. A declaration that sets a field which its engine does not read is refused.
   *
   * @param kind one of {@link #KINDS}
   * @param image container image of the worker; for engines that run containers
   * @param queue queue that the engine admits the worker through; for engines that have queues
   * @param resources what the worker requests, by resource name, as Kubernetes writes quantities:
   *     {@code {"nvidia.com/gpu": "1", "memory": "64Gi"}}; for engines that schedule by requests
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Engine(
      String kind,
      @Nullable String image,
      @Nullable String queue,
      @Nullable Map<String, String> resources) {
    /** The engines that this version has. */
    public static final List<String> KINDS = List.of("process");

    /** Workers are processes of the machine that the training service runs on. */
    public static final Engine PROCESS = new Engine("process", null, null, null);

    public Engine {
      resources = resources == null ? null : Map.copyOf(resources);
    }
  }

  /**
   * @param targetModules {@code all-linear} or module names
   */
  public record Lora(int r, int alpha, double dropout, List<String> targetModules) {}

  /**
   * @param share of the final mix, 0 to below 1
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record ReplaySet(String uri, @Nullable String sha256, double share) {}

  /** {@code none}, {@code kl}, {@code ewc} or {@code si}. */
  public record RetentionMethod(String method, double strength) {}

  /**
   * @param gates what decides
   * @param suites where the items come from; FRESH needs none
   * @param alpha one-sided level of every gate
   * @param reproducibilityItems champion items asked again
   * @param concurrency requests in flight
   * @param sequential {@code alpha-spending} per champion, or {@code lord} over candidates
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Evaluation(
      List<Gate> gates,
      List<Suite> suites,
      @Nullable String endpoint,
      double alpha,
      int reproducibilityItems,
      double maxDiscordance,
      int concurrency,
      int maxTokens,
      String sequential,
      double falseDiscoveryRate) {}

  /**
   * @param margin superiority: least difference; non-inferiority: allowed loss
   * @param minItems below it the gate stays undecided
   */
  public record Gate(GateRole role, Mode mode, double margin, int minItems) {
    /** A shadow gate is measured and shown and decides nothing. */
    public enum Mode {
      @JsonProperty("enforce")
      ENFORCE,
      @JsonProperty("shadow")
      SHADOW
    }
  }

  /**
   * @param role the gate that it feeds
   * @param shadow measured and reported apart, outside the gate
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Suite(
      String name, GateRole role, String uri, @Nullable String sha256, boolean shadow) {}

  /**
   * @param confirmDeadline past it a new generation points back to the former champion
   */
  public record Rollout(
      RolloutMode mode,
      Duration confirmDeadline,
      List<Integer> canaryPercent,
      double holdback,
      Duration coolDown) {}

  /**
   * @param endpoint base URL of an OpenAI-compatible server, without {@code /v1}
   * @param baseName the name under which it serves the base model
   * @param replicas base URLs of each replica; empty means the endpoint is the only one
   * @param router {@code registry} (apps ask for an assignment) or {@code none}
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Serving(
      String endpoint,
      String baseName,
      List<String> replicas,
      String router,
      @Nullable String credentialsRef) {}

  /** Zero means no limit. */
  public record Budgets(int maxRunsPerDay, long maxGpuSecondsPerDay) {}

  public record Retention(Duration interactions, Duration erasureDeadline) {}
}
