package dev.whetstone.training.engine.kubernetes;

import dev.whetstone.training.engine.ComputeEngine.Launch;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says what an answer of the API server means for a launch that started nothing. */
final class ApiFaultRule {
  static final int NOT_FOUND = 404;
  static final int CONFLICT = 409;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int BAD_REQUEST = 400;
  private static final int UNPROCESSABLE = 422;

  /** As the API server's authorizer words it. */
  private static final Pattern LACKS_RIGHT =
      Pattern.compile(
          "User \"([^\"]+)\" cannot (\\w+) resource \"([^\"]+)\" in API group \"([^\"]*)\"");

  private ApiFaultRule() {}

  /** Whether the API server may have done what it was asked although no answer came. */
  static boolean isUnanswered(KubernetesClientException fault) {
    return fault.getCode() <= 0;
  }

  /**
   * @param kind of the object that the launch creates
   */
  static Launch launch(KubernetesClientException fault, String namespace, String kind) {
    String message = message(fault);
    if (isUnanswered(fault)) {
      return new Launch.Deferred(
          "the API server of the cluster cannot be reached: %s; check its address and the network policies"
              .formatted(message));
    }
    return switch (fault.getCode()) {
      case FORBIDDEN ->
          missingRight(fault, namespace)
              .<Launch>map(Launch.Refused::new)
              .orElseGet(() -> forbidden(message, kind));
      case UNAUTHORIZED ->
          new Launch.Refused(
              "the API server does not accept the service's credentials (%s); mount the token of its ServiceAccount"
                  .formatted(message));
      case NOT_FOUND ->
          message.contains("namespaces \"")
              ? new Launch.Refused(
                  "%s; create the namespace '%s' or correct whetstone.training.kubernetes.namespace"
                      .formatted(message, namespace))
              : new Launch.Refused(
                  "this cluster serves no %s: %s; install the operator that defines it, or name another training.engine.kind"
                      .formatted(kind, message));
      case BAD_REQUEST, UNPROCESSABLE ->
          new Launch.Refused(
              "the API server refuses the %s: %s; correct training.engine or whetstone.training.kubernetes"
                  .formatted(kind, message));
      default -> new Launch.Deferred("the API server answers: " + message);
    };
  }

  /** What a service lacks, with the remedy; empty for other faults. */
  static Optional<String> missingRight(KubernetesClientException fault, String namespace) {
    Matcher right = LACKS_RIGHT.matcher(message(fault));
    return fault.getCode() == FORBIDDEN && right.find()
        ? Optional.of(
            "'%s' may not %s %s in namespace '%s'; add the verb '%s' on '%s' (API group '%s') to its Role"
                .formatted(
                    right.group(1),
                    right.group(2),
                    right.group(3),
                    namespace,
                    right.group(2),
                    right.group(3),
                    right.group(4)))
        : Optional.empty();
  }

  /** The API server's own words, without the client's. */
  static String message(KubernetesClientException fault) {
    Status status = fault.getStatus();
    return status != null && status.getMessage() != null
        ? status.getMessage()
        : String.valueOf(fault.getMessage());
  }

  /** Not a missing right: a ResourceQuota is used up, or an admission rule refuses. */
  private static Launch forbidden(String message, String kind) {
    return message.contains("exceeded quota")
        ? new Launch.Deferred(message)
        : new Launch.Refused("the API server refuses the %s: %s".formatted(kind, message));
  }
}
