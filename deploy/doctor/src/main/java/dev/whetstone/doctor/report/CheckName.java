package dev.whetstone.doctor.report;

/** The checks, by the names that the report and docs/doctor.md give them. */
public enum CheckName {
  SETTINGS("settings"),
  BROKER("broker"),
  TOPIC("topic"),
  TOPIC_ACCESS("topic-access"),
  DATABASE("database"),
  DATABASE_SCHEMA("database-schema"),
  DATABASE_CONNECTIONS("database-connections"),
  CLOCK("clock"),
  STORE("store"),
  SERVICE("service"),
  LOOPS("loops"),
  MODEL_SERVER("model-server"),
  SERVING_KEY("serving-key"),
  SERVED_BASE("served-base"),
  ADAPTER_ENDPOINTS("adapter-endpoints"),
  ADAPTER_RANK("adapter-rank"),
  SERVER_VERSION("server-version"),
  CHAT_TEMPLATE("chat-template"),
  CLUSTER("cluster"),
  CLUSTER_RIGHTS("cluster-rights"),
  QUEUE("queue"),
  PULL_SECRET("pull-secret");

  private final String id;

  CheckName(String id) {
    this.id = id;
  }

  public String id() {
    return id;
  }
}
