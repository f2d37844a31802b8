package dev.whetstone.doctor.cluster;

import java.util.List;

/**
 * Rights of training's ServiceAccount on one kind of resource, as docs/engines.md lists them.
 *
 * @param group API group; empty for the core group
 * @param onlyWithQueues needed only where a queue is named
 */
record ClusterRight(String group, String resource, List<String> verbs, boolean onlyWithQueues) {
  static final List<ClusterRight> OF_TRAINING =
      List.of(
          new ClusterRight(
              "batch", "jobs", List.of("create", "get", "list", "watch", "patch", "delete"), false),
          new ClusterRight("", "secrets", List.of("create", "delete"), false),
          new ClusterRight("", "pods", List.of("list", "watch", "delete"), false),
          new ClusterRight("", "events", List.of("list"), false),
          new ClusterRight("kueue.x-k8s.io", "workloads", List.of("list"), true));
}
