package dev.whetstone.training.engine.kubernetes;

import dev.whetstone.training.engine.AttemptLaunch;
import dev.whetstone.training.engine.ComputeEngine;
import dev.whetstone.training.engine.WorkerTask;
import dev.whetstone.training.engine.kubernetes.manifest.JobLabels;
import dev.whetstone.training.engine.kubernetes.manifest.WorkerPodSettings;
import dev.whetstone.training.engine.kubernetes.manifest.WorkerSecretBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Makes an object of the cluster for each worker. Everything the engine knows is in the cluster:
 * objects have names made of the attempt's id, so that a service that was killed finds them again,
 * and two services that launch one attempt create one object.
 *
 * <p>The object is created first and its Secret second, owned by the object. A pod cannot start
 * without the Secret, and a Secret is never left behind.
 */
public final class ClusterEngine<T extends HasMetadata> implements ComputeEngine {
  private static final Logger LOG = Logger.getLogger(ClusterEngine.class);

  private static final String NO_IMAGE =
      "no image for the worker; set whetstone.training.kubernetes.image or the loop's training.engine.image";

  private final KubernetesClient client;
  private final String namespace;
  private final WorkerObjects<T> objects;
  private final WorkerPodSettings settings;
  private final JobBounds bounds;
  private final StartDeadlines deadlines;
  private final ClusterReader<T> reader;
  private final ClusterWriter<T> writer;
  private final ClusterListing listing;

  /** Objects whose worker has read its Secret, which is deleted then. */
  private final Set<String> used = ConcurrentHashMap.newKeySet();

  public ClusterEngine(
      KubernetesClient client,
      String namespace,
      WorkerObjects<T> objects,
      WorkerPodSettings settings,
      JobBounds bounds,
      StartDeadlines deadlines,
      Duration listEvery) {
    this.client = client;
    this.namespace = namespace;
    this.objects = objects;
    this.settings = settings;
    this.bounds = bounds;
    this.deadlines = deadlines;
    this.reader = new ClusterReader<>(client, namespace, objects);
    this.writer = new ClusterWriter<>(client, namespace, objects);
    this.listing = new ClusterListing(reader::read, listEvery);
  }

  /** A watch that makes this engine see changes at once. */
  ClusterWatch watch() {
    return new ClusterWatch(client, namespace, objects, listing::changed);
  }

  @Override
  public String kind() {
    return objects.engine();
  }

  @Override
  public Launch launch(AttemptLaunch attempt) {
    Optional<String> refusal = objects.refusal(attempt);
    if (refusal.isPresent()) {
      return new Launch.Refused(refusal.get());
    }
    Optional<String> image = settings.imageOf(attempt.engine());
    if (image.isEmpty()) {
      return new Launch.Refused(NO_IMAGE);
    }
    T object;
    try {
      object = objects.build(attempt, image.get());
    } catch (IllegalArgumentException e) {
      return new Launch.Refused(
          "training.engine.resources or whetstone.training.kubernetes: " + e.getMessage());
    }
    ClusterSnapshot seen;
    try {
      seen = listing.fresh();
    } catch (KubernetesClientException e) {
      return ApiFaultRule.launch(e, namespace, objects.kind());
    }
    if (seen.worker(object.getMetadata().getName()).isPresent()) {
      return new Launch.Accepted();
    }
    Optional<String> full = whyFull(seen, attempt.task());
    if (full.isPresent()) {
      return new Launch.Deferred(full.get());
    }
    try {
      return create(attempt, object);
    } catch (KubernetesClientException e) {
      if (ApiFaultRule.isUnanswered(e)) {
        // The object may exist. The claim ends, and another attempt takes over.
        throw e;
      }
      return ApiFaultRule.launch(e, namespace, objects.kind());
    } finally {
      listing.changed();
    }
  }

  private Launch create(AttemptLaunch attempt, T object) {
    T created;
    try {
      created = writer.create(object);
    } catch (KubernetesClientException e) {
      if (e.getCode() == ApiFaultRule.CONFLICT) {
        return new Launch.Accepted();
      }
      throw e;
    }
    try {
      writer.createSecret(WorkerSecretBuilder.build(attempt, created));
    } catch (KubernetesClientException e) {
      writer.delete(created.getMetadata().getName());
      throw e;
    }
    LOG.infof(
        "worker-created attempt=%s kind=%s name=%s namespace=%s queue=%s",
        attempt.attemptId(),
        objects.kind(),
        created.getMetadata().getName(),
        namespace,
        settings.queueOf(attempt.engine()).orElse("none"));
    return new Launch.Accepted();
  }

