package dev.whetstone.kit.auth;

import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds the key of an {@code Authorization} header and checks its scopes. */
@ApplicationScoped
public class ApiKeyCheck {
  private static final String SCHEME = "Bearer ";
  private final ApiKeyFile keys;

  public ApiKeyCheck(ApiKeyFile keys) {
    this.keys = keys;
  }

  /**
   * @param authorization the header; absent when the request has none
   * @param loop that the request is about; absent when it is about more than one loop
   * @param scopes of which the key needs one
   * @throws ProblemException 401 without a valid key, 403 {@code missing-scope} or {@code
   *     key-of-one-loop}, 404 {@code unknown-loop} for a loop that the key is not for
   */
  public ApiKey require(@Nullable String authorization, @Nullable String loop, KeyScope... scopes) {
    if (authorization == null
        || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw new ProblemException(HttpProblems.unauthorized("the request has no bearer key"));
    }
    ApiKey key =
        keys.find(authorization.substring(SCHEME.length()).strip())
            .orElseThrow(
                () ->
                    new ProblemException(
                        HttpProblems.unauthorized("the API key is unknown or has expired")));
    if (Arrays.stream(scopes).noneMatch(key.scopes()::contains)) {
      String names =
          Arrays.stream(scopes).map(KeyScope::wireName).collect(Collectors.joining(" or "));
      throw new ProblemException(
          HttpProblems.forbidden(
              "missing-scope",
              "key '" + key.id() + "' lacks the scope " + names,
              "use a key with the scope " + names));
    }
    requireLoop(key, loop);
    return key;
  }

  private static void requireLoop(ApiKey key, @Nullable String loop) {
    String only = key.loop();
    if (only == null || only.equals(loop)) {
      return;
    }
    throw new ProblemException(
        loop == null
            ? HttpProblems.forbidden(
                "key-of-one-loop",
                "key '%s' is for loop '%s' only, and this call is not about one loop"
                    .formatted(key.id(), only),
                "use a key for all loops of the tenant")
            : HttpProblems.notFound(
                "unknown-loop", "there is no loop '" + loop + "'", "see GET /v1/loops for yours"));
  }
}
