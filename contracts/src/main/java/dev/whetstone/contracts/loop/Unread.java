package dev.whetstone.contracts.loop;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A field that no service reads. A loop file that sets it is refused. The component stays in the
 * record, absent by default, because declarations that earlier versions stored or published hold
 * it.
 */
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Unread {
  /** What this version does instead; error messages and the schema's description repeat it. */
  String instead();
}
