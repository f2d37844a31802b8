package dev.whetstone.contracts.loop;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The numbers that a field accepts. The JSON Schema is generated with these bounds, and a loop file
 * is checked against the schema.
 */
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Bounds {
  /** Smallest accepted value. */
  double min() default Double.NEGATIVE_INFINITY;

  /** Every accepted value is greater than this. */
  double above() default Double.NEGATIVE_INFINITY;

  /** Largest accepted value. */
  double max() default Double.POSITIVE_INFINITY;

  /** Every accepted value is less than this. */
  double below() default Double.POSITIVE_INFINITY;
}
