package dev.whetstone.kit.json;

import com.fasterxml.jackson.databind.JsonMappingException.Reference;
import java.util.List;

/** JSON Pointers (RFC 6901). */
public final class JsonPointers {
  private JsonPointers() {}

  /** The pointer of an object's member. */
  public static String child(String parent, String name) {
    boolean plain = name.indexOf('~') < 0 && name.indexOf('/') < 0;
    return parent + "/" + (plain ? name : name.replace("~", "~0").replace("/", "~1"));
  }

  /** The pointer of the value that Jackson could not bind. */
  public static String of(List<Reference> path) {
    String pointer = "";
    for (Reference step : path) {
      pointer =
          step.getFieldName() == null
              ? pointer + "/" + step.getIndex()
              : child(pointer, step.getFieldName());
    }
    return pointer;
  }
}
