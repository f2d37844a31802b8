package dev.whetstone.eval.cluster;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/** Settings of Loop resources. */
@ConfigMapping(prefix = "whetstone.eval.loop-resources")
public interface ClusterLoopConfig {
  /** Whether the service declares the Loop resources of its namespace. */
  @WithDefault("false")
  boolean enabled();

  /** The namespace; absent for that of the service's pod. */
  Optional<String> namespace();

  /** How often the resources are listed, in Quarkus' notation. */
  @WithDefault("5s")
  String every();
}
