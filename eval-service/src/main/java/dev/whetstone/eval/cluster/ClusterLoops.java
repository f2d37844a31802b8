package dev.whetstone.eval.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/** The Loop resources of one namespace. */
interface ClusterLoops {
  /**
   * All of them.
   *
   * @throws ClusterUnavailableException naming what the API server refuses and the remedy
   */
  List<ClusterLoop> list();

  /**
   * Sets the finalizers, if the resource has not changed since it was read.
   *
   * @return the changed resource; empty if it has changed or is gone
   */
  Optional<ClusterLoop> setFinalizers(ClusterLoop read, List<String> finalizers);

  /** Replaces the status of a resource that is still there. */
  void setStatus(String name, JsonNode status);
}
