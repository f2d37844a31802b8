package dev.whetstone.cli.stack;

import dev.whetstone.client.api.StackComponent;
import dev.whetstone.client.api.StackPorts;
import dev.whetstone.embedded.InfrastructureMain;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The command line and environment of a component, computed from the options alone. */
record LaunchPlan(List<String> command, Map<String, String> environment, Path needs) {

  /**
   * The command line and environment of one component.
   *
   * @return also the file that must exist for it to start
   */
  static LaunchPlan of(StackComponent component, StackOptions options) {
    return switch (component) {
      case INFRA -> infra(options);
      case MODEL_SERVER -> modelServer(options);
      case INGEST, CURATION, TRAINING, EVAL -> service(component, options);
    };
  }

  private static LaunchPlan infra(StackOptions options) {
    List<String> command = jvm(StackComponent.INFRA, options);
    command.addAll(
        List.of(
            "-cp",
            options.classPath(),
            InfrastructureMain.class.getName(),
            "--directory",
            options.home().data().toString(),
            "--kafka-port",
            Integer.toString(options.ports().kafka()),
            "--controller-port",
            Integer.toString(options.ports().kafkaController()),
            "--postgres-port",
            Integer.toString(options.ports().postgres())));
    return new LaunchPlan(command, environment(options), options.java());
  }

  private static LaunchPlan service(StackComponent component, StackOptions options) {
    Path jar =
        options.project().resolve(component.module()).resolve("target/quarkus-app/quarkus-run.jar");
    List<String> command = jvm(component, options);
    // Calls to model servers go to the address that was checked, under the server's own name.
    command.add("-Djdk.httpclient.allowRestrictedHeaders=host");
    command.add("-Djava.util.logging.manager=org.jboss.logmanager.LogManager");
    command.add("-jar");
    command.add(jar.toString());
    StackPorts ports = options.ports();
    Map<String, String> environment = environment(options);
    environment.put("WHETSTONE_HTTP_PORT", Integer.toString(ports.http(component)));
    environment.put("WHETSTONE_MANAGEMENT_PORT", Integer.toString(ports.management(component)));
    environment.put("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:" + ports.kafka());
    environment.put("WHETSTONE_STORE_URI", options.home().store().toUri().toString());
    environment.put("WHETSTONE_KEYS_FILE", options.home().keysFile().toString());
    environment.put("WHETSTONE_DB_USER", "postgres");
    environment.put("WHETSTONE_DB_PASSWORD", "postgres");
    if (component != StackComponent.INGEST) {
      environment.put(
          "WHETSTONE_DB_URL",
          "jdbc:postgresql://127.0.0.1:" + ports.postgres() + "/" + component.id());
    }
    environment.put("WHETSTONE_SHARED_INPUTS", options.sharedInputs());
    environment.put("WHETSTONE_ENDPOINTS_ALLOW", options.allowedEndpoints());
    environment.put("WHETSTONE_ENDPOINTS_OWN_PORTS", ownPorts(ports));
    switch (component) {
      case INGEST ->
          environment.put("WHETSTONE_CURATION_URL", "http://127.0.0.1:" + ports.curation());
      // Otherwise its tokenizers unpack their native library into the user's home directory.
      case CURATION -> environment.put("DJL_CACHE_DIR", options.home().cache("djl").toString());
      case TRAINING -> {
        environment.put("WHETSTONE_WORKER_PYTHON", options.python().toString());
        environment.put("WHETSTONE_WORKER_WORK", options.home().work().toString());
        environment.put("WHETSTONE_TRAINING_CALLBACK_URL", "http://127.0.0.1:" + ports.training());
      }
      default -> {}
    }
    environment.putAll(options.environment());
    return new LaunchPlan(command, environment, jar);
  }

  /** Every port but that of the model server, which loops name as their endpoint. */
  private static String ownPorts(StackPorts ports) {
    return StackComponent.all().stream()
        .filter(component -> component != StackComponent.MODEL_SERVER)
        .flatMap(component -> ports.of(component).keySet().stream())
        .sorted()
        .map(port -> Integer.toString(port))
        .collect(Collectors.joining(","));
  }

  private static LaunchPlan modelServer(StackOptions options) {
    List<String> command =
        List.of(
            options.python().toString(),
            "-m",
            "whetstone_serve",
            "--host",
            "127.0.0.1",
            "--port",
            Integer.toString(options.ports().modelServer()),
            "--base",
            options.baseModel().toString(),
            "--base-name",
            options.baseName(),
            // Loops may declare a greater rank than the default of model servers, which is 16.
            "--max-lora-rank",
            "256",
            "--adapter-root",
            options.home().store().toString());
    Map<String, String> environment = environment(options);
    environment.put("PYTHONUNBUFFERED", "1");
    environment.put("TOKENIZERS_PARALLELISM", "false");
    environment.put("HF_HUB_OFFLINE", "1");
    return new LaunchPlan(command, environment, options.python());
  }

  private static List<String> jvm(StackComponent component, StackOptions options) {
    List<String> command = new ArrayList<>();
    command.add(options.java().toString());
    command.add("-Xmx" + options.heaps().getOrDefault(component, "256m"));
    command.add("-XX:+UseSerialGC");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-Xshare:auto");
    // A process that is out of memory cannot continue; the watchdog restarts it.
    command.add("-XX:+ExitOnOutOfMemoryError");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    return command;
  }

  private static Map<String, String> environment(StackOptions options) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put(StackProcesses.MARK, options.home().directory().toString());
    return environment;
  }
}
