package dev.whetstone.system;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.nio.file.Path;

/**
 * Folders of this machine as volumes. The pod security standard {@code restricted} forbids host
 * paths in pods, but not claims of such volumes.
 */
final class HostVolumes {
  private static final Quantity SIZE = new Quantity("100Gi");

  private HostVolumes() {}

  static PersistentVolume volume(String namespace, String claim, Path folder, boolean writable) {
    return new PersistentVolumeBuilder()
        .withNewMetadata()
        .withName(namespace + "-" + claim)
        .endMetadata()
        .withNewSpec()
        .addToCapacity("storage", SIZE)
        .withAccessModes(accessMode(writable))
        .withPersistentVolumeReclaimPolicy("Retain")
        .withStorageClassName("")
        .withNewClaimRef()
        .withNamespace(namespace)
        .withName(claim)
        .endClaimRef()
        .withNewHostPath(folder.toString(), "Directory")
        .endSpec()
        .build();
  }

  static PersistentVolumeClaim claim(String namespace, String claim, boolean writable) {
    return new PersistentVolumeClaimBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName(claim)
        .endMetadata()
        .withNewSpec()
        .withAccessModes(accessMode(writable))
        .withStorageClassName("")
        .withVolumeName(namespace + "-" + claim)
        .withNewResources()
        .addToRequests("storage", SIZE)
        .endResources()
        .endSpec()
        .build();
  }

  static Volume podVolume(String claim) {
    return new VolumeBuilder().withName(claim).withNewPersistentVolumeClaim(claim, true).build();
  }

  static VolumeMount mount(String claim, String path) {
    return new VolumeMountBuilder().withName(claim).withMountPath(path).withReadOnly(true).build();
  }

  private static String accessMode(boolean writable) {
    return writable ? "ReadWriteMany" : "ReadOnlyMany";
  }
}
