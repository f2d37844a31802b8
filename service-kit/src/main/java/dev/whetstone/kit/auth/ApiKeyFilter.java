package dev.whetstone.kit.auth;

import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ResourceInfo;
import java.lang.annotation.Annotation;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;

/**
 * Authenticates requests by the bearer key. A resource that declares neither a scope nor another
 * credential is closed, so that a forgotten annotation opens nothing.
 */
public class ApiKeyFilter {
  private static final Logger LOG = Logger.getLogger(ApiKeyFilter.class);
  private final ApiKeyCheck keys;
  private final ApiCaller caller;

  public ApiKeyFilter(ApiKeyCheck keys, ApiCaller caller) {
    this.keys = keys;
    this.caller = caller;
  }

  @ServerRequestFilter
  public void authenticate(ContainerRequestContext request, ResourceInfo resource) {
    if (resource.getResourceMethod() == null
        || declared(resource, AuthenticatesItself.class) != null) {
      return;
    }
    RequiresScope required = declared(resource, RequiresScope.class);
    if (required == null) {
      LOG.errorf("resource-without-scope method=%s", resource.getResourceMethod());
      throw new ProblemException(
          HttpProblems.forbidden(
              "closed-resource",
              "this resource declares no scope, so no key opens it",
              "report this to the operator"));
    }
    String loop = request.getUriInfo().getPathParameters().getFirst("loop");
    caller.set(keys.require(request.getHeaderString("Authorization"), loop, required.value()));
  }

  /** The annotation of the method, else that of its class. */
  private static <A extends Annotation> @Nullable A declared(
      ResourceInfo resource, Class<A> annotation) {
    A onMethod = resource.getResourceMethod().getAnnotation(annotation);
    return onMethod != null ? onMethod : resource.getResourceClass().getAnnotation(annotation);
  }
}
