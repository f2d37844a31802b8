package dev.whetstone.training.engine.kubernetes;

import dev.whetstone.training.engine.ComputeEngine;
import dev.whetstone.training.engine.kubernetes.manifest.JobLabels;
import dev.whetstone.training.engine.kubernetes.manifest.WorkerPodSettings;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A namespace of a real cluster, with pod security {@code restricted} enforced. The engine under
 * test acts as a ServiceAccount with exactly the rights that docs/engines.md lists.
 */
public final class ClusterUnderTest implements AutoCloseable {
  public static final String NAMESPACE = "engine-contract";
  public static final String IMAGE = "whetstone.test/engine-worker:1";

  private static final String SERVICE = "training-service";
  private static final String WORKER = "/engine-worker";

  private final Config config;
  private final KubernetesClient admin;

  /**
   * @param kubeconfig a file with an administrator's access
   */
  public ClusterUnderTest(Path kubeconfig) {
    try {
      config = Config.fromKubeconfig(Files.readString(kubeconfig));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    admin = new KubernetesClientBuilder().withConfig(config).build();
  }

  public KubernetesClient admin() {
    return admin;
  }

  /** Makes the namespace with its ServiceAccount and the Role of {@code kubernetes-job}. */
  public void create() {
    create(List.of(rule("batch", "jobs", "create", "get", "list", "watch", "patch", "delete")));
  }

  /**
   * Makes the namespace with its ServiceAccount and Role.
   *
   * @param own the rights of one engine, beside those that all have
   */
  public void create(List<PolicyRule> own) {
    List<PolicyRule> rules = new ArrayList<>(own);
    rules.add(rule("", "secrets", "create", "delete"));
    rules.add(rule("", "pods", "list", "watch", "delete"));
    rules.add(rule("", "events", "list"));
    rules.add(rule("kueue.x-k8s.io", "workloads", "list"));
    delete();
    admin
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(NAMESPACE)
                .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                .endMetadata()
                .build())
        .create();
    serviceAccount(SERVICE);
    serviceAccount("without-rights");
    admin
        .resource(
            new RoleBuilder()
                .withNewMetadata()
                .withName(SERVICE)
                .withNamespace(NAMESPACE)
                .endMetadata()
                .withRules(rules)
                .build())
        .create();
    admin
        .resource(
            new RoleBindingBuilder()
                .withNewMetadata()
                .withName(SERVICE)
                .withNamespace(NAMESPACE)
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "Role", SERVICE)
                .addNewSubject("", "ServiceAccount", SERVICE, NAMESPACE)
                .build())
        .create();
  }

  private void serviceAccount(String name) {
    admin
        .resource(
            new ServiceAccountBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(NAMESPACE)
                .endMetadata()
                .build())
        .create();
  }

  public static PolicyRule rule(String group, String resource, String... verbs) {
    return new PolicyRuleBuilder()
        .withApiGroups(group)
        .withResources(resource)
        .withVerbs(verbs)
        .build();
  }

  /** Applies manifests as an administrator. */
  public void apply(String manifests) {
    admin
        .load(new ByteArrayInputStream(manifests.getBytes(StandardCharsets.UTF_8)))
        .serverSideApply();
  }

  /** Deletes what these manifests describe, as an administrator. */
  public void remove(String manifests) {
    admin.load(new ByteArrayInputStream(manifests.getBytes(StandardCharsets.UTF_8))).delete();
  }

  public ComputeEngine engine(OptionalInt maxWorkers, Map<String, String> settings) {
    return engineOf(SERVICE, maxWorkers, settings);
  }

  public ComputeEngine engineWithoutRights() {
    return engineOf("without-rights", OptionalInt.empty(), Map.of());
  }

  /** A client with the rights of the training service. */
  public KubernetesClient serviceClient() {
    return clientOf(SERVICE);
  }

  private KubernetesClient clientOf(String serviceAccount) {
    String token =
        admin
            .serviceAccounts()
            .inNamespace(NAMESPACE)
            .withName(serviceAccount)
            .tokenRequest(
                new TokenRequestBuilder()
                    .withNewSpec()
                    .withExpirationSeconds(3600L)
                    .endSpec()
                    .build())
            .getStatus()
            .getToken();
    Config own =
        new ConfigBuilder(Config.empty())
            .withMasterUrl(config.getMasterUrl())
            .withCaCertData(config.getCaCertData())
            .withCaCertFile(config.getCaCertFile())
            .withOauthToken(token)
            .withRequestTimeout(10_000)
            .build();
    return new KubernetesClientBuilder().withConfig(own).build();
  }

  private ComputeEngine engineOf(
      String serviceAccount, OptionalInt maxWorkers, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>();
    all.put("image", IMAGE);
    all.put("image-pull-policy", "Never");
    all.put("command", WORKER);
    all.put("resources", "cpu=10m,memory=32Mi");
    all.put("grace-period", "PT5S");
    all.putAll(settings);
    WorkerPodSettings podSettings = TestEngineConfig.of(all);
    ClusterEngine<Job> engine =
        new ClusterEngine<>(
            clientOf(serviceAccount),
            NAMESPACE,
            new JobObjects(podSettings),
            podSettings,
            new JobBounds(maxWorkers, OptionalInt.empty()),
            new StartDeadlines(Duration.ofDays(7), Duration.ofMinutes(15)),
            Duration.ofSeconds(10));
    engine.watch().start();
    return engine;
  }

  /** Pods that were made for the attempt and still exist. */
  public List<Pod> pods(String attemptId) {
    return admin
        .pods()
        .inNamespace(NAMESPACE)
        .withLabel("batch.kubernetes.io/job-name", JobLabels.name(attemptId))
        .list()
        .getItems();
  }

  public static String jobName(String attemptId) {
    return JobLabels.name(attemptId);
  }

  /** Runs the worker's program in its container. Answers whether it exited with 0. */
  public boolean exec(String attemptId, String... arguments) {
    List<Pod> pods = pods(attemptId);
    if (pods.isEmpty()) {
      return false;
    }
    String[] command = new String[arguments.length + 1];
    command[0] = WORKER;
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    try (ExecWatch exec =
        admin
            .pods()
            .inNamespace(NAMESPACE)
            .withName(pods.getFirst().getMetadata().getName())
            .writingOutput(new ByteArrayOutputStream())
            .exec(command)) {
      return exec.exitCode().get(10, TimeUnit.SECONDS) == 0;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(Arrays.toString(command), e);
    }
  }

  /** Deletes the namespace with everything in it, and waits for that. */
  public void delete() {
    admin.namespaces().withName(NAMESPACE).delete();
    admin
        .namespaces()
        .withName(NAMESPACE)
        .waitUntilCondition(namespace -> namespace == null, 120, TimeUnit.SECONDS);
  }

  public boolean isSuspended(String attemptId) {
    return admin
        .batch()
        .v1()
        .jobs()
        .inNamespace(NAMESPACE)
        .withName(JobLabels.name(attemptId))
        .get()
        .getSpec()
        .getSuspend();
  }

  /** A manifest as the API server has it, for messages. */
  public String describe(String attemptId) {
    return Serialization.asYaml(
        admin.batch().v1().jobs().inNamespace(NAMESPACE).withName(JobLabels.name(attemptId)).get());
  }

  @Override
  public void close() {
    admin.close();
  }
}
