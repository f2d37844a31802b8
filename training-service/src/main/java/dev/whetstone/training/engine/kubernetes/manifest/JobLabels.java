package dev.whetstone.training.engine.kubernetes.manifest;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.training.engine.AttemptLaunch;
import dev.whetstone.training.engine.WorkerTask;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Names, labels and annotations of what the engine creates. */
public final class JobLabels {
  public static final String ATTEMPT = "whetstone.dev/attempt";
  public static final String TASK = "whetstone.dev/task";
  public static final String RESUME_STEP = "whetstone.dev/resume-point-step";
  public static final String RESUME_SAVED_AT = "whetstone.dev/resume-point-saved-at";

  /** Set before the engine ends a worker, which tells that end from an eviction. */
  public static final String STOPPED = "whetstone.dev/stopped";

  /** Set when the worker was seen to run; its Secret is deleted then. */
  public static final String STARTED = "whetstone.dev/started";

  public static final String QUEUE = "kueue.x-k8s.io/queue-name";
  public static final String PRIORITY_CLASS = "kueue.x-k8s.io/priority-class";

  /** Selects everything that this engine created. */
  public static final Map<String, String> MANAGED =
      Map.of("app.kubernetes.io/managed-by", "whetstone-training");

  private static final int LONGEST_VALUE = 63;
  private static final int DIGEST = 10;
  private static final int LONGEST_SLUG = 40;
  private static final int LONGEST_SHORT_SLUG = 24;

  private JobLabels() {}

  /**
   * The name of an attempt's Job and Secret: always the same for the same attempt, and another for
   * another one. Pods append a suffix of their own, which fits.
   */
  public static String name(String attemptId) {
    return name(attemptId, LONGEST_SLUG);
  }

  /** As {@link #name(String)}, for objects that append more to the names of their pods. */
  public static String shortName(String attemptId) {
    return name(attemptId, LONGEST_SHORT_SLUG);
  }

  private static String name(String attemptId, int longestSlug) {
    String slug = attemptId.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    String cut = slug.substring(0, Math.min(longestSlug, slug.length())).replaceAll("-+$", "");
    return "w-" + cut.replaceAll("^-+", "") + "-" + digest(attemptId);
  }

  /** Of an attempt's object, its pods and its Secret. */
  public static Map<String, String> of(AttemptLaunch launch) {
    LoopId loop = launch.loop();
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put("app.kubernetes.io/name", "whetstone-worker");
    labels.putAll(MANAGED);
    labels.put("whetstone.dev/tenant", value(loop.tenant()));
    labels.put("whetstone.dev/loop", value(loop.loop()));
    labels.put("whetstone.dev/run", value(run(launch.task())));
    labels.put(ATTEMPT, value(launch.attemptId()));
    labels.put("whetstone.dev/fence", Long.toString(launch.task().fence()));
    labels.put(TASK, launch.task().command());
    return labels;
  }

  /** The labels of an object that Kueue admits; without a queue, those given. */
  public static Map<String, String> withQueue(
      Map<String, String> labels, Optional<String> queue, Optional<String> priorityClass) {
    if (queue.isEmpty()) {
      return labels;
    }
    Map<String, String> all = new LinkedHashMap<>(labels);
    all.put(QUEUE, queue.get());
    priorityClass.ifPresent(one -> all.put(PRIORITY_CLASS, one));
    return all;
  }

  private static String run(WorkerTask task) {
    return switch (task) {
      case WorkerTask.Training training -> training.spec().runId();
      case WorkerTask.Scoring scoring -> scoring.spec().jobId();
    };
  }

  /** A text as the value of a label, which has fewer characters and a limit. */
  private static String value(String text) {
    String safe = text.replaceAll("[^A-Za-z0-9._-]", "-").replaceAll("^[^A-Za-z0-9]+", "");
    String cut =
        safe.length() <= LONGEST_VALUE
            ? safe
            : safe.substring(0, LONGEST_VALUE - DIGEST - 1) + "-" + digest(text);
    return cut.replaceAll("[^A-Za-z0-9]+$", "");
  }

  private static String digest(String text) {
    return ContentDigests.sha256(text).substring(0, DIGEST);
  }
}
