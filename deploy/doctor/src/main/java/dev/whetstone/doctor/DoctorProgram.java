package dev.whetstone.doctor;

import dev.whetstone.doctor.report.CheckResult;
import dev.whetstone.doctor.report.CheckRunner;
import dev.whetstone.doctor.report.DoctorReport;
import dev.whetstone.doctor.settings.InstallationReader;
import dev.whetstone.doctor.settings.InstalledService;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Checks an installation. Ends with 0 when nothing is wrong, 1 when something is, 2 for wrong
 * arguments.
 */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Check an installation: what is wrong, and how to fix it.",
      "With --service, it uses the environment of that service; else it reads the services from its"
          + " input."
    })
public final class DoctorProgram implements Callable<Integer> {
  private static final int MOST_INPUT = 1 << 20;

  @Spec private CommandSpec spec;

  @Option(
      names = "--service",
      paramLabel = "NAME",
      description = "ingest, curation, training or eval.")
  private @Nullable String service;

  @Option(names = "--json", description = "Print JSON for programs.")
  private boolean json;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "Limit of each check (default: ${DEFAULT-VALUE}).")
  private int seconds;

  public static void main(String[] arguments) {
    System.setProperty("java.util.logging.manager", "org.jboss.logmanager.LogManager");
    // Libraries log what the report says in one line.
    Logger.getLogger("").setLevel(Level.OFF);
    System.exit(new CommandLine(new DoctorProgram()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (seconds < 1) {
      throw new ParameterException(
          spec.commandLine(), "--timeout is " + seconds + "; give a number from 1");
    }
    Duration limit = Duration.ofSeconds(seconds);
    var plan = new DoctorPlan(Clock.systemUTC(), limit, () -> cluster(limit));
    var runner = new CheckRunner(limit);
    List<CheckResult> results = new ArrayList<>(runner.run(plan.checks(installation())));
    // These are known once the loops are.
    results.addAll(runner.run(plan.modelServers()));
    var report = new DoctorReport(results);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(report.json().toPrettyString());
      out.flush();
    } else {
      report.print(out);
    }
    return report.isHealthy() ? 0 : 1;
  }

  /** The cluster of this pod, or of the kubeconfig. */
  private static KubernetesClient cluster(Duration limit) {
    int milliseconds = Math.toIntExact(limit.toMillis() * 8 / 10);
    return new KubernetesClientBuilder()
        .withConfig(
            new ConfigBuilder()
                .withRequestTimeout(milliseconds)
                .withConnectionTimeout(milliseconds)
                .withRequestRetryBackoffLimit(0)
                .build())
        .build();
  }

  private List<InstalledService> installation() throws IOException {
    try {
      return service == null
          ? InstallationReader.read(System.in.readNBytes(MOST_INPUT))
          : List.of(InstallationReader.ofEnvironment(service, System.getenv()));
    } catch (UncheckedIOException e) {
      throw new ParameterException(
          spec.commandLine(),
          "the input is no description of services; name one with --service",
          e);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }
}
