package dev.whetstone.eval.rollout;

import org.jspecify.annotations.Nullable;

/** A model server as one tenant reaches it. The loops that share it are checked together. */
record EndpointKey(String tenant, String url, @Nullable String credentialsRef) {
  /** Unique; for logs, too. */
  String name() {
    return tenant + " " + url + (credentialsRef == null ? "" : " " + credentialsRef);
  }
}