  private Optional<String> whyFull(ClusterSnapshot seen, WorkerTask task) {
    JobBounds.Bound bound = bounds.of(task);
    if (bound.most().isEmpty()) {
      return Optional.empty();
    }
    int most = bound.most().getAsInt();
    long taken =
        seen.workers().values().stream()
            .filter(one -> one.label(JobLabels.TASK).filter(task.command()::equals).isPresent())
            .filter(one -> !observe(one, List.of(), seen.kueueFault()).hasEnded())
            .count();
    return taken >= most
        ? Optional.of(
            "%d of %d worker slots are taken (whetstone.training.kubernetes.%s)"
                .formatted(taken, most, bound.setting()))
        : Optional.empty();
  }

  /**
   * A worker that is seen to run or to have ended may have been so for a while. That it is unknown
   * or waits is answered only from a listing that began after the question, because a report of the
   * worker may have arrived since.
   */
  @Override
  public Observation poll(String attemptId) {
    String name = objects.name(attemptId);
    Observation recent = observe(listing.recent(), name);
    Observation answer =
        recent instanceof Observation.Running || recent.hasEnded()
            ? recent
            : observe(listing.fresh(), name);
    if (answer instanceof Observation.Running) {
      noteStart(name);
    } else {
      used.remove(name);
    }
    return answer;
  }

  private Observation observe(ClusterSnapshot seen, String name) {
    return seen.worker(name)
        .map(worker -> observe(worker, troubles(worker), seen.kueueFault()))
        .orElseGet(Observation.Unknown::new);
  }

  private Observation observe(
      WorkerView worker, List<String> troubles, Optional<String> kueueFault) {
    return JobStateRule.observe(worker, troubles, kueueFault, deadlines);
  }

  /** Events only explain; without the right to read them the rest of the answer stands. */
  private List<String> troubles(WorkerView worker) {
    Optional<HasMetadata> troubled = JobStateRule.troubled(worker);
    if (troubled.isEmpty()) {
      return List.of();
    }
    try {
      return reader.troubles(troubled.get());
    } catch (KubernetesClientException e) {
      return List.of(ApiFaultRule.missingRight(e, namespace).orElse(ApiFaultRule.message(e)));
    }
  }

  /**
   * The token is used once: should Kueue take the worker back and admit it again, its second pod
   * must not start from the beginning of the same spec, and the object tells that it had started.
   */
  private void noteStart(String name) {
    if (!used.add(name)) {
      return;
    }
    try {
      writer.annotate(name, Map.of(JobLabels.STARTED, "true"));
      writer.deleteSecret(name);
      listing.changed();
    } catch (KubernetesClientException e) {
      used.remove(name);
      LOG.warnf("start-not-noted name=%s reason=%s", name, ApiFaultRule.message(e));
    }
  }

  /**
   * Ends the pods and keeps the object, whose status then holds the exit code. One of which nothing
   * has started is deleted. {@link Manner#AT_ONCE} leaves the worker the two seconds that the
   * kubelet grants at least.
   */
  @Override
  public void stop(String attemptId, Manner manner) {
    String name = objects.name(attemptId);
    Optional<WorkerView> seen = listing.fresh().worker(name);
    if (seen.isEmpty() || observe(seen.get(), List.of(), Optional.empty()).hasEnded()) {
      return;
    }
    boolean started = seen.get().pods().stream().anyMatch(PodEndRule::hasStarted);
    if (!started) {
      writer.delete(name);
    } else {
      writer.annotate(name, Map.of(JobLabels.STOPPED, manner.name()));
      seen.get().pods().forEach(pod -> writer.delete(pod, manner));
    }
    listing.changed();
    LOG.infof("worker-stop attempt=%s manner=%s started=%s", attemptId, manner, started);
  }

  @Override
  public void noteResumePoint(String attemptId, long step, Instant savedAt) {
    String name = objects.name(attemptId);
    try {
      Optional<WorkerView> seen = listing.recent().worker(name);
      String noted = Long.toString(step);
      if (seen.isEmpty()
          || seen.get().annotation(JobLabels.RESUME_STEP).filter(noted::equals).isPresent()) {
        return;
      }
      writer.annotate(
          name,
          Map.of(JobLabels.RESUME_STEP, noted, JobLabels.RESUME_SAVED_AT, savedAt.toString()));
      listing.changed();
    } catch (KubernetesClientException e) {
      LOG.warnf("resume-point-not-noted name=%s reason=%s", name, ApiFaultRule.message(e));
    }
  }

  @Override
  public List<String> kept() {
    return listing.fresh().workers().values().stream()
        .flatMap(one -> one.annotation(JobLabels.ATTEMPT).map(Stream::of).orElseGet(Stream::empty))
        .sorted()
        .toList();
  }

  @Override
  public void forget(String attemptId) {
    String name = objects.name(attemptId);
    Optional<WorkerView> seen = listing.fresh().worker(name);
    if (seen.isEmpty()) {
      return;
    }
    if (observe(seen.get(), List.of(), Optional.empty()).hasEnded()) {
      writer.delete(name);
      listing.changed();
    } else {
      stop(attemptId, Manner.AT_ONCE);
    }
  }
}
