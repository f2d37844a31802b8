package dev.whetstone.contracts.loop;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The least number of elements of a list. */
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
public @interface MinItems {
  int value();

  /** What the list holds, in words; the schema's description. */
  String description();
}
