package dev.whetstone.system;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.Map;

/** Pods that answer HTTP on one port, within the pod security standard {@code restricted}. */
final class StandInPods {
  private static final long USER = 65532;

  private StandInPods() {}

  static Pod server(String name, Map<String, String> labels, int port) {
    String named = port == 9092 ? "kafka" : "http";
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .withLabels(labels)
        .endMetadata()
        .withNewSpec()
        .withAutomountServiceAccountToken(false)
        .withTerminationGracePeriodSeconds(1L)
        .withNewSecurityContext()
        .withRunAsNonRoot(true)
        .withRunAsUser(USER)
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .endSecurityContext()
        .addNewContainer()
        .withName("server")
        .withImage(ClusterUnderTest.PROBE_IMAGE)
        .withImagePullPolicy("Never")
        .withArgs("serve", Integer.toString(port), name)
        .addNewPort()
        .withName(named)
        .withContainerPort(port)
        .endPort()
        .withNewSecurityContext()
        .withAllowPrivilegeEscalation(false)
        .withReadOnlyRootFilesystem(true)
        .withNewCapabilities()
        .withDrop("ALL")
        .endCapabilities()
        .endSecurityContext()
        .endContainer()
        .endSpec()
        .build();
  }
}
