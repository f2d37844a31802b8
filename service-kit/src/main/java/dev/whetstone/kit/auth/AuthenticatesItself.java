package dev.whetstone.kit.auth;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Opens a resource to callers without an API key, because it checks another credential itself. A
 * resource with neither this annotation nor {@link RequiresScope} is closed.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface AuthenticatesItself {
  /** The credential that the resource checks. */
  String by();
}
