package dev.whetstone.ingest.trace;

import jakarta.ws.rs.Path;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * The path of a resource as it is declared. The path of a request holds ids of the sender, and of
 * an erasure the end user.
 */
final class RouteTemplate {
  private RouteTemplate() {}

  static String of(Class<?> resource, Method method) {
    return part(resource.getAnnotation(Path.class)) + part(method.getAnnotation(Path.class));
  }

  private static String part(@Nullable Path path) {
    return path == null ? "" : path.value();
  }
}
