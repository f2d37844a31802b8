package dev.whetstone.eval.serving;

import dev.whetstone.eval.serving.ServingException.Kind;
import java.net.URI;
import java.util.Locale;

/**
 * What an HTTP status says of a model server. Only 400, 413 and 422 are about what was asked; the
 * others say that the server cannot answer now, or is not the one that the declaration means.
 */
final class HttpErrorClassifier {
  private HttpErrorClassifier() {}

  static ServingException of(URI asked, int status, String detail) {
    Kind kind =
        switch (status) {
          case 400, 413, 422 -> Kind.REFUSED;
          case 408, 429 -> Kind.UNAVAILABLE;
          case 404 ->
              isAboutAModel(asked.getPath(), detail) ? Kind.UNKNOWN_MODEL : Kind.MISCONFIGURED;
          default -> status >= 500 ? Kind.UNAVAILABLE : Kind.MISCONFIGURED;
        };
    return new ServingException(
        kind, "%s answered %d: %s%s".formatted(asked, status, detail, remedy(kind, status)));
  }

  /** A path that the server does not have is answered by 404 too, but without naming a model. */
  private static boolean isAboutAModel(String path, String detail) {
    String said = detail.toLowerCase(Locale.ROOT);
    if (path.endsWith("/load_lora_adapter")) {
      return false;
    }
    return said.contains("model")
        || (path.endsWith("/unload_lora_adapter") && said.contains("adapter"));
  }

  private static String remedy(Kind kind, int status) {
    if (kind != Kind.MISCONFIGURED) {
      return "";
    }
    return switch (status) {
      case 401, 403 -> "; give the server's key by spec.serving.credentialsRef";
      case 404, 405 ->
          "; check spec.serving.endpoint and spec.evaluation.endpoint (base URLs without /v1), and"
              + " that the server can load adapters and finds them";
      default -> "; check spec.serving.endpoint and spec.evaluation.endpoint";
    };
  }
}
