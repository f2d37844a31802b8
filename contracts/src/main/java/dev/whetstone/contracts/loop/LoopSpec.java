package dev.whetstone.contracts.loop;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.whetstone.contracts.LoopId;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The effective declaration of a loop: the values of its file and, for every other field, those of
 * its profile. Durations are ISO 8601; shares, rates and margins are between 0 and 1.
 *
 * <p>The bounds of single fields are declared here by annotations and generated into the JSON
 * Schema. Rules about several fields are in service-kit.
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
   * @param systemPrompt the system prompt that the product app sends; demonstrations and suites
   *     contain it
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

  /** Whether an interaction without a consent field may be used for training. */
  public record Consent(@JsonProperty("default") Default whenAbsent) {
    /** A declaration must contain this value: no profile sets it. */
    public enum Default {
      @JsonProperty("allow")
      ALLOW,
      @JsonProperty("deny")
      DENY
    }
  }

  /**
   * @param joinWindow how long feedback waits for its interaction
   * @param maxClusterShare largest share of one topic; 1 switches the stage off
   * @param mustCover tags that a batch must contain
   * @param contradictionMargin least lead of the majority opinion on one response
   * @param quarantineDeadline age at which a quarantined example is rejected
   */
  public record Curation(
      @Format(TextFormat.POSITIVE_DURATION) Duration joinWindow,
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
      @Bounds(min = 0, max = 1) double maxClusterShare,
      List<String> mustCover,
      double contradictionMargin,
      @Format(TextFormat.POSITIVE_DURATION) Duration quarantineDeadline,
      Synthesis synthesis) {}

  /**
   * @param initial shares until {@code testTarget} test items are sealed
   * @param later shares from then on
   */
  public record SplitRatios(Shares initial, int testTarget, Shares later) {
    /** The three shares add up to 1. */
    public record Shares(
        @Bounds(min = 0, max = 1) double train,
        @Bounds(min = 0, max = 1) double validation,
        @Bounds(min = 0, max = 1) double test) {}
  }

  /**
   * @param minExamples least number of new train examples of one form: SFT if there are ten of it,
   *     else the form with the most (the SFT example and the pair of one correction count once)
   * @param power statistical power of the forecast at {@code expectedEffect}
   * @param expectedEffect difference of the primary metric; above the FRESH gate's margin
   */
  public record Seal(
      @Bounds(min = 10) int minExamples,
      @Format(TextFormat.POSITIVE_DURATION) Duration maxAge,
      @Bounds(min = 0, max = 1) double power,
      @Bounds(max = 1) double expectedEffect) {}

  /**
   * @param maxAnswerCharacters 0 for no limit
   */
  public record Hygiene(boolean enabled, @Bounds(min = 0) int maxAnswerCharacters) {}

  /**
   * @param types names of the placeholders that replace PII
   */
  public record Pii(
      boolean enabled,
      @OneOf({
            "SECRET",
            "URL_CREDENTIALS",
            "EMAIL",
            "IBAN",
            "CREDIT_CARD",
            "US_SSN",
            "IP_ADDRESS",
            "PHONE"
          })
          List<String> types) {}

  public record Toxicity(boolean enabled, List<String> words) {}

  /**
   * @param shortTextWords texts below this length are compared exactly
   */
  public record Dedup(
      boolean enabled,
      int shortTextWords,
      @Bounds(min = 0, max = 1) double jaccard,
      @OneOf(
              value = "false",
              instead = "this version removes only exact and near copies (dedup.jaccard)")
          boolean semantic,
      double cosine) {}

  /**
   * An n-gram that occurs in more than max(boilerplateCount, boilerplateShare × interactions)
   * interactions is ignored.
   */
  public record Decontamination(
      boolean enabled, @Bounds(min = 2) int ngram, int boilerplateCount, double boilerplateShare) {}

  /**
   * @param capPerEndUser examples per end user and batch
   * @param sybilEndUsers least number of end users with near-identical texts that counts as a ring
   * @param rareLift how many times more often a rare prompt n-gram may occur in new examples than
   *     in interactions
   */
  public record Abuse(
      boolean enabled,
      @Bounds(min = 1) int capPerEndUser,
      int sybilEndUsers,
      double sybilJaccard,
      double rareLift,
      boolean contradiction) {}

  /**
   * @param minScore an example with a lower score is rejected
   */
  public record Quality(
      @Bounds(min = 0, max = 1) double minScore, double ratingPositive, double ratingNegative) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Synthesis(
      @OneOf(value = "false", instead = "this version generates no examples with a teacher model")
          boolean enabled,
      @Unread(instead = "this version generates no examples with a teacher model")
          @Nullable String teacher,
      double maxShare) {}

  /**
   * The values of absent hyperparameters depend on the amount of data.
   *
   * @param startFrom the weights that training starts from
   * @param exampleCap most examples of a run; the newest and best are kept
   * @param leaseDuration an attempt that sends no report for this long is considered dead
   * @param progressDeadline an attempt whose step does not advance for this long is ended
   * @param engine the compute engine of the loop's workers; absent means {@link Engine#PROCESS}
   * @param reasoning what happens to reasoning in answers; absent means {@link Reasoning#STRIP}
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Training(
      @Bounds(above = 0) @Nullable Double baseLearningRate,
      @Bounds(min = 1) @Nullable Integer epochs,
      @Bounds(min = 1) @Nullable Integer batchSize,
      @Bounds(min = 0) double weightDecay,
      @Bounds(min = 0, below = 1) double warmupRatio,
      Lora lora,
      @Bounds(min = 16) int maxSequenceLength,
      List<ReplaySet> replay,
      @OneOf({"base", "champion"}) String startFrom,
      int exampleCap,
      @Bounds(min = 0, max = LARGEST_SEED) long seed,
      @Bounds(min = 1) int resumeEverySteps,
      @Bounds(min = 1) int maxAttempts,
      @Format(TextFormat.POSITIVE_DURATION) Duration leaseDuration,
      @Format(TextFormat.POSITIVE_DURATION) Duration progressDeadline,
      @Bounds(min = 1) long maxSeconds,
      @Bounds(min = 1) long maxGpuSeconds,
      RetentionMethod retention,
      @Nullable Engine engine,
      @OneOf({"strip", "keep", "refuse"}) @Nullable String reasoning) {
    /** The worker's random number generators accept no larger seed. */
    private static final long LARGEST_SEED = (1L << 32) - 1;

    /** The engine that the loop's workers run on, the default one where the loop names none. */
    public Engine engineOrDefault() {
      return engine == null ? Engine.PROCESS : engine;
    }

    /** What happens to reasoning in answers, the default where the loop does not say. */
    public Reasoning reasoningOrDefault() {
      return reasoning == null
          ? Reasoning.STRIP
          : Reasoning.valueOf(reasoning.toUpperCase(Locale.ROOT));
    }
  }

  /** What happens to the reasoning before an answer, between the base's own markers. */
  public enum Reasoning {
    /** It is removed; the visible answer is trained and compared. */
    STRIP,
    /** It is trained with the answer. */
    KEEP,
    /** The example is rejected. */
    REFUSE
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
   * @param nodes how many nodes a worker spreads over; absent means 1, the only count that this
   *     version's worker can do; for {@link #KUBEFLOW_TRAINJOB}
   * @param runtime the training runtime: {@code NAME} or {@code TrainingRuntime/NAME} for one of
   *     the workers' namespace, {@code ClusterTrainingRuntime/NAME} for one of the cluster; for
   *     {@link #KUBEFLOW_TRAINJOB}
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Engine(
      String kind,
      @Nullable String image,
      @Nullable String queue,
      @Nullable Map<String, String> resources,
      @Bounds(min = 1) @Nullable Integer nodes,
      @Nullable String runtime) {
    /** Workers are TrainJobs of Kubeflow Trainer in a Kubernetes cluster. */
    public static final String KUBEFLOW_TRAINJOB = "kubeflow-trainjob";

    /** Workers are Jobs of a Kubernetes cluster. */
    public static final String KUBERNETES_JOB = "kubernetes-job";

    /** Workers are processes of hosts that joined the training service. */
    public static final String JOINED_WORKERS = "joined-workers";

    /** The engines that this version has. */
    public static final List<String> KINDS =
        List.of("process", KUBERNETES_JOB, JOINED_WORKERS, KUBEFLOW_TRAINJOB);

    /** Workers are processes of the machine that the training service runs on. */
    public static final Engine PROCESS = new Engine("process", null, null, null);

    public Engine {
      resources = resources == null ? null : Map.copyOf(resources);
    }

    /** Without what only {@link #KUBEFLOW_TRAINJOB} reads. */
    public Engine(
        String kind,
        @Nullable String image,
        @Nullable String queue,
        @Nullable Map<String, String> resources) {
      this(kind, image, queue, resources, null, null);
    }
  }

  /**
   * @param targetModules {@code all-linear} or module names
   */
  public record Lora(
      @Bounds(min = 1) int r,
      @Bounds(min = 1) int alpha,
      @Bounds(min = 0, below = 1) double dropout,
      @MinItems(value = 1, description = "all-linear or names of modules")
          List<String> targetModules) {}

  /**
   * @param share of the final mix; the shares of all replay sets add up to less than 1
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record ReplaySet(
      String uri, @Nullable String sha256, @Bounds(min = 0, max = 1) double share) {}

  /** How training keeps earlier skills, apart from replay. */
  public record RetentionMethod(
      @OneOf(value = "none", instead = "this version retains skills by training.replay only")
          String method,
      double strength) {}

  /**
   * @param gates the gates that decide
   * @param suites the sources of the items; FRESH needs none
   * @param alpha one-sided significance level of every gate
   * @param reproducibilityItems number of items that the champion answers twice
   * @param concurrency requests in flight; more would only queue at the model server
   * @param sequential alpha spending per champion, or LORD++ over candidates
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Evaluation(
      List<Gate> gates,
      List<Suite> suites,
      @Format(TextFormat.HTTP_URL) @Nullable String endpoint,
      @Bounds(above = 0, below = 0.5) double alpha,
      @Bounds(min = 0) int reproducibilityItems,
      @Bounds(min = 0, max = 1) double maxDiscordance,
      @Bounds(min = 1, max = 256) int concurrency,
      @Bounds(min = 1) int maxTokens,
      @OneOf({"alpha-spending", "lord"}) String sequential,
      @Bounds(above = 0, below = 1) double falseDiscoveryRate) {}

  /**
   * @param margin superiority: least difference; non-inferiority: allowed loss
   * @param minItems with fewer items the gate is undecided
   */
  public record Gate(
      GateRole role, Mode mode, @Bounds(min = 0, max = 1) double margin, int minItems) {
    /** A shadow gate is measured and shown but does not take part in the decision. */
    public enum Mode {
      @JsonProperty("enforce")
      ENFORCE,
      @JsonProperty("shadow")
      SHADOW
    }
  }

  /**
   * @param role the gate that uses its items
   * @param shadow measured and reported separately; its items are not used by the gate
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Suite(
      String name, GateRole role, String uri, @Nullable String sha256, boolean shadow) {}

  /**
   * @param confirmDeadline if not every replica has confirmed the new champion by then, a new
   *     generation returns to the previous one
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Rollout(
      RolloutMode mode,
      @Format(TextFormat.POSITIVE_DURATION) Duration confirmDeadline,
      @Unread(
              instead =
                  "this version moves all traffic at once (rollout.mode: auto) or when a person"
                      + " confirms (rollout.mode: approve)")
          @Nullable List<Integer> canaryPercent,
      @Unread(instead = "this version keeps no traffic on the previous champion after a promotion")
          @Nullable Double holdback,
      @Unread(
              instead =
                  "this version decides on each candidate as soon as it is evaluated; limit the"
                      + " number of runs by budgets.maxRunsPerDay")
          @Nullable Duration coolDown) {}

  /**
   * @param endpoint base URL of an OpenAI-compatible server, without {@code /v1}
   * @param baseName the name under which it serves the base model
   * @param replicas base URLs of each replica; empty means the endpoint is the only one
   * @param router {@code registry}: apps ask for an assignment; {@code none}: all requests go to
   *     one model, and results are compared before and after a promotion only
   * @param lora the adapters that the server takes; absent means {@link ServableLora#DEFAULT}
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Serving(
      @Format(TextFormat.HTTP_URL) String endpoint,
      String baseName,
      @Format(TextFormat.HTTP_URL) List<String> replicas,
      @OneOf({"registry", "none"}) String router,
      @Nullable String credentialsRef,
      @Nullable ServableLora lora) {
    /** The adapters that the server takes, those of a server with default settings if absent. */
    public ServableLora loraOrDefault() {
      return lora == null ? ServableLora.DEFAULT : lora;
    }
  }

  /**
   * The adapters that a model server takes. A declaration whose adapters it would refuse is refused
   * before anything is trained.
   *
   * @param maxRank greatest rank, vLLM's {@code --max-lora-rank}; absent means 16
   * @param targetModules names of the modules that adapters may change; absent means the linear
   *     layers of common decoders, without {@code lm_head} and {@code embed_tokens}
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record ServableLora(
      @Bounds(min = 1, max = 512) @Nullable Integer maxRank, @Nullable List<String> targetModules) {
    /** What a server with default settings takes. */
    public static final ServableLora DEFAULT = new ServableLora(null, null);

    private static final int DEFAULT_RANK = 16;
    private static final List<String> LINEAR_LAYERS =
        List.of(
            "q_proj",
            "k_proj",
            "v_proj",
            "o_proj",
            "gate_proj",
            "up_proj",
            "down_proj",
            "qkv_proj",
            "gate_up_proj",
            "out_proj",
            "fc1",
            "fc2",
            "c_attn",
            "c_proj",
            "c_fc",
            "query_key_value",
            "dense",
            "dense_h_to_4h",
            "dense_4h_to_h",
            "w1",
            "w2",
            "w3",
            "in_proj",
            "x_proj",
            "dt_proj");

    public ServableLora {
      targetModules = targetModules == null ? null : List.copyOf(targetModules);
    }

    public int maxRankOrDefault() {
      return maxRank == null ? DEFAULT_RANK : maxRank;
    }

    public List<String> targetModulesOrDefault() {
      return targetModules == null ? LINEAR_LAYERS : targetModules;
    }
  }

  /** Zero means no limit. */
  public record Budgets(
      @Bounds(min = 0) int maxRunsPerDay, @Bounds(min = 0) long maxGpuSecondsPerDay) {}

  /**
   * @param interactions how long curation keeps an interaction's text
   * @param erasureDeadline how long a champion may serve after it was first reported as trained on
   *     erased data; absent means 30 days
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Retention(
      @Format(TextFormat.POSITIVE_DURATION) Duration interactions,
      @Format(TextFormat.POSITIVE_DURATION) @Nullable Duration erasureDeadline) {}
}
