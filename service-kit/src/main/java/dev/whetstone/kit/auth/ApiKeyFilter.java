package dev.whetstone.kit.auth;

import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ResourceInfo;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;

/** Authenticates requests to resources that require a scope, by the bearer key. */
public class ApiKeyFilter {
  private final ApiKeyFile keys;
  private final ApiCaller caller;

  public ApiKeyFilter(ApiKeyFile keys, ApiCaller caller) {
    this.keys = keys;
    this.caller = caller;
  }

  @ServerRequestFilter
  public void authenticate(ContainerRequestContext request, ResourceInfo resource) {
    RequiresScope required = required(resource);
    if (required == null) {
      return;
    }
    ApiKey key =
        keys.find(bearer(request))
            .orElseThrow(
                () -> new ProblemException(HttpProblems.unauthorized("the API key is unknown")));
    if (Arrays.stream(required.value()).noneMatch(key.scopes()::contains)) {
      String scopes =
          Arrays.stream(required.value())
              .map(KeyScope::wireName)
              .collect(Collectors.joining(" or "));
      throw new ProblemException(
          HttpProblems.forbidden(
              "missing-scope",
              "key '" + key.id() + "' lacks the scope " + scopes,
              "use a key with the scope " + scopes));
    }
    caller.set(key);
  }

  private static @Nullable RequiresScope required(ResourceInfo resource) {
    if (resource.getResourceMethod() == null) {
      return null;
    }
    RequiresScope onMethod = resource.getResourceMethod().getAnnotation(RequiresScope.class);
    return onMethod != null
        ? onMethod
        : resource.getResourceClass().getAnnotation(RequiresScope.class);
  }

  /** The key of the header, or of {@code ?key=} for pages that a browser opens by a link. */
  private static String bearer(ContainerRequestContext request) {
    String header = request.getHeaderString("Authorization");
    if (header != null && header.regionMatches(true, 0, "Bearer ", 0, 7)) {
      return header.substring(7).strip();
    }
    if ("GET".equals(request.getMethod())) {
      String parameter = request.getUriInfo().getQueryParameters().getFirst("key");
      if (parameter != null) {
        return parameter;
      }
    }
    throw new ProblemException(HttpProblems.unauthorized("the request has no bearer key"));
  }
}
