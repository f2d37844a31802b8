package dev.whetstone.doctor;

import dev.whetstone.doctor.cluster.ClusterCheck;
import dev.whetstone.doctor.database.ConnectionLimitCheck;
import dev.whetstone.doctor.database.DatabaseCheck;
import dev.whetstone.doctor.kafka.BrokerCheck;
import dev.whetstone.doctor.report.CheckName;
import dev.whetstone.doctor.report.CheckResult;
import dev.whetstone.doctor.report.CheckSubject;
import dev.whetstone.doctor.report.DoctorCheck;
import dev.whetstone.doctor.service.ReadinessCheck;
import dev.whetstone.doctor.serving.DeclaredLoops;
import dev.whetstone.doctor.serving.ServingPlan;
import dev.whetstone.doctor.settings.InstalledService;
import dev.whetstone.doctor.settings.ServiceName;
import dev.whetstone.doctor.settings.ServiceSettings;
import dev.whetstone.doctor.store.StoreCheck;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which checks an installation needs. What several services share is checked once. */
final class DoctorPlan {
  private final Clock clock;
  private final Duration limit;
  private final Supplier<KubernetesClient> clusters;
  private @Nullable ServiceSettings eval;
  private @Nullable DeclaredLoops loops;

  /**
   * @param limit of each check
   * @param clusters makes clients of the cluster
   */
  DoctorPlan(Clock clock, Duration limit, Supplier<KubernetesClient> clusters) {
    this.clock = clock;
    this.limit = limit;
    this.clusters = clusters;
  }

  /** The checks of the model servers that the loops name which the other checks have found. */
  List<DoctorCheck> modelServers() {
    ServiceSettings settings = eval;
    DeclaredLoops declared = loops;
    return settings == null || declared == null
        ? List.of()
        : ServingPlan.checks(declared.found(), settings, limit);
  }

  List<DoctorCheck> checks(List<InstalledService> installed) {
    List<DoctorCheck> checks = new ArrayList<>();
    List<ServiceSettings> services = new ArrayList<>();
    for (InstalledService service : installed) {
      ServiceSettings settings = ServiceSettings.of(service.name(), service.environment());
      List<CheckResult> missing = missing(settings);
      if (missing.isEmpty()) {
        services.add(settings);
      } else {
        checks.add(new DoctorCheck(missing.getFirst().subject(), () -> missing));
      }
    }
    checks.addAll(infrastructure(services));
    services.stream()
        .filter(each -> each.service() == ServiceName.TRAINING && ClusterCheck.applies(each))
        .map(each -> new ClusterCheck(each, clusters))
        .forEach(check -> checks.add(new DoctorCheck(check.subject(), check::find)));
    services.stream()
        .filter(each -> each.service() == ServiceName.EVAL)
        .forEach(each -> checks.add(loops(each)));
    for (InstalledService service : installed) {
      service
          .management()
          .ifPresent(
              management -> {
                var check = new ReadinessCheck(service, management, limit);
                checks.add(new DoctorCheck(check.subject(), check::find));
              });
    }
    return checks;
  }

  private DoctorCheck loops(ServiceSettings settings) {
    var declared = new DeclaredLoops(settings, limit);
    eval = settings;
    loops = declared;
    return new DoctorCheck(declared.subject(), declared::find);
  }

  private List<DoctorCheck> infrastructure(List<ServiceSettings> services) {
    List<DoctorCheck> checks = new ArrayList<>();
    for (List<ServiceSettings> sharing : groups(services, ServiceSettings::broker)) {
      var check = new BrokerCheck(sharing, limit);
      checks.add(new DoctorCheck(check.subject(), check::find));
    }
    List<ServiceSettings> stateful =
        services.stream().filter(each -> each.service().hasDatabase()).toList();
    for (ServiceSettings service : stateful) {
      var check = new DatabaseCheck(service, clock, limit);
      checks.add(new DoctorCheck(check.subject(), check::find));
    }
    for (List<ServiceSettings> sharing : groups(stateful, ConnectionLimitCheck::server)) {
      var check = new ConnectionLimitCheck(sharing, limit);
      checks.add(new DoctorCheck(check.subject(), check::find));
    }
    for (List<ServiceSettings> sharing : groups(stateful, StoreCheck::uri)) {
      var check = new StoreCheck(sharing.getFirst(), clock);
      checks.add(new DoctorCheck(check.subject(), check::find));
    }
    return checks;
  }

  /** Settings without which the service does not start. */
  private static List<CheckResult> missing(ServiceSettings settings) {
    List<String> needed = new ArrayList<>(List.of("kafka.bootstrap.servers"));
    if (settings.service().hasDatabase()) {
      needed.addAll(
          List.of(
              "quarkus.datasource.jdbc.url",
              "quarkus.datasource.username",
              "quarkus.datasource.password",
              "whetstone.store.uri"));
    }
    List<CheckResult> results = new ArrayList<>();
    for (String property : needed) {
      try {
        var unused = settings.config().getValue(property, String.class);
      } catch (NoSuchElementException e) {
        results.add(
            new CheckSubject(CheckName.SETTINGS, "settings of " + settings.service().id(), "")
                .fault(
                    "%s is not set (%s)".formatted(property, e.getMessage()),
                    "set the environment variable that the message names, as docs/kubernetes.md"
                        + " lists it"));
      }
    }
    return results;
  }

  private static <K> Collection<List<ServiceSettings>> groups(
      List<ServiceSettings> services, Function<ServiceSettings, K> key) {
    Map<K, List<ServiceSettings>> groups =
        services.stream()
            .collect(Collectors.groupingBy(key, LinkedHashMap::new, Collectors.toList()));
    return groups.values();
  }
}
