package dev.whetstone.eval.serving;

import dev.whetstone.eval.serving.ServingException.Kind;
import dev.whetstone.kit.openai.OpenAiException;
import java.net.URI;

/**
 * Classifies failed calls for evaluation and rollout. Only 400, 413, 422 and a 500 for values that
 * are not finite concern the request itself; other statuses mean that the server cannot answer now,
 * or is not the one that the declaration names.
 */
final class HttpErrorClassifier {
  private HttpErrorClassifier() {}

  /**
   * The exception to throw for a failed call.
   *
   * @param endpoint base URL of the server
   */
  static ServingException classify(OpenAiException failure, URI endpoint) {
    return switch (failure.kind()) {
      case STATUS -> status(failure);
      case UNREACHABLE ->
          unavailable(
              "the model server at %s does not answer (%s); start it or check spec.serving.endpoint"
                  .formatted(endpoint, failure.detail()),
              failure);
      case TIMED_OUT ->
          unavailable(
              "the model server at %s did not answer %s (%s); check its log"
                  .formatted(endpoint, failure.uri().getPath(), failure.detail()),
              failure);
      case BODY_TOO_LARGE ->
          unavailable(
              "the model server at %s is not usable: to %s it %s; check that it is a model server and see its log"
                  .formatted(endpoint, failure.uri().getPath(), failure.detail()),
              failure);
      case INVALID_REPLY ->
          unavailable(
              "the model server at %s gave no valid answer to %s (%s); check its log"
                  .formatted(endpoint, failure.uri().getPath(), failure.detail()),
              failure);
      case NOT_ALLOWED -> new ServingException(Kind.MISCONFIGURED, failure.detail(), failure);
      case INTERRUPTED -> unavailable("interrupted while asking " + endpoint, failure);
    };
  }

  private static ServingException unavailable(String message, OpenAiException cause) {
    return new ServingException(Kind.UNAVAILABLE, message, cause);
  }

  private static ServingException status(OpenAiException failure) {
    Kind kind = kind(failure);
    return new ServingException(
        kind, failure.getMessage() + remedy(kind, failure.status()), failure, failure.status());
  }

  private static Kind kind(OpenAiException failure) {
    return switch (failure.status()) {
      case 400, 413, 422 -> Kind.REFUSED;
      case 408, 429 -> Kind.UNAVAILABLE;
      case 404 -> concernsAModel(failure) ? Kind.UNKNOWN_MODEL : Kind.MISCONFIGURED;
      case 500 ->
          VllmErrorPhrases.NOT_FINITE.isIn(failure.detail()) ? Kind.REFUSED : Kind.UNAVAILABLE;
      default -> failure.status() >= 500 ? Kind.UNAVAILABLE : Kind.MISCONFIGURED;
    };
  }

  /** Whether a 404 means an unknown model; an unknown path gives 404, too. */
  private static boolean concernsAModel(OpenAiException failure) {
    String path = failure.uri().getPath();
    if (path.endsWith("/load_lora_adapter")) {
      return false;
    }
    return VllmErrorPhrases.UNKNOWN_MODEL.isIn(failure.detail())
        || (path.endsWith("/unload_lora_adapter")
            && VllmErrorPhrases.UNKNOWN_ADAPTER.isIn(failure.detail()));
  }

  private static String remedy(Kind kind, int status) {
    if (kind == Kind.UNKNOWN_MODEL) {
      return "; if several servers answer at this address, name each of them in"
          + " spec.serving.replicas";
    }
    if (kind != Kind.MISCONFIGURED) {
      return "";
    }
    return switch (status) {
      case 401, 403 -> "; set spec.serving.credentialsRef to a reference to the server's key";
      case 404, 405 ->
          "; check spec.serving.endpoint and spec.evaluation.endpoint (base URLs without /v1), and"
              + " check that the server can load adapters and finds their folders";
      default -> "; check spec.serving.endpoint and spec.evaluation.endpoint";
    };
  }
}
