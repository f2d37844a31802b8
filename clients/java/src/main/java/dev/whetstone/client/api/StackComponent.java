package dev.whetstone.client.api;

import dev.whetstone.client.RemedyException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/** The processes of the stack, in the order in which they are started. */
public enum StackComponent {
  /** Kafka and PostgreSQL, together in one JVM. */
  INFRA("infra", "Kafka and PostgreSQL"),
  MODEL_SERVER("model-server", "the model server"),
  INGEST("ingest", "the ingest service"),
  CURATION("curation", "the curation service"),
  TRAINING("training", "the training service"),
  EVAL("eval", "the eval service");

  private final String id;
  private final String description;

  StackComponent(String id, String description) {
    this.id = id;
    this.description = description;
  }

  /** Identifier in file names, messages and on the command line. */
  public String id() {
    return id;
  }

  /** Description for messages, with its article. */
  public String description() {
    return description;
  }

  /** The Maven module of a service. */
  public String module() {
    return id + "-service";
  }

  /** All components. */
  public static Set<StackComponent> all() {
    return EnumSet.allOf(StackComponent.class);
  }

  /**
   * The component called {@code id}.
   *
   * @throws RemedyException naming the valid ids
   */
  public static StackComponent byId(String id) {
    return Arrays.stream(values())
        .filter(component -> component.id.equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new RemedyException(
                    "there is no service '" + id + "'",
                    "use one of " + Arrays.stream(values()).map(StackComponent::id).toList()));
  }
}
