package dev.whetstone.contracts.loop;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The values that a field accepts; on a list, the values that each element accepts. They become the
 * {@code enum} of the JSON Schema.
 */
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
public @interface OneOf {
  /** The accepted values as JSON text without quotes: {@code false} for a boolean field. */
  String[] value();

  /** What this version does instead of the values that it refuses; the schema's description. */
  String instead() default "";
}
