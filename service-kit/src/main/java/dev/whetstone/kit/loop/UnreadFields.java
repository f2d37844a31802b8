package dev.whetstone.kit.loop;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.loop.Unread;
import dev.whetstone.kit.json.JsonPointers;
import dev.whetstone.kit.loop.LoopFileException.Fault;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The fields of a loop file that no service reads, as {@link LoopSpec} marks them. */
final class UnreadFields {
  private static final Map<String, String> INSTEAD_BY_POINTER = find();

  private UnreadFields() {}

  /** A fault for each of them that the file sets. */
  static List<Fault> check(String file, JsonNode declared) {
    List<Fault> faults = new ArrayList<>();
    INSTEAD_BY_POINTER.forEach(
        (pointer, instead) -> {
          JsonNode value = declared.at(pointer);
          if (!value.isMissingNode()) {
            faults.add(
                new Fault(
                    file,
                    pointer,
                    LoopBinding.value(value),
                    "nothing, since no service reads this field; " + instead));
          }
        });
    return faults;
  }

  private static Map<String, String> find() {
    Map<String, String> found = new LinkedHashMap<>();
    collect("", LoopSpec.class, found);
    return found;
  }

  /** Record components are named like their JSON fields wherever a field is marked. */
  private static void collect(String pointer, Class<?> type, Map<String, String> into) {
    for (Field field : type.getDeclaredFields()) {
      if (Modifier.isStatic(field.getModifiers())) {
        continue;
      }
      String child = JsonPointers.child(pointer, field.getName());
      Unread unread = field.getAnnotation(Unread.class);
      if (unread != null) {
        into.put(child, unread.instead());
      } else if (field.getType().isRecord()) {
        collect(child, field.getType(), into);
      }
    }
  }
}
