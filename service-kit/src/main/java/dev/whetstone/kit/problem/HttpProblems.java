package dev.whetstone.kit.problem;

import org.jspecify.annotations.Nullable;

/** Creates problems by HTTP status. */
public final class HttpProblems {
  private HttpProblems() {}

  /** 400: the request is malformed. */
  public static Problem badRequest(
      String code, String detail, @Nullable String pointer, @Nullable String remedy) {
    return new Problem(400, code, "Malformed request", detail, pointer, remedy);
  }

  /** 401: no key, or an unknown one. */
  public static Problem unauthorized(String detail) {
    return new Problem(
        401,
        "unauthorized",
        "Key missing or unknown",
        detail,
        null,
        "send 'Authorization: Bearer <key>' with a key from './whetstone key create'");
  }

  /** 403: the key lacks the permission. */
  public static Problem forbidden(String code, String detail, @Nullable String remedy) {
    return new Problem(403, code, "Not allowed with this key", detail, null, remedy);
  }

  /** 404: it does not exist or belongs to another tenant. */
  public static Problem notFound(String code, String detail, @Nullable String remedy) {
    return new Problem(404, code, "Not found", detail, null, remedy);
  }

  /** 409: the current state does not allow it. */
  public static Problem conflict(String code, String detail, @Nullable String remedy) {
    return new Problem(409, code, "Conflict", detail, null, remedy);
  }

  /** 413: the body is too large. */
  public static Problem tooLarge(String code, String detail, @Nullable String remedy) {
    return new Problem(413, code, "Too large", detail, null, remedy);
  }

  /** 422: well-formed, but not acceptable. */
  public static Problem unprocessable(
      String code, String detail, @Nullable String pointer, @Nullable String remedy) {
    return new Problem(422, code, "Not acceptable", detail, pointer, remedy);
  }

  /** 503: try again later. */
  public static Problem unavailable(String code, String detail, @Nullable String remedy) {
    return new Problem(503, code, "Temporarily unavailable", detail, null, remedy);
  }
}
