package dev.whetstone.training.engine.kubernetes;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.training.engine.AttemptLaunch;
import dev.whetstone.training.engine.ComputeEngine;
import dev.whetstone.training.engine.WorkerTask;
import dev.whetstone.training.engine.kubernetes.manifest.JobLabels;
import dev.whetstone.training.engine.kubernetes.manifest.JobManifestBuilder;
import dev.whetstone.training.engine.kubernetes.manifest.WorkerPodSettings;
import dev.whetstone.training.engine.kubernetes.manifest.WorkerSecretBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
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
 * Runs each worker as a Job with one pod. Everything the engine knows is in the cluster: Jobs have
 * names made of the attempt's id, so that a service that was killed finds them again, and two
 * services that launch one attempt create one Job.
 *
 * <p>The Job is created first and its Secret second, owned by the Job. A pod cannot start without
 * the Secret, and a Secret is never left behind.
 */
final class KubernetesJobEngine implements ComputeEngine {
  private static final Logger LOG = Logger.getLogger(KubernetesJobEngine.class);

  private static final String NO_IMAGE =
      "no image for the worker; set whetstone.training.kubernetes.image or the loop's training.engine.image";

  private final KubernetesClient client;
  private final String namespace;
  private final JobManifestBuilder manifests;
  private final JobBounds bounds;
  private final StartDeadlines deadlines;
  private final ClusterReader reader;
  private final ClusterWriter writer;
  private final ClusterListing listing;

  /** Jobs whose worker has read its Secret, which is deleted then. */
  private final Set<String> used = ConcurrentHashMap.newKeySet();

  KubernetesJobEngine(
      KubernetesClient client,
      String namespace,
      WorkerPodSettings settings,
      JobBounds bounds,
      StartDeadlines deadlines,
      Duration listEvery) {
    this.client = client;
    this.namespace = namespace;
    this.manifests = new JobManifestBuilder(settings);
    this.bounds = bounds;
    this.deadlines = deadlines;
    this.reader = new ClusterReader(client, namespace);
    this.writer = new ClusterWriter(client, namespace);
    this.listing = new ClusterListing(reader::read, listEvery);
  }

  /** A watch that makes this engine see changes at once. */
  ClusterWatch watch() {
    return new ClusterWatch(client, namespace, listing::changed);
  }

  @Override
  public String kind() {
    return LoopSpec.Engine.KUBERNETES_JOB;
  }

  @Override
  public Launch launch(AttemptLaunch attempt) {
    Optional<String> image = manifests.image(attempt);
    if (image.isEmpty()) {
      return new Launch.Refused(NO_IMAGE);
    }
    Job job;
    try {
      job = manifests.build(attempt, image.get());
    } catch (IllegalArgumentException e) {
      return new Launch.Refused(
          "training.engine.resources or whetstone.training.kubernetes: " + e.getMessage());
    }
    ClusterSnapshot seen;
    try {
      seen = listing.fresh();
    } catch (KubernetesClientException e) {
      return ApiFaultRule.launch(e, namespace);
    }
    if (seen.job(job.getMetadata().getName()).isPresent()) {
      return new Launch.Accepted();
    }
    Optional<String> full = whyFull(seen, attempt.task());
    if (full.isPresent()) {
      return new Launch.Deferred(full.get());
    }
    try {
      return create(attempt, job);
    } catch (KubernetesClientException e) {
      if (ApiFaultRule.isUnanswered(e)) {
        // The Job may exist. The claim ends, and another attempt takes over.
        throw e;
      }
      return ApiFaultRule.launch(e, namespace);
    } finally {
      listing.changed();
    }
  }

  private Launch create(AttemptLaunch attempt, Job job) {
    Job created;
    try {
      created = writer.create(job);
    } catch (KubernetesClientException e) {
      if (e.getCode() == ApiFaultRule.CONFLICT) {
        return new Launch.Accepted();
      }
      throw e;
    }
    try {
      writer.create(WorkerSecretBuilder.build(attempt, created));
    } catch (KubernetesClientException e) {
      writer.deleteJob(created.getMetadata().getName());
      throw e;
    }
    LOG.infof(
        "job-created attempt=%s job=%s namespace=%s queue=%s",
        attempt.attemptId(),
        created.getMetadata().getName(),
        namespace,
        manifests.queue(attempt).orElse("none"));
    return new Launch.Accepted();
  }

  private Optional<String> whyFull(ClusterSnapshot seen, WorkerTask task) {
    JobBounds.Bound bound = bounds.of(task);
    if (bound.most().isEmpty()) {
      return Optional.empty();
    }
    int most = bound.most().getAsInt();
    long taken =
        seen.jobs().values().stream()
            .filter(job -> job.label(JobLabels.TASK).filter(task.command()::equals).isPresent())
            .filter(job -> !observe(job, List.of(), seen.kueueFault()).hasEnded())
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
    String name = JobLabels.name(attemptId);
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
    return seen.job(name)
        .map(job -> observe(job, troubles(job), seen.kueueFault()))
        .orElseGet(Observation.Unknown::new);
  }

  private Observation observe(JobView job, List<String> troubles, Optional<String> kueueFault) {
    return JobStateRule.observe(job, troubles, kueueFault, deadlines);
  }

  /** Events only explain; without the right to read them the rest of the answer stands. */
  private List<String> troubles(JobView job) {
    Optional<HasMetadata> troubled = JobStateRule.troubled(job);
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
   * The token is used once: should Kueue take the Job back and admit it again, its second pod must
   * not start from the beginning of the same spec, and the Job tells that it had started.
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
      LOG.warnf("start-not-noted job=%s reason=%s", name, ApiFaultRule.message(e));
    }
  }

  /**
   * Ends the pods and keeps the Job, whose status then holds the exit code. A Job of which nothing
   * has started is deleted. {@link Manner#AT_ONCE} leaves the worker the two seconds that the
   * kubelet grants at least.
   */
  @Override
  public void stop(String attemptId, Manner manner) {
    String name = JobLabels.name(attemptId);
    Optional<JobView> seen = listing.fresh().job(name);
    if (seen.isEmpty() || observe(seen.get(), List.of(), Optional.empty()).hasEnded()) {
      return;
    }
    boolean started = seen.get().pods().stream().anyMatch(PodEndRule::hasStarted);
    if (!started) {
      writer.deleteJob(name);
    } else {
      writer.annotate(name, Map.of(JobLabels.STOPPED, manner.name()));
      seen.get().pods().forEach(pod -> writer.delete(pod, manner));
    }
    listing.changed();
    LOG.infof("worker-stop attempt=%s manner=%s started=%s", attemptId, manner, started);
  }

  @Override
  public void noteResumePoint(String attemptId, long step, Instant savedAt) {
    String name = JobLabels.name(attemptId);
    try {
      Optional<JobView> seen = listing.recent().job(name);
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
      LOG.warnf("resume-point-not-noted job=%s reason=%s", name, ApiFaultRule.message(e));
    }
  }

  @Override
  public List<String> kept() {
    return listing.fresh().jobs().values().stream()
        .flatMap(job -> job.annotation(JobLabels.ATTEMPT).map(Stream::of).orElseGet(Stream::empty))
        .sorted()
        .toList();
  }

  @Override
  public void forget(String attemptId) {
    String name = JobLabels.name(attemptId);
    Optional<JobView> seen = listing.fresh().job(name);
    if (seen.isEmpty()) {
      return;
    }
    if (observe(seen.get(), List.of(), Optional.empty()).hasEnded()) {
      writer.deleteJob(name);
      listing.changed();
    } else {
      stop(attemptId, Manner.AT_ONCE);
    }
  }
}
