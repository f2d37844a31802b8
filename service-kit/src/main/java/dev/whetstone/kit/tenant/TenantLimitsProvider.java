package dev.whetstone.kit.tenant;

import dev.whetstone.kit.store.ArtifactResolver;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Provides the limits that the operator has set. Without settings nothing may be named. */
public class TenantLimitsProvider {
  @Produces
  @DefaultBean
  @Singleton
  InputFolders inputFolders(
      Config config,
      @ConfigProperty(name = "whetstone.store.uri") Optional<URI> store,
      ArtifactResolver artifacts) {
    return InputFolders.of(
        tenant -> places(config, InputFolders.OF_TENANT + tenant),
        places(config, InputFolders.SHARED),
        store.flatMap(artifacts::canonical),
        artifacts);
  }

  @Produces
  @DefaultBean
  @Singleton
  AllowedEndpoints allowedEndpoints(Config config) {
    return endpoints(config);
  }

  /** The model servers that loops may name by these settings. */
  public static AllowedEndpoints endpoints(Config config) {
    List<String> allowed =
        config.getOptionalValues(AllowedEndpoints.ALLOW, String.class).orElse(List.of());
    List<Integer> ownPorts =
        config.getOptionalValues(AllowedEndpoints.OWN_PORTS, Integer.class).orElse(List.of());
    return AllowedEndpoints.of(allowed, Set.copyOf(ownPorts));
  }

  @Produces
  @DefaultBean
  @Singleton
  TenantLimits tenantLimits(InputFolders inputs, AllowedEndpoints endpoints) {
    return new TenantLimits(inputs, endpoints);
  }

  private static List<String> places(Config config, String setting) {
    return config.getOptionalValues(setting, String.class).orElse(List.of());
  }
}
